"""Employers in SQL; decides nothing.

`making` makes and links them, `tidying` ends what nothing names, `employers` reads and changes one, `searching` finds
them, `hiring` counts who names them.
"""

from destinations.employers.storage.employers import change, get, is_named_elsewhere, lock, merge, of_uscc, of_usccs
from destinations.employers.storage.hiring import Hires, hires
from destinations.employers.storage.making import due_part, known, lock_due, make, name, share
from destinations.employers.storage.searching import search
from destinations.employers.storage.tidying import end_unnamed, find_unnamed, schools_of

__all__ = [
    "Hires",
    "change",
    "due_part",
    "end_unnamed",
    "find_unnamed",
    "get",
    "hires",
    "is_named_elsewhere",
    "known",
    "lock",
    "lock_due",
    "make",
    "merge",
    "name",
    "of_uscc",
    "of_usccs",
    "schools_of",
    "search",
    "share",
]
