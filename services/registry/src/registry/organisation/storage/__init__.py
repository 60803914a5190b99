"""SQL about schools and their units."""

from registry.organisation.storage.pages import listed, listed_schools
from registry.organisation.storage.schools import (
    OWNERS_OF_EVENTS,
    current_sequence,
    lock_school,
    name_of,
    next_sequences,
    province_of,
    raise_streams,
    require_school,
)
from registry.organisation.storage.units import (
    add,
    add_all,
    find,
    get,
    known_codes,
    lineage,
    save,
    save_all,
    schools_with_due_codes,
    units_of,
)

__all__ = [
    "OWNERS_OF_EVENTS",
    "add",
    "add_all",
    "current_sequence",
    "find",
    "get",
    "known_codes",
    "lineage",
    "listed",
    "listed_schools",
    "lock_school",
    "name_of",
    "next_sequences",
    "province_of",
    "raise_streams",
    "require_school",
    "save",
    "save_all",
    "schools_with_due_codes",
    "units_of",
]
