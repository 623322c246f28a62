"""Keys of the drawing order are those that the browser's library would make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ai.drawing.ordering import DIGITS, is_valid_key, keys_after


@pytest.mark.parametrize(
    ("last", "following"),
    [
        (None, ["a0", "a1"]),
        ("a0", ["a1", "a2"]),
        ("a9", ["aA", "aB"]),
        ("az", ["b00", "b01"]),
        ("Zz", ["a0", "a1"]),
        ("Yzz", ["Z0", "Z1"]),
        ("a1V", ["a2", "a3"]),
        ("b0z", ["b10", "b11"]),
        ("z" + "z" * 26, ["z" + "z" * 26 + "V", "z" + "z" * 26 + "l"]),
    ],
)
def test_keys_follow_as_in_the_library(last: str | None, following: list[str]) -> None:
    assert keys_after([last], 2) == following


@given(st.lists(st.text(DIGITS, max_size=30)), st.integers(0, 300))
def test_new_keys_are_valid_and_behind_all_valid_ones(existing: list[str], count: int) -> None:
    keys = keys_after([*existing, None, 7], count)
    assert len(keys) == count and keys == sorted(set(keys))
    assert all(is_valid_key(key) for key in keys)
    assert all(key < keys[0] for key in existing if is_valid_key(key) and keys)


@pytest.mark.parametrize("key", ["", "a", "a00", "1", "é0", "b0", "A" + "0" * 26, None, 3, "a0 "])
def test_what_the_library_would_throw_at_is_not_valid(key: object) -> None:
    assert not is_valid_key(key)
