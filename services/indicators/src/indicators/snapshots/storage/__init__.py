"""Snapshots in SQL."""

from indicators.snapshots.storage.asking import (
    Due,
    add,
    decide,
    dismiss,
    due,
    is_known,
    lock,
    now_and_today,
    revise,
)
from indicators.snapshots.storage.comparing import counts, drift
from indicators.snapshots.storage.freezing import (
    BEFORE_ALL,
    dead_letters,
    fill,
    hash_of_rows,
    hash_of_versions,
    lines_after,
    seal,
    take,
    wait_for,
)
from indicators.snapshots.storage.reading import Filters, Listed, find, next_frozen, next_pending, page, sealed

__all__ = [
    "BEFORE_ALL",
    "Due",
    "Filters",
    "Listed",
    "add",
    "counts",
    "dead_letters",
    "decide",
    "dismiss",
    "drift",
    "due",
    "fill",
    "find",
    "hash_of_rows",
    "hash_of_versions",
    "is_known",
    "lines_after",
    "lock",
    "next_frozen",
    "next_pending",
    "now_and_today",
    "page",
    "revise",
    "seal",
    "sealed",
    "take",
    "wait_for",
]
