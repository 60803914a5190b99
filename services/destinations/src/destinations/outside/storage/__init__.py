"""SQL about outside data; decides nothing.

`authorisations` of a school, `facts` with their streams, `looking` for what was not compared yet, `ending` and
`rotation` of facts.
"""

from destinations.outside.storage.authorisations import add, find, get, page
from destinations.outside.storage.ending import end, erase, past
from destinations.outside.storage.facts import (
    Stamped,
    Unsaved,
    newest,
    newest_of_all,
    of_graduate,
    page_of_facts,
    save_many,
)
from destinations.outside.storage.looking import Due, Look, due_part, looked, still_due

__all__ = [
    "Due",
    "Look",
    "Stamped",
    "Unsaved",
    "add",
    "due_part",
    "end",
    "erase",
    "find",
    "get",
    "looked",
    "newest",
    "newest_of_all",
    "of_graduate",
    "page",
    "page_of_facts",
    "past",
    "save_many",
    "still_due",
]
