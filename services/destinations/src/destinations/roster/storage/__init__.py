"""The roster in SQL. `newest` holds what registry said last of each graduate, `versions` all that it ever said."""

from destinations.roster.storage.newest import (
    INCLUDED,
    OWNERS_OF_EVENTS,
    STATED,
    entries,
    find,
    graduates,
    hold_entries,
    keep_graduates,
    keep_schools,
    must_be_in_scope,
    not_kept,
    province_of,
    same_since,
    to_graduate,
    visible,
)
from destinations.roster.storage.versions import (
    ENTRIES_THEN,
    INCLUDED_VERSIONS,
    digest_of,
    drop_version,
    keep_versions,
)

__all__ = [
    "ENTRIES_THEN",
    "INCLUDED",
    "INCLUDED_VERSIONS",
    "OWNERS_OF_EVENTS",
    "STATED",
    "digest_of",
    "drop_version",
    "entries",
    "find",
    "graduates",
    "hold_entries",
    "keep_graduates",
    "keep_schools",
    "keep_versions",
    "must_be_in_scope",
    "not_kept",
    "province_of",
    "same_since",
    "to_graduate",
    "visible",
]
