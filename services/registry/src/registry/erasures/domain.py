"""An erasure (删除个人信息): on which ground it is asked, by whom, and from which day it is done. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.approvals.domain import (
    Asked,
    RequestAction,
    TransitionNotAllowed,
    allowed_actions,
    must_be_open,
)
from common.errors import Conflict, Forbidden, Message
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from registry.retention.domain import retention_ends

ErasureId = NewType("ErasureId", UUID)

KIND = "erasure"
"""The kind of request, by which its deadline is found."""


class ErasureState(StrEnum):
    """Where an erasure stands: `approved` until its day, and `erased` once it is done."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REFUSED = "refused"
    ERASED = "erased"


class Ground(StrEnum):
    """Why a graduate is erased."""

    GRADUATE_REQUEST = "graduate_request"
    RETENTION = "retention"
    ENTERED_IN_ERROR = "entered_in_error"
    COURT_ORDER = "court_order"


GROUNDS_OF: Mapping[str, frozenset[Ground]] = {
    "graduate": frozenset({Ground.GRADUATE_REQUEST}),
    "school_officer": frozenset(Ground),
    "system": frozenset({Ground.RETENTION}),
}
"""Role → the grounds on which it asks. An officer hands in what a graduate has asked for on paper, too."""


@dataclass(frozen=True, kw_only=True)
class ErasurePlan:
    """An erasure as it is asked for."""

    graduate_id: GraduateId
    ground: Ground
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Erasure(Asked):
    """An erasure as stored; `erase_on` is the day of an approved one, from which on it is done.

    Once erased it has no reasons.
    """

    id: ErasureId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    graduate_id: GraduateId
    ground: Ground
    erase_on: date | None
    reason: str | None
    decision_reason: str | None


class ErasureOpen(Conflict):
    """Another erasure of the graduate is open, or approved on such a ground that it excludes this one."""

    code = "erasure_open"
    title = Message(
        "该毕业生已有待审批或待执行的删除申请", "An erasure of the graduate is open already, or waits for its day"
    )


class GroundNotPermitted(Forbidden):
    """The role asks for erasures on other grounds."""

    code = "ground_not_permitted"
    title = Message("当前角色不能以此理由申请删除", "The role cannot ask for an erasure on this ground")


class NotDue(TransitionNotAllowed):
    """The erasure is not approved, or not for today."""


def must_have_ground(role: str, ground: Ground) -> None:
    """Raises GroundNotPermitted."""
    if ground not in GROUNDS_OF[role]:
        raise GroundNotPermitted


def erased_on(ground: Ground, cohort: Cohort, today: date) -> date:
    """The day of an erasure that is approved today: what a graduate asks for waits for the end of retention."""
    return max(today, retention_ends(cohort)) if ground is Ground.GRADUATE_REQUEST else today


def allowed_transitions(erasure: Erasure, subject: str, today: date, *, decides: bool) -> tuple[RequestAction, ...]:
    """What a caller could do now; `decides` says whether the role decides erasures."""
    if _waits(erasure, today) and erasure.requested_by == subject:
        return (RequestAction.WITHDRAW,)
    return allowed_actions(erasure, subject, decides=decides)


def must_be_withdrawable(erasure: Erasure, today: date) -> None:
    """Raises TransitionNotAllowed for one that has ended, and from the day of an approved one on."""
    if not _waits(erasure, today):
        must_be_open(erasure)


def must_be_due(erasure: Erasure, today: date, *, is_erased: bool) -> None:
    """Raises NotDue for one that is not approved, or not for today unless the graduate is erased already."""
    if erasure.state != ErasureState.APPROVED or (_waits(erasure, today) and not is_erased):
        raise NotDue(erasure.state, ())


def _waits(erasure: Erasure, today: date) -> bool:
    """True of an approved erasure before its day."""
    return erasure.state == ErasureState.APPROVED and erasure.erase_on is not None and today < erasure.erase_on
