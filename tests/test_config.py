"""Settings: the defaults of the requirements, one clear line for each wrong value, and a true .env.example."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from backend.config import ROOT, Settings, SettingsError

EXAMPLE = (ROOT / ".env.example").read_text()


def example_values() -> dict[str, str]:
    return dict(line.split("=", 1) for line in EXAMPLE.splitlines() if re.match(r"[A-Z_]+=", line))


def test_defaults_are_those_of_the_requirements() -> None:
    settings = Settings.from_env({})
    assert (settings.max_concurrent_jobs, settings.job_processing_interval, settings.max_job_retries) == (3, 5.0, 3)
    assert (settings.retry_backoff_base, settings.retry_backoff_max, settings.job_cleanup_days) == (2.0, 480.0, 7.0)
    assert (settings.job_timeout, settings.shutdown_grace, settings.max_attempts) == (1800.0, 10.0, 4)
    assert settings.failed_job_cleanup_days == 30.0


def test_example_file_names_every_variable_with_its_default() -> None:
    source = (ROOT / "backend" / "config.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    assert set(example_values()) == read
    by_example = dataclasses.asdict(Settings.from_env(example_values()))
    by_default = dataclasses.asdict(Settings.from_env({}))
    by_example["frontend_dist"] = Path(by_example["frontend_dist"]).resolve()
    assert by_example == by_default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("MAX_CONCURRENT_JOBS", "0"),
        ("MAX_CONCURRENT_JOBS", "2.5"),
        ("JOB_PROCESSING_INTERVAL", "-1"),
        ("MAX_JOB_RETRIES", "-3"),
        ("RETRY_BACKOFF_BASE", "nan"),
        ("JOB_TIMEOUT", "inf"),
        ("LOG_LEVEL", "loud"),
        ("ASYNC_MODE", "asyncio"),
        ("SIGNUP_ENABLED", "maybe"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("SECRET_KEY", "short"),
        ("AI_PROVIDERS", "{}"),
        ("AI_PROVIDERS", '[{"name": "x"}]'),
        ("AI_PROVIDERS", '[{"name": "x", "base_url": "file:///etc", "model": "m", "api_key": "k"}]'),
        ("HEARTBEAT_INTERVAL", "30"),
        ("HEARTBEAT_INTERVAL", "1.6"),  # of a lease of 3: one late heartbeat would cost it
    ],
)
def test_wrong_value_is_refused_by_one_line_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({name: value})
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_secrets_do_not_show_in_the_representation() -> None:
    secret, key = "s" * 40, "provider-key-123"
    settings = Settings.from_env(
        {
            "SECRET_KEY": secret,
            "DATABASE_URL": "postgresql://u:pass-word@h/d",
            "AI_PROVIDERS": f'[{{"name": "x", "base_url": "https://h/v1", "model": "m", "api_key": "{key}"}}]',
        }
    )
    assert secret not in repr(settings)
    assert "pass-word" not in repr(settings)
    assert key not in repr(settings)


def test_platform_makes_it_reachable_and_a_laptop_keeps_it_private() -> None:
    assert Settings.from_env({"RAILWAY_ENVIRONMENT": "production"}).host == "0.0.0.0"
    assert Settings.from_env({}).host == "127.0.0.1"
