"""The job engine: a small library that enqueues, claims, runs, retries and records jobs on Postgres. It knows no feature.

Features use the names below and nothing else of it.
"""

from backend.jobs.context import JobContext
from backend.jobs.enqueue import Enqueued, enqueue
from backend.jobs.enqueue_many import enqueue_many
from backend.jobs.job import Job
from backend.jobs.registry import task
from backend.jobs.retry import RetryPolicy
from backend.jobs.signals import Cancel, ClaimLost, FinalError, JobCancelled, RetryableError, Snooze
from backend.jobs.unique import Unique

__all__ = [
    "Cancel",
    "ClaimLost",
    "Enqueued",
    "FinalError",
    "Job",
    "JobCancelled",
    "JobContext",
    "RetryPolicy",
    "RetryableError",
    "Snooze",
    "Unique",
    "enqueue",
    "enqueue_many",
    "task",
]
