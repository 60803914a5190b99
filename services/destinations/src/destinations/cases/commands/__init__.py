"""Acts on cases."""

from destinations.cases.commands.acting import HANDLERS, allowed, assign, close, find, link, open_persons
from destinations.cases.commands.opening import MAKERS, Seen, audit_opened, get, make, open_case, shown

__all__ = [
    "HANDLERS",
    "MAKERS",
    "Seen",
    "allowed",
    "assign",
    "audit_opened",
    "close",
    "find",
    "get",
    "link",
    "make",
    "open_case",
    "open_persons",
    "shown",
]
