"""Every module that declares tasks, imported so that the registry is full: in web and in the worker."""

from backend.ai import tasks as ai_tasks
from backend.ai.enhancing import tasks as enhancing_tasks
from backend.ai.providers import tasks as providers_tasks
from backend.audit import retention as audit_retention
from backend.billing import operations as billing_operations
from backend.billing import tasks as billing_tasks
from backend.canvases.versions import upkeep as versions_upkeep
from backend.jobs import tasks as jobs_tasks
from backend.monitoring import tasks as monitoring_tasks
from backend.notifications import retention as notices_retention

TASK_MODULES = (
    ai_tasks,
    audit_retention,
    enhancing_tasks,
    providers_tasks,
    billing_operations,
    billing_tasks,
    versions_upkeep,
    jobs_tasks,
    monitoring_tasks,
    notices_retention,
)
