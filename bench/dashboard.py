"""D: what the dashboard asks for, with a million ended jobs and a line that waits; each request until its last byte.

Asked of ``start.py`` by one client: by staff of everybody's jobs, by a person who has half of all jobs of their own. A worker
runs as many jobs as it can the while, and each page of waiting jobs says when they will start.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from http.client import HTTPConnection

from bench.bars import DASHBOARD
from bench.figures import OURS, Figure, latencies
from bench.fill import Connection, add_history, add_queued, settle_table
from bench.server import Server
from bench.shipped import Person, Shipped
from bench.sizes import Sizes

PEOPLE = 50
WARM_UP = 3  # of each request
SHARES = {"p50_ms": 0.5, "p95_ms": 0.95}
SLEEP = json.dumps({"seconds": 300, "steps": 1})  # of the jobs that wait: longer than the measurement
PATHS = {
    "list": "/api/jobs",
    "queued": "/api/jobs?status=queued",
    "next": "/api/jobs?status=queued&order=next&top_level=true",
    "failed": "/api/jobs?status=failed",
    "word": "/api/jobs?q=word77",
    "two_words": "/api/jobs?q=create+canvas",
    "no_word": "/api/jobs?q=zebra",
    "tag": "/api/jobs?tag=rare",
    "type_failed": "/api/jobs?type=type_3&status=failed",
    "overview": "/api/jobs/overview?scope=all",
    "overview_day": "/api/jobs/overview?scope=all&span=day",
    "facets": "/api/jobs/facets?scope=all",
    "stats": "/api/jobs/stats",
    "staff_queues": "/api/staff/queues",
    "staff_workers": "/api/staff/workers",
    "staff_types": "/api/staff/types",
    "staff_course": "/api/staff/course?span=month",
}
OWN_PATHS = {
    "own_list": "/api/jobs",
    "own_failed": "/api/jobs?status=failed",
    "own_next": "/api/jobs?status=queued&order=next&top_level=true",
    "own_overview": "/api/jobs/overview",
}


def measure(server: Server, sizes: Sizes, say: Callable[[str], None]) -> Iterable[Figure]:
    """50 and 95 of a hundred answers of each request come within so many milliseconds."""
    with server.database() as url:
        shipped = Shipped(url)
        staff, busy, *others = shipped.people(PEOPLE)
        with shipped.connect() as connection:
            say("D filling")
            _fill(connection, busy, others, sizes)
            connection.execute("UPDATE app_user SET role = 'staff' WHERE id = %s", (staff.id,))
            details = _details(connection)
        say("D asking")
        wanted = [(name, path, staff) for name, path in {**PATHS, **details}.items()]
        wanted += [(name, path, busy) for name, path in OWN_PATHS.items()]
        with shipped:
            found = _ask(shipped.port, wanted, sizes.looks)
    return [
        figure for name in DASHBOARD for figure in latencies("D", OURS, found[name], prefix=f"{name}_", shares=SHARES)
    ]


def _fill(connection: Connection, busy: Person, others: list[Person], sizes: Sizes) -> None:
    """Half of the ended jobs, and some of those that wait, are one person's."""
    add_history(connection, sizes.ended, busy.id, [person.id for person in others])
    everybody = [busy.id, *(person.id for person in others)]
    for queue in ("default", "ai"):
        add_queued(connection, sizes.waiting // 2, everybody, "diagnostic_sleep", SLEEP, queue)
    settle_table(connection)


def _details(connection: Connection) -> dict[str, str]:
    """The pages of a job in the middle of the line and of one that has ended."""
    waiting = "status = 'queued' AND runnable ORDER BY sort_key DESC, id"
    ended = "status = 'failed' ORDER BY id DESC"
    found = {}
    for name, condition in (("waiting_job", waiting), ("ended_job", ended)):
        row = connection.execute(f"SELECT id FROM ai_job WHERE {condition} LIMIT 1".encode()).fetchone()
        found[name] = f"/api/jobs/{row[0] if row else uuid.UUID(int=0)}"
    return found


def _ask(port: int, wanted: list[tuple[str, str, Person]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each answer, the requests in turns, on one connection that is kept."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    found: dict[str, list[float]] = defaultdict(list)
    for turn in range(-WARM_UP, rounds):
        for name, path, person in wanted:
            began = time.monotonic()
            connection.request("GET", path, headers={"Authorization": f"Bearer {person.token}"})
            answer = connection.getresponse()
            body = answer.read()
            took = time.monotonic() - began
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")
            if turn >= 0:
                found[name].append(took)
    connection.close()
    return found
