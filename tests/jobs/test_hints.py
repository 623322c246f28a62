"""Hints rest the longer the more sending them takes, so that a busy process or database is not made busier."""

from __future__ import annotations

import threading
import uuid
from types import SimpleNamespace

import pytest

from backend.jobs import hints as module
from backend.jobs.hints import EVENT, EVERYTHING, LONGEST_WINDOW, MAX_LISTED, REST, WINDOW, Hints


class Clock:
    """A clock that only moves when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=found.monotonic, sleep=found.sleep))
    return found


def send_once(hints: Hints, jobs: int = 2) -> None:
    """Owe news of so many jobs, and wait until it is sent."""
    hints.owe_events([(uuid.uuid4(), 1) for _ in range(jobs)])
    for thread in threading.enumerate():
        if thread.name == "hints":
            thread.join()


@pytest.mark.parametrize(
    ("took", "window"),
    [(0.0, WINDOW), (WINDOW, REST * WINDOW), (0.01, LONGEST_WINDOW)],
    ids=["quick", "slow", "slower"],
)
def test_the_next_hint_waits_a_multiple_of_what_the_last_one_took(clock: Clock, took: float, window: float) -> None:
    hints = Hints(lambda _pairs: clock.sleep(took))
    send_once(hints)
    clock.sleep(window - took - WINDOW / 4)
    assert not hints.lead(EVENT)
    clock.sleep(WINDOW / 2)
    assert hints.lead(EVENT)
    assert not hints.lead(EVENT)


def test_after_a_quick_one_hints_are_as_frequent_as_ever(clock: Clock) -> None:
    slow = [1.0, 0.0]
    hints = Hints(lambda _pairs: clock.sleep(slow.pop(0)))
    send_once(hints)
    send_once(hints)
    clock.sleep(WINDOW * 1.1)
    assert hints.lead(EVENT)


def test_news_of_one_job_at_a_time_is_not_held_up_however_slow_sending_is(clock: Clock) -> None:
    hints = Hints(lambda _pairs: clock.sleep(0.001))
    send_once(hints, jobs=1)
    clock.sleep(WINDOW * 0.6)
    assert hints.lead(EVENT)


class Gate:
    """A clock that stands still until it is opened, for those who sleep by it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        assert self.opened.wait(30)


def wait_for_hints() -> None:
    for thread in threading.enumerate():
        if thread.name == "hints":
            thread.join(30)


def test_a_start_leaves_the_leading_edge_to_the_end_and_is_not_told_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a quick job is what somebody waits for: it must not find the window taken by the start."""
    gate = Gate()
    sent: list[list[tuple[str, str]]] = []
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 1000.0, sleep=gate.sleep))
    hints = Hints(sent.append)
    job_id = uuid.uuid4()
    hints.owe_starts([(job_id, 2)])
    assert hints.lead(EVENT)
    hints.told([job_id])
    gate.opened.set()
    wait_for_hints()
    assert sent == []
    assert gate.slept == [pytest.approx(WINDOW)]


def test_of_more_jobs_than_can_be_listed_none_is_forgotten_when_most_were_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    sent: list[list[tuple[str, str]]] = []
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 1000.0, sleep=gate.sleep))
    hints = Hints(sent.append)
    jobs = [uuid.uuid4() for _ in range(MAX_LISTED + 2)]
    hints.owe_starts([(job_id, 2) for job_id in jobs])
    hints.told(jobs[:-1])
    gate.opened.set()
    wait_for_hints()
    assert sent == [[(EVENT, EVERYTHING)]]
    hints.owe_events([(jobs[0], 3)])  # and what comes later is listed again
    wait_for_hints()
    assert sent[1:] == [[(EVENT, f"{jobs[0]}:3")]]


def test_a_start_that_no_end_follows_is_told_after_the_window(clock: Clock) -> None:
    sent: list[list[tuple[str, str]]] = []
    hints = Hints(sent.append)
    began, job_id = clock.now, uuid.uuid4()
    hints.owe_starts([(job_id, 2)])
    wait_for_hints()
    assert sent == [[(EVENT, f"{job_id}:2")]]
    assert clock.now == pytest.approx(began + WINDOW)


def test_what_is_owed_while_hints_are_being_sent_is_sent_after_them() -> None:
    begun, go_on = threading.Event(), threading.Event()
    sent: list[list[tuple[str, str]]] = []

    def send(pairs: list[tuple[str, str]]) -> None:
        begun.set()
        assert go_on.wait(30)
        sent.append(pairs)
        if len(sent) == 1:
            raise ConnectionError("lost, which must not stop the next ones")

    hints = Hints(send)
    hints.owe("job_ready", "first")
    assert begun.wait(30)
    hints.owe("job_ready", "second")
    go_on.set()
    wait_for_hints()
    hints.owe("job_ready", "third")  # the thread has gone home by now
    wait_for_hints()
    assert sent == [[("job_ready", name)] for name in ("first", "second", "third")]


def test_whoever_settles_waits_for_what_is_owed_and_on_its_way() -> None:
    sent: list[list[tuple[str, str]]] = []
    sending, go_on = threading.Event(), threading.Event()

    def send(pairs: list[tuple[str, str]]) -> None:
        sending.set()
        go_on.wait(10)
        sent.append(pairs)

    hints = Hints(send)
    assert hints.settle(0)
    hints.owe("channel", "news")
    assert not hints.settle(0)
    assert sending.wait(10)
    assert not hints.settle(0)
    go_on.set()
    assert hints.settle(10)
    assert sent == [[("channel", "news")]]
