"""Registrations in SQL: lists and single ones cut to a scope, locks, the next version with its history.

`registrations` reads what stands, `versions` what has been, `streams` locks, `saving` writes. Decides nothing.
"""

from destinations.registrations.storage.registrations import (
    Filters,
    current,
    current_of,
    get,
    page,
)
from destinations.registrations.storage.saving import code_list_versions, save
from destinations.registrations.storage.streams import lock_stream, open_streams
from destinations.registrations.storage.versions import Version, change_token_of, versions

__all__ = [
    "Filters",
    "Version",
    "change_token_of",
    "code_list_versions",
    "current",
    "current_of",
    "get",
    "lock_stream",
    "open_streams",
    "page",
    "save",
    "versions",
]
