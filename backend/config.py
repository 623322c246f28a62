"""Every setting of the application: one frozen object, read once from the environment, refusing nonsense.

``.env.example`` lists the variables with their meaning; a test keeps the two in step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from backend.config_providers import ProviderSettings, parse_providers
from backend.config_rules import LimitRule, QueueRoute, parse_limits, parse_routes

__all__ = ["ProviderSettings", "Settings", "SettingsError"]

ROOT = Path(__file__).resolve().parent.parent
PLATFORM_VARIABLES = ("RAILWAY_ENVIRONMENT", "RAILWAY_PROJECT_ID", "DYNO", "RENDER", "FLY_APP_NAME", "K_SERVICE")
VOLUME_VARIABLES = ("RAILWAY_VOLUME_MOUNT_PATH",)
MIN_SECRET_LENGTH = 32
MAX_TOKENS = 10**12
MAX_DOLLARS = 1_000_000.0
BEATS_IN_LEASE = 2  # heartbeats, at least

T = TypeVar("T")


class SettingsError(Exception):
    """A wrong environment variable. Its text is one line that names the variable and says what is allowed."""


@dataclass(frozen=True)
class Settings:
    """Durations are seconds unless the name says otherwise; sizes are bytes."""

    # where it runs
    host: str
    port: int
    data_dir: Path
    database_url: str | None = field(repr=False)
    database_direct_url: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    frontend_dist: Path
    platform: str | None
    trusted_proxies: int
    async_mode: str
    log_level: str
    log_format: str
    live_push: bool
    live_sweep: bool
    # jobs
    max_concurrent_jobs: int
    cpu_processes: int
    job_processing_interval: float
    max_job_retries: int
    retry_backoff_base: float
    retry_backoff_max: float
    job_cleanup_days: float
    failed_job_cleanup_days: float
    audit_days: float
    notice_cleanup_days: float
    job_timeout: float
    hard_timeout_grace: float
    shutdown_grace: float
    lease_seconds: float
    heartbeat_interval: float
    priority_offsets: Mapping[str, float]
    limits: tuple[LimitRule, ...]
    queue_routes: tuple[QueueRoute, ...]
    result_cache_max_bytes: int
    # accounts
    signup_enabled: bool
    guests_enabled: bool
    staff_email: str | None
    session_days: float
    rate_limits: bool
    # limits on input
    max_body_bytes: int
    max_instructions: int
    answer_cache_seconds: int
    # AI
    providers: tuple[ProviderSettings, ...]
    embedded_model: str  # off, auto, on, or the path of a file of weights
    # money: tokens, and US dollars (None: no limit)
    billing: bool
    free_tokens: int
    guest_tokens: int
    low_credit_tokens: int
    ai_daily_budget: float | None
    ai_monthly_budget: float | None
    ai_user_daily_budget: float | None
    ai_user_monthly_budget: float | None
    ai_guest_daily_budget: float | None

    @property
    def max_attempts(self) -> int:
        """Attempts a job may spend: the first one and its retries."""
        return self.max_job_retries + 1

    @property
    def listen_url(self) -> str | None:
        """Where LISTEN works: beside a transaction pooler when ``DATABASE_DIRECT_URL`` names it."""
        return self.database_direct_url or self.database_url

    @property
    def sqlalchemy_url(self) -> str:
        """``DATABASE_URL`` with the driver that SQLAlchemy must use (psycopg 3)."""
        if self.database_url is None:
            raise SettingsError(
                "DATABASE_URL is not set: start the application with start.py, which runs the embedded Postgres, "
                "or name a server"
            )
        return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", self.database_url)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check all variables. Raises ``SettingsError`` at the first wrong one."""
        env = _Reader(os.environ if environ is None else environ)
        data_dir = Path(env.text("DATA_DIR", ".data")).expanduser()
        platform = next((name for name in PLATFORM_VARIABLES if env.text(name, "")), None)
        settings = cls(
            host=env.text("HOST", "0.0.0.0" if platform else "127.0.0.1"),  # noqa: S104 - a dyno must be reachable
            port=env.integer("PORT", 8000, 0, 65535),
            data_dir=data_dir if data_dir.is_absolute() else Path.cwd() / data_dir,
            database_url=env.postgres_url("DATABASE_URL"),
            database_direct_url=env.postgres_url("DATABASE_DIRECT_URL"),
            secret_key=env.secret("SECRET_KEY"),
            frontend_dist=Path(env.text("FRONTEND_DIST", str(ROOT / "frontend" / "dist"))),
            platform=platform,
            trusted_proxies=env.integer("TRUSTED_PROXIES", 1 if platform else 0, 0, 10),
            async_mode=env.choice("ASYNC_MODE", "eventlet", ("eventlet", "gevent", "threading")),
            log_level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            log_format=env.choice("LOG_FORMAT", "json", ("json", "console")),
            live_push=env.switch("LIVE_PUSH", True),
            live_sweep=env.switch("LIVE_SWEEP", True),
            max_concurrent_jobs=env.integer("MAX_CONCURRENT_JOBS", 3, 1, 256),
            cpu_processes=env.integer("CPU_PROCESSES", 0, 0, 64),
            job_processing_interval=env.number("JOB_PROCESSING_INTERVAL", 5.0, 0.05, 3600),
            max_job_retries=env.integer("MAX_JOB_RETRIES", 3, 0, 100),
            retry_backoff_base=env.number("RETRY_BACKOFF_BASE", 2.0, 0.01, 3600),
            retry_backoff_max=env.number("RETRY_BACKOFF_MAX", 480.0, 0.01, 86_400),
            job_cleanup_days=env.number("JOB_CLEANUP_DAYS", 7.0, 0.01, 3650),
            failed_job_cleanup_days=env.number("FAILED_JOB_CLEANUP_DAYS", 30.0, 0.01, 3650),
            audit_days=env.number("AUDIT_DAYS", 365.0, 1, 36_500),
            notice_cleanup_days=env.number("NOTICE_CLEANUP_DAYS", 30.0, 0.01, 3650),
            job_timeout=env.number("JOB_TIMEOUT", 1800.0, 1, 86_400),
            hard_timeout_grace=env.number("HARD_TIMEOUT_GRACE", 30.0, 0.05, 86_400),
            shutdown_grace=env.number("SHUTDOWN_GRACE", 10.0, 0, 3600),
            lease_seconds=env.number("LEASE_SECONDS", 3.0, 0.2, 3600),
            heartbeat_interval=env.number("HEARTBEAT_INTERVAL", 1.0, 0.05, 600),
            priority_offsets=_priority_offsets(env),
            limits=env.rules("LIMITS", parse_limits),
            queue_routes=env.rules("QUEUE_ROUTES", parse_routes),
            result_cache_max_bytes=env.integer("RESULT_CACHE_MAX_BYTES", 1024 * 1024, 0, 8 * 1024 * 1024),
            signup_enabled=env.switch("SIGNUP_ENABLED", True),
            guests_enabled=env.switch("GUESTS_ENABLED", True),
            staff_email=env.text("STAFF_EMAIL", "").strip().lower() or None,
            session_days=env.number("SESSION_DAYS", 30.0, 0.01, 365),
            rate_limits=env.switch("RATE_LIMITS", True),
            max_body_bytes=env.integer("MAX_BODY_BYTES", 8 * 1024 * 1024, 1024, 256 * 1024 * 1024),
            max_instructions=env.integer("MAX_INSTRUCTIONS", 20_000, 100, 1_000_000),
            answer_cache_seconds=env.integer("ANSWER_CACHE_SECONDS", 600, 0, 86_400),
            providers=env.rules("AI_PROVIDERS", parse_providers),
            embedded_model=env.embedded_model("EMBEDDED_MODEL"),
            billing=env.switch("BILLING", False),
            free_tokens=env.integer("FREE_TOKENS", 100_000, 0, MAX_TOKENS),
            guest_tokens=env.integer("GUEST_TOKENS", 10_000, 0, MAX_TOKENS),
            low_credit_tokens=env.integer("LOW_CREDIT_TOKENS", 5_000, 0, MAX_TOKENS),
            ai_daily_budget=env.dollars("AI_DAILY_BUDGET", 1.0),
            ai_monthly_budget=env.dollars("AI_MONTHLY_BUDGET", 20.0),
            ai_user_daily_budget=env.dollars("AI_USER_DAILY_BUDGET", 1.0),
            ai_user_monthly_budget=env.dollars("AI_USER_MONTHLY_BUDGET", 20.0),
            ai_guest_daily_budget=env.dollars("AI_GUEST_DAILY_BUDGET", 0.1),
        )
        _check_beats(settings)
        return settings


def _check_beats(settings: Settings) -> None:
    if settings.heartbeat_interval * BEATS_IN_LEASE > settings.lease_seconds:
        raise SettingsError(
            f"LEASE_SECONDS must be at least {BEATS_IN_LEASE} times HEARTBEAT_INTERVAL, "
            "or one late heartbeat would cost a worker its jobs"
        )


class _Reader:
    """Reads one variable at a time; an empty one counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        value = self._environ.get(name, "")
        if "\x00" in value:
            raise SettingsError(f"{name} contains a NUL byte")
        return value or default

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        return self._parsed(name, default, low, high, int, "a whole number")

    def number(self, name: str, default: float, low: float, high: float) -> float:
        return self._parsed(name, default, low, high, float, "a number")

    def dollars(self, name: str, default: float) -> float | None:
        """An amount; “none” is no limit."""
        return None if self.text(name, "").lower() == "none" else self.number(name, default, 0, MAX_DOLLARS)

    def switch(self, name: str, default: bool) -> bool:
        value = self.text(name, "on" if default else "off").lower()
        if value not in ("on", "off", "true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{name} must be on or off, not {value!r}")
        return value in ("on", "true", "1", "yes")

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def postgres_url(self, name: str) -> str | None:
        value = self.text(name, "")
        if not value:
            return None
        if urlsplit(value).scheme not in ("postgres", "postgresql"):
            raise SettingsError(f"{name} must be a URL that begins with postgresql://")
        return re.sub(r"^postgres://", "postgresql://", value)

    def secret(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and len(value) < MIN_SECRET_LENGTH:
            raise SettingsError(
                f"{name} must have at least {MIN_SECRET_LENGTH} characters, for example from: "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return value or None

    def rules(self, name: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(self.text(name, ""))
        except ValueError as error:
            raise SettingsError(f"{name}: {error}") from None

    def embedded_model(self, name: str) -> str:
        value = self.text(name, "auto")
        if value not in ("off", "auto", "on") and not Path(value).is_file():
            raise SettingsError(f"{name} must be off, auto, on, or the path of a GGUF file, not {value!r}")
        return value

    def _parsed(self, name: str, default: T, low: float, high: float, parse: Callable[[str], T], what: str) -> T:
        raw = self.text(name, "")
        try:
            value = parse(raw) if raw else default
        except ValueError:
            raise SettingsError(f"{name} must be {what} from {low:g} to {high:g}, not {raw!r}") from None
        if not low <= value <= high:  # type: ignore[operator]
            raise SettingsError(f"{name} must be {what} from {low:g} to {high:g}, not {raw!r}")
        return value


def _priority_offsets(env: _Reader) -> dict[str, float]:
    """Seconds by which each priority goes ahead of "normal"."""
    return {
        "urgent": env.number("PRIORITY_OFFSET_URGENT", 3600.0, -86_400, 86_400),
        "high": env.number("PRIORITY_OFFSET_HIGH", 600.0, -86_400, 86_400),
        "normal": 0.0,
        "low": env.number("PRIORITY_OFFSET_LOW", -600.0, -86_400, 86_400),
    }
