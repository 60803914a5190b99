"""The table's old place."""

from common.once.table import idempotency_table

__all__ = ["idempotency_table"]
