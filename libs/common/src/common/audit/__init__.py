"""Audit trail: one insert-only entry for every acknowledged change and every read of unmasked data."""

from common.audit.entry import record
from common.audit.table import audit_table

__all__ = ["audit_table", "record"]
