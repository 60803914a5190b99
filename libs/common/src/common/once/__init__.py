"""Safe retries: a request with an idempotency key is done once, and answered again. Knows no HTTP."""

from common.once.keys import (
    AlreadyAnswered,
    Answered,
    Once,
    Remembered,
    RequestInProgress,
    claim,
    purge_idempotency_keys,
    remember,
)
from common.once.table import idempotency_table

__all__ = [
    "AlreadyAnswered",
    "Answered",
    "Once",
    "Remembered",
    "RequestInProgress",
    "claim",
    "idempotency_table",
    "purge_idempotency_keys",
    "remember",
]
