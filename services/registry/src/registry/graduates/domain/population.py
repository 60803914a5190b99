"""Who counts in the population N (毕业生总数): the status of a graduate, and what it follows from."""

from collections.abc import Mapping
from typing import Any

from common.codes import CodeLists
from registry.graduates.domain.entry import Status

COUNTED = frozenset({Status.REGISTERED, Status.COMPLETED})
"""Statuses in N."""


def status_of_level(level_code: str | None) -> Status:
    """The status that an education level says by itself: 结业 is completed, 肄业 has left."""
    # retired levels count as well: a roster may be older than the list
    level = CodeLists.load().get("education-level").lookup(level_code) if level_code else None
    outcome = level.attributes["outcome"] if level else "graduated"
    return {"completed": Status.COMPLETED, "left": Status.WITHDRAWN}.get(outcome, Status.REGISTERED)


def status_after(before: Mapping[str, Any], level_code: str | None) -> str:
    """The status after a change of the level: it follows the level unless an earlier act has set another one.

    `before` is the content of the version before, with nothing for a first one.
    """
    follows = not before or before["status"] == status_of_level(before.get("education_level_code"))
    return status_of_level(level_code).value if follows else str(before["status"])


def moves_by_level(before: Mapping[str, Any], level_after: str | None) -> bool:
    """True if another education level would take a graduate with this content into or out of N."""
    return bool(before) and counts(before["status"]) is not counts(status_after(before, level_after))


def counts(status: str) -> bool:
    """True if a graduate with this status is in N: what every event says as `counted`."""
    return status in COUNTED


def leaves_population(before: str, after: str) -> bool:
    """True if a change of the status takes a graduate out of N."""
    return counts(before) and not counts(after)
