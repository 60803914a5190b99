"""A service as a process: its commands, its background work, and an end that comes in time.

`services/<name>/__main__.py` describes the service and calls `run_service`.
"""

from common.service_process.areas import Area, Composition, SettingsMissing, Subscription
from common.service_process.commands import run_service
from common.service_process.composition import Background, Command, NotReady, Service
from common.service_process.long_work import Operation
from common.service_process.maintaining import NOT_DONE, rotate_keys, run_as_owner
from common.service_process.runtime import Runtime

__all__ = [
    "NOT_DONE",
    "Area",
    "Background",
    "Command",
    "Composition",
    "NotReady",
    "Operation",
    "Runtime",
    "Service",
    "SettingsMissing",
    "Subscription",
    "rotate_keys",
    "run_as_owner",
    "run_service",
]
