"""Long work that survives a restart: encrypted uploads, leases, chunks, progress, error reports.

A route takes it with `accept`; a worker runs it with `OperationRunner` and one handler for each kind.
"""

from common.operations.context import ChunkAlreadyDone, OperationContext
from common.operations.outcome import Outcome, RowProblem
from common.operations.runner import Handler, OperationRunner
from common.operations.storage import purge_operations
from common.operations.submitting import prepare, submit
from common.operations.tables import operation_tables

__all__ = [
    "ChunkAlreadyDone",
    "Handler",
    "OperationContext",
    "OperationRunner",
    "Outcome",
    "RowProblem",
    "operation_tables",
    "prepare",
    "purge_operations",
    "submit",
]
