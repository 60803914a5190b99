"""SQL about outside data: `authorisations` of a school, `facts` and their streams, `ending` and `rotation` of facts."""

from destinations.outside.storage.authorisations import add, find, get, page
from destinations.outside.storage.ending import end, erase, past
from destinations.outside.storage.facts import Stamped, Unsaved, newest, of_graduate, page_of_facts, save_many

__all__ = [
    "Stamped",
    "Unsaved",
    "add",
    "end",
    "erase",
    "find",
    "get",
    "newest",
    "of_graduate",
    "page",
    "page_of_facts",
    "past",
    "save_many",
]
