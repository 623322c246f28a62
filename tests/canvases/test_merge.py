"""The merge: Excalidraw's rule, the same end whatever the order, and versions without gaps."""

from __future__ import annotations

import itertools
import threading
import uuid
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.canvases.elements import wins
from backend.canvases.service import merge_elements
from backend.errors import NotFound, Unprocessable
from tests.canvases.conftest import Drawn
from tests.canvases.shapes import rectangle
from tests.waiting import wait_until

Element = dict[str, Any]


def test_new_elements_are_stored_whole_and_make_one_version(drawn: Drawn) -> None:
    first, second = rectangle("a", newerField={"deep": [1, {"kept": None}]}), rectangle("b", isDeleted=True)
    merged = drawn.merge(first, second)
    assert merged.version == drawn.version() == 1
    assert merged.stale == []
    assert drawn.elements() == {"a": first, "b": second}


@pytest.mark.parametrize(
    ("change", "is_won"),
    [
        ({"version": 6, "versionNonce": 999}, True),
        ({"version": 4, "versionNonce": 1}, False),
        ({"version": 5, "versionNonce": 99}, True),
        ({"version": 5, "versionNonce": 101}, False),
    ],
    ids=["higher version", "lower version", "same version, lower nonce", "same version, higher nonce"],
)
def test_the_rule_decides_and_the_loser_gets_the_winner(drawn: Drawn, change: Element, is_won: bool) -> None:
    stored = rectangle("a", version=5, versionNonce=100)
    drawn.merge(stored)
    new = {**stored, **change, "x": 777}
    merged = drawn.merge(new)
    assert drawn.elements() == {"a": new if is_won else stored}
    assert merged.accepted == ([new] if is_won else [])
    assert merged.stale == ([] if is_won else [stored])
    assert merged.version == drawn.version() == (2 if is_won else 1)


def test_the_same_again_changes_nothing_and_is_not_stale(drawn: Drawn) -> None:
    drawn.merge(rectangle("a", x=1))
    merged = drawn.merge(rectangle("a", x=1))
    assert (merged.version, merged.accepted, merged.stale) == (1, [], [])


def test_of_an_element_that_is_given_twice_the_winner_counts(drawn: Drawn) -> None:
    newest = rectangle("a", version=3)
    merged = drawn.merge(rectangle("a", version=2), newest, rectangle("a", version=1))
    assert merged.accepted == [newest]
    assert drawn.elements() == {"a": newest}


def test_only_what_changed_after_a_version_is_read(drawn: Drawn) -> None:
    drawn.merge(rectangle("a"), rectangle("b"))
    drawn.merge(rectangle("b", version=2), rectangle("c"))
    assert set(drawn.elements(since=1)) == {"b", "c"}
    assert set(drawn.elements(since=2)) == set()


def test_elements_are_read_in_drawing_order(drawn: Drawn) -> None:
    order = [("first", "Zz"), ("second", "a0"), ("third", "a0V"), ("fourth", "aA"), ("last", None)]
    drawn.merge(*(rectangle(name, index=index) for name, index in reversed(order)))
    assert list(drawn.elements()) == [name for name, _ in order]


def test_an_element_remembers_the_job_that_won_it(drawn: Drawn) -> None:
    job_id = uuid.uuid4()
    drawn.merge(rectangle("a"), rectangle("b"), job_id=job_id)
    drawn.merge(rectangle("b", version=2))
    rows = drawn.connection.execute("SELECT id, job_id FROM canvas_element ORDER BY id").fetchall()
    assert rows == [("a", job_id), ("b", None)]


def test_nothing_is_merged_into_a_canvas_that_is_gone(drawn: Drawn) -> None:
    drawn.connection.execute("UPDATE canvas SET deleted_at = now()")
    with pytest.raises(NotFound):
        drawn.merge(rectangle())
    assert drawn.elements() == {}


def test_a_canvas_has_room_for_so_many_elements(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.canvases.service.MAX_CANVAS_ELEMENTS", 3)
    drawn.merge(rectangle("a"), rectangle("b"), rectangle("c"))
    with pytest.raises(Unprocessable):
        drawn.merge(rectangle("d"))
    assert set(drawn.elements()) == {"a", "b", "c"}
    assert drawn.merge(rectangle("a", version=2)).version == 2


def test_what_is_rolled_back_was_never_there(drawn: Drawn) -> None:
    with pytest.raises(ZeroDivisionError), drawn.connection.transaction():
        merge_elements(drawn.connection, drawn.canvas_id, [rectangle("a")])
        raise ZeroDivisionError
    assert (drawn.version(), drawn.elements()) == (0, {})


def test_a_second_writer_waits_for_the_first_and_gets_the_next_version(drawn: Drawn, database_url: str) -> None:
    versions = []

    def write_second() -> None:
        with psycopg.connect(database_url) as connection:
            versions.append(merge_elements(connection, drawn.canvas_id, [rectangle("b")]).version)

    with psycopg.connect(database_url) as connection:
        versions.append(merge_elements(connection, drawn.canvas_id, [rectangle("a")]).version)
        second = threading.Thread(target=write_second)
        second.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        wait_until(lambda: drawn.connection.execute(waiting).fetchone())
        assert drawn.elements() == {}
    second.join(30)
    assert versions == [1, 2]
    assert set(drawn.elements(since=1)) == {"b"}


def test_enqueueing_a_job_for_a_canvas_does_not_wait_for_somebody_who_draws(drawn: Drawn, database_url: str) -> None:
    with psycopg.connect(database_url) as drawing:
        merge_elements(drawing, drawn.canvas_id, [rectangle("a")])
        drawn.connection.execute("SET lock_timeout = '5s'")
        # What the foreign key of ai_job does on insert.
        drawn.connection.execute("SELECT 1 FROM canvas WHERE id = %s FOR KEY SHARE", [drawn.canvas_id])


# Any two writers, any interleaving, any repetition: the server ends where the rule says.

updates = st.lists(
    st.lists(
        st.builds(
            lambda name, version, nonce, x: rectangle(name, version=version, versionNonce=nonce, x=x),
            st.sampled_from("abc"),
            st.integers(0, 3),
            st.integers(0, 2),
            st.integers(0, 9),
        ),
        max_size=4,
    ),
    max_size=6,
)


def expected(all_updates: list[list[Element]]) -> dict[str, tuple[int, int]]:
    best: dict[str, Element] = {}
    for element in itertools.chain.from_iterable(all_updates):
        if element["id"] not in best or wins(element, best[element["id"]]):
            best[element["id"]] = element
    return {name: (element["version"], element["versionNonce"]) for name, element in best.items()}


def present(drawn: Drawn) -> dict[str, tuple[int, int]]:
    return {name: (found["version"], found["versionNonce"]) for name, found in drawn.elements().items()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=updates, second=updates, data=st.data())
def test_any_order_and_repetition_of_two_writers_ends_the_same(
    drawn: Drawn, first: list[list[Element]], second: list[list[Element]], data: st.DataObject
) -> None:
    drawn.connection.execute("DELETE FROM canvas_element")
    drawn.connection.execute("UPDATE canvas SET version = 0")
    sent = data.draw(
        st.permutations([*first, *second, *data.draw(st.lists(st.sampled_from([*first, *second] or [[]])))])
    )
    version = 0
    for update in sent:
        merged = drawn.merge(*update)
        assert merged.version == version + bool(merged.accepted)
        version = merged.version
        for stale in merged.stale:
            assert (stale["version"], stale["versionNonce"]) == present(drawn)[stale["id"]]
    assert present(drawn) == expected([*first, *second])
    assert drawn.version() == version


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=updates, second=updates)
def test_two_connections_at_once_end_the_same(
    drawn: Drawn, database_url: str, first: list[list[Element]], second: list[list[Element]]
) -> None:
    drawn.connection.execute("DELETE FROM canvas_element")
    drawn.connection.execute("UPDATE canvas SET version = 0")
    start = threading.Barrier(2)
    won: list[int] = []

    def write(all_updates: list[list[Element]]) -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            start.wait(30)
            for update in all_updates:
                with connection.transaction():
                    merged = merge_elements(connection, drawn.canvas_id, update)
                if merged.accepted:
                    won.append(merged.version)

    writers = [threading.Thread(target=write, args=[side]) for side in (first, second)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert present(drawn) == expected([*first, *second])
    assert sorted(won) == list(range(1, drawn.version() + 1))
