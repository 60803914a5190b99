"""Accesses: every reading of clear data about a person, in one shape for all services that hold such data."""

from common.accesses.storage import record_accesses
from common.accesses.table import accesses_table

__all__ = ["accesses_table", "record_accesses"]
