"""Where notifications do not arrive the worker polls, and says so; through a pooler it relies on no session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from backend.app import create_app
from backend.config import Settings
from backend.db import db
from backend.jobs.link import Link
from backend.jobs.runtime import canary as canary_module
from backend.jobs.runtime import listener as listener_module
from backend.jobs.runtime.canary import DEAF_PING_SECONDS, PING_SECONDS
from tests.closing import close_app
from tests.jobs.deaf_proxy import DeafProxy
from tests.jobs.engine import Engine

LONGEST = 10.0  # seconds in which the worker has to notice


@pytest.fixture
def engine_environ(engine_environ: dict[str, str]) -> dict[str, str]:
    return {**engine_environ, "JOB_PROCESSING_INTERVAL": "3600"}


@pytest.fixture
def proxy(engine: Engine) -> Iterator[DeafProxy]:
    found = DeafProxy(engine.url)
    yield found
    found.close()


def mode(engine: Engine) -> str:
    row = engine.connection.execute("SELECT mode FROM ai_worker ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else ""


def behind(proxy: DeafProxy, engine: Engine) -> Engine:
    """The same installation, its workers' own connections through the proxy."""
    through = Engine.__new__(Engine)
    through.__dict__.update(engine.__dict__)
    through.settings = Settings.from_env({**engine.environ, "DATABASE_DIRECT_URL": proxy.url})
    return through


def test_a_worker_that_hears_nothing_polls_until_notifications_arrive_again(
    engine: Engine, proxy: DeafProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2 * PING_SECONDS + DEAF_PING_SECONDS <= LONGEST
    monkeypatch.setattr(canary_module, "PING_SECONDS", 0.3)
    monkeypatch.setattr(canary_module, "DEAF_PING_SECONDS", 0.3)
    monkeypatch.setattr(listener_module, "LISTEN_AGAIN", 0.5)
    with capture_logs() as logs, behind(proxy, engine).worker():
        assert engine.until_status(engine.enqueue().id)["status"] == "completed"
        assert mode(engine) == "listening"
        proxy.deaf = True
        engine.until(lambda: mode(engine) == "polling")
        assert engine.until_status(engine.enqueue().id)["status"] == "completed"
        later = engine.enqueue(run_at=datetime.now(UTC) + timedelta(seconds=0.2))
        assert engine.until_status(later.id)["status"] == "completed"
        assert proxy.swallowed > 0
        proxy.deaf = False
        engine.until(lambda: mode(engine) == "listening")
        monkeypatch.setattr("backend.jobs.runtime.claimer.DOWN_POLL", 3600.0)
        assert engine.until_status(engine.enqueue().id)["status"] == "completed"
    said = [line["event"] for line in logs if line["event"] in ("worker_polls", "worker_listens")]
    assert said == ["worker_polls", "worker_listens"]


def test_one_ping_that_comes_through_by_chance_does_not_end_the_polling(engine: Engine) -> None:
    connected = Event()
    connected.set()
    canary = canary_module.Canary(engine.register(), connected)
    canary(engine.connection)
    canary(engine.connection)  # the first has not come back
    assert canary.deaf and not canary.listening()
    canary.heard("2")
    assert canary.deaf
    canary(engine.connection)
    canary.heard("2")  # late: it says nothing about the third
    assert canary.deaf
    canary.heard("3")
    assert canary.listening()
    connected.clear()
    assert not canary.listening()


def test_through_a_pooler_nothing_is_prepared_set_or_locked_for_a_session(engine: Engine) -> None:
    proxy = DeafProxy(engine.url, deaf=True, pooler=True)
    link, direct = Link(proxy.url, "test", durable=False), Link(engine.url, "test", durable=False)
    for opened in (link, direct):
        for _ in range(8):
            opened.attempt(lambda connection: connection.execute("SELECT 1 WHERE 1 = %s", (1,)))
    ask = (
        "SELECT count(*) FILTER (WHERE statement LIKE 'SELECT 1 WHERE%%'), current_setting('synchronous_commit'), "
        "current_setting('enable_seqscan') FROM pg_prepared_statements WHERE %s"
    )
    assert link.attempt(lambda connection: connection.execute(ask, (True,)).fetchone()) == (
        0,
        engine.connection.execute("SHOW synchronous_commit").fetchone()[0],  # type: ignore[index]
        "on",
    )
    assert direct.attempt(lambda connection: connection.execute(ask, (True,)).fetchone()) == (1, "off", "off")
    link.close()
    direct.close()
    with behind(proxy, engine).worker():
        engine.until(lambda: mode(engine) == "polling")
        assert engine.until_status(engine.enqueue("sample_effect").id)["status"] == "completed"
        assert engine.connection.execute("SELECT bool_or(holds_lock) FROM ai_worker").fetchone() == (False,)
    proxy.close()


def test_the_web_application_prepares_nothing_through_a_pooler(environ: dict[str, str]) -> None:
    ask = text("SELECT count(*) FROM pg_prepared_statements")
    for pooler, some in ((True, False), (False, True)):
        proxy = DeafProxy(environ["DATABASE_URL"], pooler=pooler)
        app = create_app(Settings.from_env({**environ, "DATABASE_URL": proxy.url}))
        with app.app_context(), db.engine.connect() as connection:
            for _ in range(8):
                prepared = connection.execute(ask).scalar_one()
            assert (prepared > 0) is some
        close_app(app)
        proxy.close()
