"""What must be true of every job's history, whatever was done to the workers. Each finding is a sentence."""

from __future__ import annotations

from typing import Any

from tests.jobs.engine import Engine

TABLES = (
    "CREATE TABLE mark (job_id uuid NOT NULL, run int NOT NULL, number int NOT NULL, "
    "at timestamptz NOT NULL DEFAULT clock_timestamp())",
    "CREATE INDEX ON mark (job_id)",
    "CREATE INDEX ON effect (job_id)",
)

FAULTS = {
    "unfinished": "SELECT id FROM ai_job WHERE completed_at IS NULL",
    "not completed": "SELECT id FROM ai_job WHERE status IN ('failed', 'cancelled')",
    "a gap in the events": """
        SELECT id FROM ai_job LEFT JOIN ai_job_event ON job_id = id
        GROUP BY id HAVING count(*) <> last_seq OR min(seq) <> 1 OR max(seq) <> last_seq""",
    "an event after the end, or two ends": """
        SELECT id FROM ai_job JOIN ai_job_event ON job_id = id
        WHERE ai_job_event.type IN ('completed', 'failed', 'cancelled') AND (seq <> last_seq OR type <> ai_job.status)""",
    "finished without an event of it": """
        SELECT id FROM ai_job WHERE completed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM ai_job_event WHERE job_id = id AND seq = last_seq AND type = ai_job.status)""",
    "another number of attempts than of ended runs": """
        SELECT id FROM ai_job LEFT JOIN ai_job_attempt ON job_id = id WHERE status <> 'processing'
        GROUP BY id HAVING count(run) <> runs""",
    "a result of another run than the last": """
        SELECT id FROM ai_job WHERE result_data ? 'run' AND (result_data ->> 'run')::int <> runs""",
    "a write of a run after the next one had begun": """
        SELECT job_id FROM (
            SELECT job_id, type, message, data,
                count(*) FILTER (WHERE type = 'processing') OVER (PARTITION BY job_id ORDER BY seq) AS run
            FROM ai_job_event
        ) AS event
        WHERE (type = 'partial' AND (data ->> 'run')::int <> run) OR (type = 'progress' AND message <> 'run ' || run)""",
    "a mark without its partial result, or the other way round": """
        SELECT coalesce(mark.job_id, event.job_id)
        FROM mark FULL JOIN (SELECT * FROM ai_job_event WHERE type = 'partial') AS event
        ON mark.job_id = event.job_id AND run = (data ->> 'run')::int AND number = (data ->> 'number')::int
        WHERE mark.job_id IS NULL OR event.job_id IS NULL""",
    "a mark after the run had ended": """
        SELECT mark.job_id FROM mark
        JOIN ai_job_attempt AS attempt ON attempt.job_id = mark.job_id AND attempt.run = mark.run
        WHERE mark.at > attempt.ended_at""",
    "an element without its mark": """
        SELECT job_id FROM canvas_element AS element WHERE job_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM mark WHERE mark.job_id = element.job_id AND run || '-' || number = element.id)""",
}

EVERYTHING = """
SELECT id, md5(concat(
    ai_job::text,
    (SELECT string_agg(event::text, '' ORDER BY seq) FROM ai_job_event AS event WHERE event.job_id = ai_job.id),
    (SELECT string_agg(attempt::text, '' ORDER BY run) FROM ai_job_attempt AS attempt WHERE attempt.job_id = ai_job.id),
    (SELECT string_agg(mark::text, '' ORDER BY run, number, at) FROM mark WHERE mark.job_id = ai_job.id),
    (SELECT string_agg(element::text, '' ORDER BY element.id) FROM canvas_element AS element WHERE element.job_id = ai_job.id)
))
FROM ai_job WHERE completed_at IS NOT NULL
"""


def faults(engine: Engine, *ignored: str) -> dict[str, int]:
    """How many jobs have which fault; nothing if all is well. ``ignored``: what is no fault here."""
    found = {}
    for sentence, query in FAULTS.items():
        if sentence not in ignored:
            jobs = {row[0] for row in engine.connection.execute(query.encode()).fetchall()}
            if jobs:
                found[sentence] = len(jobs)
    return found


def snapshot(engine: Engine) -> dict[Any, str]:
    """Everything that is stored about the finished jobs, as text."""
    return dict(engine.connection.execute(EVERYTHING).fetchall())
