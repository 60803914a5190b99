"""Employers in SQL: `making` makes and links them, `tidying` ends what nothing names. Decides nothing."""

from destinations.employers.storage.making import due_part, known, lock_due, make, name, share
from destinations.employers.storage.tidying import end_unnamed, find_unnamed, schools_of

__all__ = [
    "due_part",
    "end_unnamed",
    "find_unnamed",
    "known",
    "lock_due",
    "make",
    "name",
    "schools_of",
    "share",
]
