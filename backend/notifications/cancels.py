"""Whose job somebody else has stopped is told by whom: the trigger at the end of a job cannot know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from backend.db import AnySession
from backend.identity import Actor

# A running job is asked to stop, and ends later: what is told is that, and by whom. Its end is no second notice (note_job_end).
TELL = text("""
WITH told AS (
    INSERT INTO notice (user_id, cause, kind, title, body, job_id, canvas_id)
    SELECT
        user_id, 'job:' || id || ':stopped:' || last_seq, 'job_cancelled', summary,
        CASE WHEN status = 'cancelled' THEN 'Cancelled by ' || :name ELSE :name || ' asked it to stop' END, id, canvas_id
    FROM ai_job
    WHERE id = ANY (CAST(:ids AS uuid[])) AND user_id <> :actor
        AND summary IS NOT NULL AND parent_id IS NULL AND NOT hidden
        AND NOT EXISTS (
            SELECT FROM notice_setting
            WHERE notice_setting.user_id = ai_job.user_id AND 'job_cancelled' = ANY (muted)
        )
    ON CONFLICT (user_id, cause) DO NOTHING
    RETURNING user_id
)
SELECT pg_notify('notice', user_id::text) FROM told GROUP BY user_id
""")


def tell_of_cancels(
    session: AnySession, actor: Actor, action: str, target_type: str, targets: Iterable[object], **_details: Any
) -> None:
    """Tell the owners of jobs that ``actor`` has cancelled, in the transaction that does it."""
    if (action, target_type) == ("job.cancel", "job"):
        ids = [str(target) for target in targets]
        session.execute(TELL, {"ids": ids, "actor": actor.user_id, "name": actor.name or "Staff"})
