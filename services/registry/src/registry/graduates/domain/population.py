"""Who counts in the population N (毕业生总数): the status of a graduate, what it follows from, and how one leaves."""

from collections.abc import Mapping
from typing import Any

from common.codes import CodeLists
from registry.graduates.domain.entry import Entry, Given, Status
from registry.graduates.domain.refusals import GraduateWithdrawn

COUNTED = frozenset({Status.REGISTERED, Status.COMPLETED})
"""Statuses in N."""

REASONS: Mapping[str, Status] = {
    "extended": Status.EXTENDED,
    "延期毕业": Status.EXTENDED,
    "deceased": Status.DECEASED,
    "死亡": Status.DECEASED,
    "transferred": Status.TRANSFERRED,
    "转学": Status.TRANSFERRED,
    "转出": Status.TRANSFERRED,
}
"""Reasons of a withdrawal that have a status of their own; every other reason is `withdrawn`."""


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


def patched_status(before: Entry, given: Given) -> str:
    """The status after a patch: the one that it names, else the one that follows from its level."""
    level = given.get("education_level_code", before.education_level_code)
    return str(given["status"]) if "status" in given else status_after(vars(before), level)


def counts(status: str) -> bool:
    """True if a graduate with this status is in N: what every event says as `counted`."""
    return status in COUNTED


def leaves_population(before: str, after: str) -> bool:
    """True if a change of the status takes a graduate out of N."""
    return counts(before) and not counts(after)


def withdrawal(status: str, reason: str) -> Status:
    """The status that a withdrawal for this reason leads to; raises GraduateWithdrawn outside N."""
    if not counts(status):
        raise GraduateWithdrawn(state=status, allowed_transitions=[])
    return REASONS.get(reason.strip(), Status.WITHDRAWN)
