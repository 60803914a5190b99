"""Safe retries: a request with an idempotency key is done once, and answered again. Knows no HTTP."""

from common.once.keys import (
    AlreadyAnswered,
    Answered,
    Once,
    Remembered,
    RequestInProgress,
    claim,
    claim_each,
    purge_idempotency_keys,
    remember,
    remember_each,
)
from common.once.table import idempotency_table

__all__ = [
    "AlreadyAnswered",
    "Answered",
    "Once",
    "Remembered",
    "RequestInProgress",
    "claim",
    "claim_each",
    "idempotency_table",
    "purge_idempotency_keys",
    "remember",
    "remember_each",
]
