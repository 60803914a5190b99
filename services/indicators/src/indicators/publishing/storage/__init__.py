"""Publications in SQL."""

from indicators.publishing.storage.people import people_of
from indicators.publishing.storage.published import listed, opened, unit_names
from indicators.publishing.storage.tracked import Taken, cycles_of, newest_editions, tracked
from indicators.publishing.storage.writing import (
    add,
    change,
    content_of,
    find,
    give_back,
    lock,
    lock_line,
    page,
    propose,
    release,
    released,
    shown_in,
    withdraw,
)

__all__ = [
    "Taken",
    "add",
    "change",
    "content_of",
    "cycles_of",
    "find",
    "give_back",
    "listed",
    "lock",
    "lock_line",
    "newest_editions",
    "opened",
    "page",
    "people_of",
    "propose",
    "release",
    "released",
    "shown_in",
    "tracked",
    "unit_names",
    "withdraw",
]
