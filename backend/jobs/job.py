"""A job as the engine sees it: frozen facts of one row, without the claim token, which only its run knows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple


class Job(NamedTuple):
    """One row of ``ai_job``. ``attempt`` counts attempts spent, the running one included; ``runs`` counts claims.

    The statements that return jobs list these columns in this order. A tuple: made in a tenth of a frozen dataclass' time.
    """

    id: uuid.UUID
    user_id: uuid.UUID
    canvas_id: uuid.UUID | None
    job_type: str
    queue: str
    priority: str
    status: str
    summary: str | None
    request_data: dict[str, Any]
    progress: int
    progress_message: str | None
    error_code: str | None
    error_message: str | None
    attempt: int
    max_attempts: int
    runs: int
    rescues: int
    last_seq: int
    run_at: datetime | None
    expires_at: datetime | None
    cancel_requested_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    parent_id: uuid.UUID | None
    tags: list[str]
    correlation_id: str | None
