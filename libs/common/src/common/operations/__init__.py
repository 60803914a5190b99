"""Long work that survives a restart: uploads, chunks, progress, error reports."""

from common.operations.tables import operation_tables

__all__ = ["operation_tables"]
