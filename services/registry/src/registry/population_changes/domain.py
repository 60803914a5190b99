"""A change of who counts in the population N: what it needs, from which status to which it leads. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from common.approvals.domain import Asked, Outdated, TransitionNotAllowed, must_not_identify
from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Invalid, RulesBroken
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from registry.graduates.domain.entry import Status
from registry.graduates.domain.population import counts, status_of_level
from registry.graduates.domain.refusals import ErasedPerson

ChangeId = NewType("ChangeId", UUID)

KIND = "population_change"
"""The kind of request, by which its deadline is found."""

GROUNDS = "exclusion-ground"
"""The code list of grounds of an exclusion."""


class Change(StrEnum):
    """What becomes of the graduates."""

    EXTEND = "extend"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    DECEASE = "decease"
    EXCLUDE = "exclude"
    READMIT = "readmit"


_LEADS_TO: Mapping[Change, Status] = {
    Change.EXTEND: Status.EXTENDED,
    Change.WITHDRAW: Status.WITHDRAWN,
    Change.TRANSFER: Status.TRANSFERRED,
    Change.DECEASE: Status.DECEASED,
    Change.EXCLUDE: Status.EXCLUDED,
}
_ON_PAPER = frozenset({Change.EXTEND, Change.WITHDRAW, Change.TRANSFER})
_OF_DUPLICATES, _BY_AUTHORITY = "duplicate", "authority"


@dataclass(frozen=True)
class Document:
    """The paper (文件) that a change rests on."""

    number: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class ChangePlan:
    """A change as it is asked for. Without `effective_on`, which a death needs, it counts from its approval's day."""

    school_code: SchoolCode
    cohort: Cohort
    graduate_ids: tuple[GraduateId, ...]
    change: Change
    ground: str | None
    duplicate_of: GraduateId | None
    document: Document | None
    effective_on: date | None
    reason: str


@dataclass(frozen=True)
class Terms:
    """What of a change decides for whom it can be asked."""

    change: Change
    duplicate_of: GraduateId | None
    effective_on: date | None


@dataclass(frozen=True)
class FileTexts:
    """What people wrote about the change that a file asks for."""

    reason: str
    document_number: str | None


@dataclass(frozen=True, kw_only=True)
class PopulationChange(Asked):
    """A change as stored, with the graduates in the order asked, each with the status it had then.

    `clamped` counts those for whom it counts from a later day than `effective_on`, that of a later event.
    """

    id: ChangeId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    change: Change
    ground: str | None
    duplicate_of: GraduateId | None
    document: Document | None
    effective_on: date | None
    graduate_ids: list[GraduateId]
    statuses: list[str]
    reason: str | None
    decision_reason: str | None
    clamped: int | None
    change_token: str | None


@dataclass(frozen=True)
class Member:
    """A graduate as far as a change asks; one that is gone is erased, and keeps its status."""

    id: GraduateId
    status: str
    education_level_code: str | None
    college_code: CollegeCode | None
    graduated_on: date | None
    is_gone: bool = False


_CODES = ("in_the_future", "died_after_graduation", "level_not_counted", "unknown_graduate")


class ChangeRefused(RulesBroken):
    """What is asked for lacks something, or cannot be; the code is the rule where one rule alone is broken."""

    codes = MappingProxyType({each: rule(each).text for each in _CODES})


class ErasedMembers(ErasedPerson):
    """Some of the graduates are erased: `problems` says which."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class PopulationChangeOpen(Conflict):
    """Another open change names some of the graduates: `problems` says which."""

    code = "population_change_open"
    title = rule("population_change_open").text

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def changes_from(status: str) -> tuple[Change, ...]:
    """The changes that a graduate of this status can go through."""
    counted = counts(status)
    possible = {Change.EXCLUDE: counted, Change.READMIT: not counted}
    return tuple(each for each in Change if possible.get(each, _LEADS_TO.get(each) != status))


def status_after(change: Change, member: Member) -> Status:
    """Where the change leads: a readmission to what the education level says."""
    return _LEADS_TO.get(change) or status_of_level(member.education_level_code)


def must_be_complete(plan: ChangePlan, today: date) -> None:
    """Raises ChangeRefused for a plan that lacks something or has too much, IdentifyingText for its reason."""
    if problems := tuple(rule(name).problem(pointer) for pointer, name in _faults(plan, today)):
        raise ChangeRefused(problems)
    must_not_identify("/reason", plan.reason)


def must_not_be_gone(plan: ChangePlan, members: Mapping[GraduateId, Member]) -> None:
    """Raises ErasedMembers for graduates who are erased."""
    if problems := problems_of(plan.graduate_ids, _gone(members), "gone"):
        raise ErasedMembers(problems)


def must_be_possible(plan: ChangePlan, members: Mapping[GraduateId, Member]) -> None:
    """Raises TransitionNotAllowed where a graduate's status does not allow the change; names each of them."""
    refused = [each for each in members.values() if plan.change not in changes_from(each.status)]
    if refused:
        problems = problems_of(plan.graduate_ids, {each.id for each in refused}, "transition_not_allowed")
        raise TransitionNotAllowed(refused[0].status, changes_from(refused[0].status), problems)


def must_be_known(plan: ChangePlan, members: Mapping[GraduateId, Member]) -> None:
    """Raises ChangeRefused for graduates who are unknown, and for those of whom the change cannot be true."""
    broken = dict.fromkeys(set(plan.graduate_ids) - members.keys(), "unknown_graduate")
    broken |= {each.id: name for each in members.values() if (name := untrue_of(plan.change, plan.effective_on, each))}
    problems = [
        rule(broken[each]).problem(f"/graduate_ids/{at}") for at, each in enumerate(plan.graduate_ids) if each in broken
    ]
    if problems:
        raise ChangeRefused(problems)


def untrue_of(change: Change, effective_on: date | None, member: Member) -> str | None:
    """The rule that says why a change that the status allows cannot be true of a graduate."""
    if change is Change.READMIT and not counts(status_after(change, member)):
        return "level_not_counted"
    survived = effective_on and member.graduated_on and effective_on > member.graduated_on
    return "died_after_graduation" if change is Change.DECEASE and survived else None


def must_keep_one(plan: ChangePlan, known: Mapping[GraduateId, Member]) -> None:
    """Raises ChangeRefused unless the entry that stays of duplicates is known and in N, ErasedMembers if erased."""
    if plan.duplicate_of is None:
        return
    stays = known.get(plan.duplicate_of)
    if stays and stays.is_gone:
        raise ErasedMembers([rule("gone").problem("/duplicate_of")])
    if not stays or not counts(stays.status):
        broken = "duplicate_must_stay" if stays else "unknown_graduate"
        raise ChangeRefused([rule(broken).problem("/duplicate_of")])


def must_still_fit(change: PopulationChange, known: Mapping[GraduateId, Member]) -> None:
    """Raises Outdated where a graduate is erased by now, has another status than when it was asked, or a level that
    does not count; or where the entry that stays of duplicates is not in N any more.
    """
    members = {each: known[each] for each in change.graduate_ids}
    then = dict(zip(change.graduate_ids, change.statuses, strict=True))
    gone = _gone(members)
    moved = {each for each, member in members.items() if member.status != then[each]} - gone
    problems = problems_of(change.graduate_ids, gone, "gone")
    problems += problems_of(change.graduate_ids, moved, "status_changed")
    if change.change is Change.READMIT:
        left = {each for each, member in members.items() if not counts(status_after(change.change, member))}
        problems += problems_of(change.graduate_ids, left - moved - gone, "level_not_counted")
    if change.duplicate_of and not counts(known[change.duplicate_of].status):
        problems.append(rule("duplicate_must_stay").problem("/duplicate_of"))
    if problems:
        raise Outdated(problems)


def must_be_fewer(change: PopulationChange, graduate_ids: Sequence[GraduateId]) -> None:
    """Raises Invalid unless the graduates are some of those whom the change names, and not all of them."""
    further = set(graduate_ids) - set(change.graduate_ids)
    problems = [*repeated(graduate_ids), *problems_of(graduate_ids, further, "not_fewer")]
    if not problems and len(graduate_ids) == len(change.graduate_ids):
        problems = [rule("not_fewer").problem("/graduate_ids")]
    if problems:
        raise Invalid(problems)


def problems_of(
    graduate_ids: Sequence[GraduateId], concerned: Collection[GraduateId], broken: str
) -> list[FieldProblem]:
    """The places of some of the graduates in the request, each breaking the same rule."""
    return [rule(broken).problem(f"/graduate_ids/{at}") for at, each in enumerate(graduate_ids) if each in concerned]


def _gone(members: Mapping[GraduateId, Member]) -> set[GraduateId]:
    return {each.id for each in members.values() if each.is_gone}


def repeated(graduate_ids: Sequence[GraduateId]) -> list[FieldProblem]:
    """The places of graduates who are named before."""
    first = {each: at for at, each in reversed(list(enumerate(graduate_ids)))}
    again = [at for at, each in enumerate(graduate_ids) if first[each] != at]
    return [rule("repeated").problem(f"/graduate_ids/{at}") for at in again]


def college_of(members: Collection[Member]) -> CollegeCode | None:
    """The college whose officers read and ask for a change: that of all its graduates, if they have one in common."""
    colleges = {each.college_code for each in members}
    return colleges.pop() if len(colleges) == 1 else None


def _faults(plan: ChangePlan, today: date) -> Iterator[tuple[str, str]]:
    yield from ((each.pointer, each.rule) for each in repeated(plan.graduate_ids))
    if plan.effective_on and plan.effective_on > today:
        yield "/effective_on", "in_the_future"
    # the day of the approval may be one after graduating
    if plan.change is Change.DECEASE and plan.effective_on is None:
        yield "/effective_on", "required"
    excludes = plan.change is Change.EXCLUDE
    if excludes and plan.ground is not None and plan.ground not in CodeLists.load().get(GROUNDS):
        yield "/ground", "unknown_code"
    duplicates = excludes and plan.ground == _OF_DUPLICATES
    for pointer, value, wanted in (
        ("/ground", plan.ground, excludes),
        ("/duplicate_of", plan.duplicate_of, duplicates),
    ):
        if wanted is not (value is not None):
            yield pointer, "required" if wanted else "must_be_empty"
    if plan.duplicate_of in plan.graduate_ids:
        yield "/duplicate_of", "duplicate_must_stay"
    on_paper = plan.change in _ON_PAPER or (excludes and plan.ground == _BY_AUTHORITY)
    if on_paper and plan.document is None:
        yield "/document", "required"
