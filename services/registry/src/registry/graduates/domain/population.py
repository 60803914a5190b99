"""Who counts in the population N (毕业生总数): the status of a graduate, and what it follows from."""

from common.codes import CodeLists
from registry.graduates.domain.entry import Entry, Status

COUNTED = frozenset({Status.REGISTERED, Status.COMPLETED})
"""Statuses in N."""


def status_of_level(level_code: str | None) -> Status:
    """The status that an education level says by itself: 结业 is completed, 肄业 has left."""
    # retired levels count as well: a roster may be older than the list
    level = CodeLists.load().get("education-level").lookup(level_code) if level_code else None
    outcome = level.attributes["outcome"] if level else "graduated"
    return {"completed": Status.COMPLETED, "left": Status.WITHDRAWN}.get(outcome, Status.REGISTERED)


def levels_with_status(status: Status) -> tuple[str, ...]:
    """The education levels that say this status by themselves."""
    codes = CodeLists.load().get("education-level").codes()
    return tuple(code for code in codes if status_of_level(code) is status)


def status_after(before: Entry, level_code: str | None) -> str:
    """The status after a change of the level: it follows the level unless an earlier act has set another one."""
    follows = before.status == status_of_level(before.education_level_code)
    return status_of_level(level_code) if follows else before.status


def moves_by_level(before: str, level_before: str | None, level_after: str | None) -> bool:
    """True if another education level would take a graduate of this status into or out of N."""
    follows = before == status_of_level(level_before)
    return follows and counts(before) is not counts(status_of_level(level_after))


def counts(status: str) -> bool:
    """True if a graduate with this status is in N: what every event says as `counted`."""
    return status in COUNTED


def leaves_population(before: str, after: str) -> bool:
    """True if a change of the status takes a graduate out of N."""
    return counts(before) and not counts(after)
