"""Bulk decisions in SQL: `candidates` finds the registrations that a filter means, `decisions` keeps what is sealed."""

from destinations.reviews.storage.candidates import candidates, count_candidates
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

__all__ = [
    "Filters",
    "add",
    "apply",
    "candidates",
    "count_candidates",
    "counts",
    "find",
    "items",
    "keep_outcomes",
    "lock",
    "page",
    "seal",
    "seal_items",
    "sealed",
    "to_seal",
    "unsealed_of",
]
