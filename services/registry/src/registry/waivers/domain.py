"""A waiver of a rule of quality: whom it covers, or up to which share, and until when. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NewType
from uuid import UUID

from common.approvals.domain import Asked, Outdated, must_not_identify
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from registry.graduates.domain.findings import OF_ROSTERS, RULES
from registry.graduates.domain.refusals import UnknownGraduate

WaiverId = NewType("WaiverId", UUID)

KIND = "waiver"
"""The kind of request, by which its deadline is found."""

OF_SCHOOL = "school"
"""The level of rules that are judged of a whole school only."""


@dataclass(frozen=True, kw_only=True)
class WaiverPlan:
    """A waiver as it is asked for: of `graduate_ids`, in every report, or up to `tolerance` per cent in one.

    That is the report of the college, or without one of the school.
    """

    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    rule_id: str
    graduate_ids: tuple[GraduateId, ...] | None
    tolerance: Decimal | None
    reason: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class Waiver(Asked):
    """A waiver as stored, with the graduates in the order asked; it holds to the end of `expires_on` once approved.

    Its texts are None once the data key of its roster was destroyed.
    """

    id: WaiverId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    rule_id: str
    graduate_ids: list[GraduateId] | None
    tolerance: Decimal | None
    expires_on: date
    reason: str | None
    decision_reason: str | None


def must_be_complete(plan: WaiverPlan, today: date) -> None:
    """Raises Invalid for a plan that lacks something or has too much, IdentifyingText for its reason."""
    problems = [rule(name).problem(pointer) for pointer, name in _faults(plan, today)]
    if problems:
        raise Invalid(problems)
    must_not_identify("/reason", plan.reason)


def must_be_known(plan: WaiverPlan, known: Mapping[GraduateId, CollegeCode | None]) -> None:
    """Raises UnknownGraduate for those who are not known in the roster, or not in the college that the plan names."""
    if problems := _unknown(plan, known):
        raise UnknownGraduate(problems)


def must_still_hold(waiver: Waiver, known: Mapping[GraduateId, CollegeCode | None], today: date) -> None:
    """Raises Outdated for a waiver that has expired before it was decided, or whose graduates have left its college."""
    expired = [rule("expired").problem("/expires_on")] if waiver.expires_on < today else []
    if problems := [*_unknown(waiver, known), *expired]:
        raise Outdated(problems)


def highest(tolerances: Collection[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Rule → the highest of the shares up to which waivers in force let it be broken."""
    found: dict[str, Decimal] = {}
    for rule_id, tolerance in tolerances:
        found[rule_id] = max(tolerance, found.get(rule_id, tolerance))
    return found


def _unknown(waiver: WaiverPlan | Waiver, known: Mapping[GraduateId, CollegeCode | None]) -> Sequence[FieldProblem]:
    return [
        rule("unknown_graduate").problem(f"/graduate_ids/{at}")
        for at, each in enumerate(waiver.graduate_ids or ())
        if each not in known or waiver.college_code not in {None, known[each]}
    ]


def _faults(plan: WaiverPlan, today: date) -> Iterator[tuple[str, str]]:
    if plan.rule_id not in RULES:
        yield "/rule_id", "unknown_rule"
        return
    if (plan.graduate_ids is None) == (plan.tolerance is None):
        yield "/tolerance", "required" if plan.tolerance is None else "must_be_empty"
    if plan.graduate_ids is not None and plan.rule_id in OF_ROSTERS:
        yield "/graduate_ids", "must_be_empty"
    if plan.college_code and plan.tolerance is not None and rule(plan.rule_id).level == OF_SCHOOL:
        yield "/college_code", "must_be_empty"
    named = list(enumerate(plan.graduate_ids or ()))
    first = {each: at for at, each in reversed(named)}
    yield from ((f"/graduate_ids/{at}", "repeated") for at, each in named if first[each] != at)
    if plan.expires_on < today:
        yield "/expires_on", "expired"
