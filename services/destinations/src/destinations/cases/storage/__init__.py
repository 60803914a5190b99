"""SQL about cases: `opening` makes and clears them, `reading` shows them, `acting` changes them, `rotation` reseals."""

from destinations.cases.storage.acting import hands_of, is_uncorrected, link, lock, named, write
from destinations.cases.storage.opening import clear, open_cases, open_one, sealed_note
from destinations.cases.storage.reading import (
    READERS,
    Doubted,
    Filters,
    Link,
    find,
    find_any,
    is_found_true,
    links_of,
    of_graduate,
    page,
    scope_of,
    standing,
    steps_of,
)
from destinations.cases.storage.rotation import erase, reseal_notes
from destinations.cases.storage.sweeping import STATEMENTS, Overtaken, Swept, clear_evidence, sweep, sweeping
from destinations.cases.storage.thresholds import of_school as thresholds_of
from destinations.cases.storage.thresholds import set_threshold

__all__ = [
    "READERS",
    "STATEMENTS",
    "Doubted",
    "Filters",
    "Link",
    "Overtaken",
    "Swept",
    "clear",
    "clear_evidence",
    "erase",
    "find",
    "find_any",
    "hands_of",
    "is_found_true",
    "is_uncorrected",
    "link",
    "links_of",
    "lock",
    "named",
    "of_graduate",
    "open_cases",
    "open_one",
    "page",
    "reseal_notes",
    "scope_of",
    "sealed_note",
    "set_threshold",
    "standing",
    "steps_of",
    "sweep",
    "sweeping",
    "thresholds_of",
    "write",
]
