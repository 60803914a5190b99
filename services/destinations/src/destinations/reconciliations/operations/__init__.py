"""The work of a reconciliation: `cells` are compared, `reconciling` compares the files and keeps what differs."""

from destinations.reconciliations.domain import KIND
from destinations.reconciliations.operations.reconciling import EMPTY_RESULT, handler, reconcile

__all__ = ["EMPTY_RESULT", "KIND", "handler", "reconcile"]
