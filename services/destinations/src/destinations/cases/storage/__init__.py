"""SQL about cases: `opening` makes and clears them, `reading` shows them to who may see them, `rotation` reseals."""

from destinations.cases.storage.opening import clear, open_cases, open_one, sealed_note
from destinations.cases.storage.reading import (
    READERS,
    Doubted,
    Filters,
    Link,
    find,
    is_found_true,
    links_of,
    of_graduate,
    page,
    scope_of,
    standing,
    steps_of,
)
from destinations.cases.storage.rotation import erase, reseal_notes

__all__ = [
    "READERS",
    "Doubted",
    "Filters",
    "Link",
    "clear",
    "erase",
    "find",
    "is_found_true",
    "links_of",
    "of_graduate",
    "open_cases",
    "open_one",
    "page",
    "reseal_notes",
    "scope_of",
    "sealed_note",
    "standing",
    "steps_of",
]
