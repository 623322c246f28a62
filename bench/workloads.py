"""The workloads W1 to W7, each on a fresh database. docs/performance.md says what each of them is."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.client import Client
from bench.workers import Workers

IDLE_SECONDS = 2.0  # before a measurement on an idle worker
FIRST_NUMBER = 1_000_000  # of the jobs that are measured after warming up
WARM_UP = 5  # jobs, not timed
LAST_SECONDS = 30.0  # for the last jobs to begin
PACE_W4 = 0.05  # seconds between two jobs
MS_W6 = MS_W7 = 5  # milliseconds that a job takes

Answer = dict[str, Any]


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds."""
    ordered = sorted(seconds)
    marks = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {
        name: round(ordered[min(last, int(part * len(ordered)))] * 1000, 2) for name, part in marks.items() if ordered
    }


def w1(client: Client, options: argparse.Namespace) -> Answer:
    """Enqueue one by one, each its own commit."""
    count = options.jobs or 5000
    for number in range(WARM_UP):
        client.enqueue(FIRST_NUMBER + number)
    began = time.monotonic()
    for number in range(count):
        client.enqueue(number)
    return {"jobs": count, "jobs_s": round(count / (time.monotonic() - began))}


def w2(client: Client, options: argparse.Namespace) -> Answer:
    """Bulk enqueue in batches of 1,000."""
    count = options.jobs or 50_000
    began = time.monotonic()
    client.enqueue_many(count)
    return {"jobs": count, "jobs_s": round(count / (time.monotonic() - began))}


def w3(client: Client, options: argparse.Namespace) -> Answer:
    """Drain jobs that do nothing: from the first start until the last one is recorded as finished."""
    count = options.jobs or 20_000
    client.enqueue_many(count)
    with Workers(client.url, options.workers) as workers:
        workers.start()
        time.sleep(0.3)
        workers.go()
        complete = workers.wait_for(count, options.limit) and client.wait_until_written(10)
        finished = time.monotonic()
        workers.rss()
        began, _ = workers.times()
        if not began:
            return {"error": workers.output()}
        seconds = finished - min(times[0] for times in began.values())
        return {
            "jobs": count,
            "workers": options.workers,
            "complete": complete,
            "ran": len(began),
            "jobs_s": round((count if complete else len(began)) / seconds),
            "rss_peak_mb": round(workers.peak_rss / 1e6, 1),
            **client.stats(),
        }


def w4(client: Client, options: argparse.Namespace) -> Answer:
    """Idle pick-up, one job every 50 ms."""
    with Workers(client.url, options.workers) as workers:
        _warm_up(client, workers)
        rss = workers.rss()
        return {**_paced(client, workers, options.jobs or 200, PACE_W4, 0), "rss_idle_mb": rss}


def w5(client: Client, options: argparse.Namespace) -> Answer:
    """Enqueue and wait for the result, one at a time."""
    with Workers(client.url, options.workers) as workers:
        _warm_up(client, workers)
        client.listen()
        seen = []
        for number in range(options.jobs or 200):
            began = time.monotonic()
            if client.wait(client.enqueue(FIRST_NUMBER + number)) is None:
                return {"error": f"no result: {workers.output()}"}
            seen.append(time.monotonic() - began)
        return {"mechanism": "LISTEN", "n": len(seen), "observed_ms": percentiles(seen)}


def w6(client: Client, options: argparse.Namespace) -> Answer:
    """200 jobs of 5 ms a second."""
    with Workers(client.url, options.workers) as workers:
        _warm_up(client, workers)
        return _paced(client, workers, options.jobs or 4000, 1 / options.rate, MS_W6)


def w7(client: Client, options: argparse.Namespace) -> Answer:
    """Kill -9 in mid-drain, then another worker."""
    count = options.jobs or 2000
    client.enqueue_many(count, MS_W7)
    with Workers(client.url) as workers:
        workers.start()
        workers.go()
        if not workers.wait_for(count * 3 // 4, 60):  # records are starts and ends
            return {"error": workers.output()}
        workers.kill()
        killed_at = time.monotonic()
        began, ended = workers.times()
        running = began.keys() - ended.keys()
        workers.start()
        _wait_for_ends(workers, count, killed_at + options.limit)
        began, ended = workers.times()
        missing = count - len(ended)
        again = [max(began[number]) - killed_at for number in running if number in ended]
        return {
            "jobs": count,
            "running_at_kill": len(running),
            "ran_twice": sum(len(times) > 1 for times in began.values()),
            "not_finished_after_cap": missing,
            "all_done_s": f">{options.limit:.0f}"
            if missing
            else round(max(t[-1] for t in ended.values()) - killed_at, 1),
            "rerun_of_killed_s": [round(min(again), 1), round(max(again), 1)] if again else None,
        }


WORKLOADS: dict[str, Callable[[Client, argparse.Namespace], Answer]] = {
    "W1": w1,
    "W2": w2,
    "W3": w3,
    "W4": w4,
    "W5": w5,
    "W6": w6,
    "W7": w7,
}


def _warm_up(client: Client, workers: Workers) -> None:
    """Idle workers, with every connection and plan in place on both sides."""
    workers.start()
    workers.go()
    time.sleep(IDLE_SECONDS)
    for number in range(WARM_UP):
        client.enqueue(number)
        workers.wait_for(number + 1, 10)
    time.sleep(0.5)


def _paced(client: Client, workers: Workers, count: int, interval: float, ms: int) -> Answer:
    """Enqueue at a steady pace; when did each call begin and return, and when did its job begin?"""
    records = workers.records()
    calls: list[tuple[float, float]] = []
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, start + number * interval - time.monotonic()))
        called = time.monotonic()
        client.enqueue(FIRST_NUMBER + number, ms)
        calls.append((called, time.monotonic()))
    took = time.monotonic() - start
    workers.wait_for(records + count * (2 if ms else 1), LAST_SECONDS)
    began, _ = workers.times()
    pairs = [(began[FIRST_NUMBER + n][0], call) for n, call in enumerate(calls) if FIRST_NUMBER + n in began]
    return {
        "n": len(pairs),
        "sent": count,
        "offered_s": round(count / took, 1),
        "pickup_ms": percentiles([at - returned for at, (_, returned) in pairs]),
        "from_call_ms": percentiles([at - called for at, (called, _) in pairs]),
    }


def _wait_for_ends(workers: Workers, count: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        _, ended = workers.times()
        if len(ended) == count:
            return
        time.sleep(0.1)
