"""Reviews in SQL: `queue` what waits, `candidates` what a filter means, `decisions` what is sealed."""

from destinations.reviews.storage.candidates import bound_candidates, bound_rows, candidates, count_candidates
from destinations.reviews.storage.decisions import (
    Filters,
    add,
    apply,
    counts,
    find,
    items,
    keep_outcomes,
    lock,
    page,
    seal,
    seal_items,
    sealed,
    to_seal,
    unsealed_of,
)
from destinations.reviews.storage.queue import InQueue, queued, waiting

__all__ = [
    "Filters",
    "InQueue",
    "add",
    "apply",
    "bound_candidates",
    "bound_rows",
    "candidates",
    "count_candidates",
    "counts",
    "find",
    "items",
    "keep_outcomes",
    "lock",
    "page",
    "queued",
    "seal",
    "seal_items",
    "sealed",
    "to_seal",
    "unsealed_of",
    "waiting",
]
