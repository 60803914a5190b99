"""SQL about evidence."""

from destinations.evidence.storage.ending import end, erase, past
from destinations.evidence.storage.pieces import (
    NewPiece,
    add,
    check,
    count,
    decide,
    find,
    get,
    next_waiting,
    of_graduate,
    page,
    registration_of,
    remove,
    set_hold,
)
from destinations.evidence.storage.standing import IS_SENT, outdate, standing

__all__ = [
    "IS_SENT",
    "NewPiece",
    "add",
    "check",
    "count",
    "decide",
    "end",
    "erase",
    "find",
    "get",
    "next_waiting",
    "of_graduate",
    "outdate",
    "page",
    "past",
    "registration_of",
    "remove",
    "set_hold",
    "standing",
]
