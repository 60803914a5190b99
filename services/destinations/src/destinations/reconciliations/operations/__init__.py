"""The work of a reconciliation: `cells` are compared, `reconciling` compares the files and keeps what differs.

`retention` empties what was kept long enough.
"""

from destinations.reconciliations.domain import KIND
from destinations.reconciliations.operations.reconciling import EMPTY_RESULT, handler, reconcile
from destinations.reconciliations.operations.retention import end_past

__all__ = ["EMPTY_RESULT", "KIND", "end_past", "handler", "reconcile"]
