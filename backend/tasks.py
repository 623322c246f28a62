"""Every module that declares tasks, imported so that the registry is full: in web and in the worker."""

from backend.monitoring import tasks as monitoring_tasks

TASK_MODULES = (monitoring_tasks,)
