"""The job engine: a small library that enqueues, claims, runs, retries and records jobs on Postgres. It knows no feature.

Features use the names below and nothing else of it.
"""

from backend.jobs.admission.circuit import Rate, Use
from backend.jobs.enqueue import Enqueued, enqueue
from backend.jobs.enqueue_many import enqueue_many
from backend.jobs.flows.flow import Group, chain, group, then
from backend.jobs.flows.flow_plan import ChainSpec, GroupSpec, JobSpec
from backend.jobs.handling.context import JobContext
from backend.jobs.job import Job
from backend.jobs.registry import task
from backend.jobs.retry import RetryPolicy
from backend.jobs.signals import Cancel, ClaimLost, FinalError, JobCancelled, ProviderWait, RetryableError, Snooze
from backend.jobs.unique import Unique

__all__ = [
    "Cancel",
    "ChainSpec",
    "ClaimLost",
    "Enqueued",
    "FinalError",
    "Group",
    "GroupSpec",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobSpec",
    "ProviderWait",
    "Rate",
    "RetryPolicy",
    "RetryableError",
    "Snooze",
    "Unique",
    "Use",
    "chain",
    "enqueue",
    "enqueue_many",
    "group",
    "task",
    "then",
]
