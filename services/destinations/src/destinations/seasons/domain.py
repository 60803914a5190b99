"""What a season says, what its settings may be, and which phase a day is in. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Message, RulesBroken
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.season import SeasonDay, season_day
from destinations.roster.domain import Graduate

ExtensionId = NewType("ExtensionId", UUID)

MOST_EXTENDED = 1_000
"""So many graduates are given an extension at once."""


class Level(StrEnum):
    """A level of review (审核级别), in the order in which they follow each other."""

    COUNSELLOR = "counsellor"
    COLLEGE = "college"
    SCHOOL = "school"

    # tables are found by levels for each row of a list, and the enumeration's own is a call in Python
    __hash__ = str.__hash__


class EvidenceRule(StrEnum):
    """When evidence (证明材料) is needed: never, to submit and to approve, or accepted before the last approval."""

    NONE = "none"
    SUBMIT = "submit"
    APPROVE = "approve"


class Phase(StrEnum):
    """Where a day stands against the deadlines: changes as a matter of course, with a reason, for a true case only."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


ALWAYS = (Level.COLLEGE, Level.SCHOOL)
"""The levels that every season has; a counsellor may precede them."""


@dataclass(frozen=True)
class Round:
    """A round of self-checks (自查), both days included."""

    number: int
    first_day: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the school sets; each day is the last one for what it names, and included."""

    levels: tuple[Level, ...]
    evidence: EvidenceRule
    changes_until: date
    coverage_by: date
    report_by: date
    closes_on: date
    graduation_day: date
    rounds: tuple[Round, ...]


@dataclass(frozen=True, kw_only=True)
class Season(Settings):
    """届次设置 of a school's cohort. Version 0 holds the defaults of a cohort that has no season."""

    school_code: SchoolCode
    cohort: Cohort
    version: int

    def phase(self, day: date, extended_until: date | None) -> Phase:
        """The phase on a day of Shanghai, for a graduate with or without an extension; without a season always open."""
        if self.version == 0:
            return Phase.OPEN
        return phase_of(day, self.changes_until, self.closes_on, extended_until)


def phase_of(day: date, changes_until: date, closes_on: date, extended_until: date | None) -> Phase:
    """The phase on a day of a cohort that has a season, whose last days these are."""
    if day > closes_on:
        return Phase.CLOSED
    return Phase.LATE if day > max(changes_until, extended_until or changes_until) else Phase.OPEN


@dataclass(frozen=True)
class Extension:
    """延期: until when one graduate may change as before; `reason` is None once the person is erased."""

    id: ExtensionId
    graduate_id: GraduateId
    until: date
    reason: str | None
    by_role: str
    recorded_at: datetime


@dataclass(frozen=True)
class ExtensionPlan:
    """An extension as it is asked for: the same days, for the same reason, for all of the graduates."""

    graduate_ids: tuple[GraduateId, ...]
    until: date
    reason: str


_CODES = ("levels", "later_than_ministry", "two_rounds", "unknown_graduate")


class SeasonRefused(RulesBroken):
    """The settings contradict themselves or a rule of the ministry; the code is the rule where one alone is broken."""

    codes = MappingProxyType({each: rule(each).text for each in _CODES})


class DeadlinePassed(Conflict):
    """A day that has passed is fixed; `problems` names each one that would move."""

    code = "deadline_passed"
    title = rule("deadline_passed").text

    def __init__(self, pointers: Sequence[str]) -> None:
        super().__init__()
        self.problems = tuple(rule("deadline_passed").problem(each) for each in pointers)


class NoSeason(Conflict):
    """The cohort has no season yet, so there is nothing to extend."""

    code = "season_not_set"
    title = Message("该届次尚未设置，请先保存届次设置", "The cohort has no season yet; save its settings first")


def default(school_code: SchoolCode, cohort: Cohort) -> Season:
    """What holds until the school saves its settings."""
    days = {each: season_day(each, cohort) for each in SeasonDay}
    return Season(
        school_code=school_code,
        cohort=cohort,
        version=0,
        levels=ALWAYS,
        evidence=EvidenceRule.NONE,
        changes_until=days[SeasonDay.CHANGES_UNTIL],
        coverage_by=days[SeasonDay.COVERAGE_BY],
        report_by=days[SeasonDay.REPORT_BY],
        closes_on=days[SeasonDay.CLOSES_ON],
        graduation_day=days[SeasonDay.GRADUATION],
        rounds=(
            Round(1, days[SeasonDay.FIRST_CHECK_FROM], days[SeasonDay.FIRST_CHECK_TO]),
            Round(2, days[SeasonDay.LAST_CHECK_FROM], days[SeasonDay.LAST_CHECK_TO]),
        ),
    )


def must_be_consistent(settings: Settings, cohort: Cohort) -> None:
    """Raises SeasonRefused for settings that contradict themselves or the ministry."""
    if problems := tuple(_contradictions(settings, cohort)):
        raise SeasonRefused(problems)


def must_keep_passed_days(before: Season, after: Settings, today: date) -> None:
    """Raises DeadlinePassed for a day that moves and has passed, or would have; the first settings may name the last
    day of changes freely.
    """
    stood, wanted = _days(before), _days(after)
    free = {"/changes_until"} if before.version == 0 else set()
    moved = [each for each in stood | wanted if stood.get(each) != wanted.get(each) and each not in free]
    passed = [each for each in moved if any(day < today for day in (stood.get(each), wanted.get(each)) if day)]
    if passed:
        raise DeadlinePassed(passed)


def must_extend(season: Season, until: date, today: date) -> None:
    """Raises NoSeason, DeadlinePassed for a day before today, SeasonRefused for one too early or after the closing."""
    if season.version == 0:
        raise NoSeason
    if until < today:
        raise DeadlinePassed(["/until"])
    if until <= season.changes_until:
        raise SeasonRefused([rule("extends_nothing").problem("/until")])
    if until > season.closes_on:
        raise SeasonRefused([rule("after_closing").problem("/until")])


def must_be_of_cohort(season: Season, plan: ExtensionPlan, known: Mapping[GraduateId, Graduate]) -> None:
    """Raises SeasonRefused for graduates who are unknown, of another cohort, erased or no longer counted."""
    problems = []
    for at, graduate_id in enumerate(plan.graduate_ids):
        graduate = known.get(graduate_id)
        if graduate is None or (graduate.school_code, graduate.cohort) != (season.school_code, season.cohort):
            problems.append(rule("unknown_graduate").problem(f"/graduate_ids/{at}"))
        elif graduate.frozen:
            broken = "erased_person" if graduate.erased else "graduate_withdrawn"
            problems.append(rule(broken).problem(f"/graduate_ids/{at}"))
    if problems:
        raise SeasonRefused(problems)


_PLAIN_DAYS = ("changes_until", "coverage_by", "report_by", "closes_on", "graduation_day")


def _days(settings: Settings) -> dict[str, date]:
    """Each day by its JSON pointer."""
    days = {f"/{name}": getattr(settings, name) for name in _PLAIN_DAYS}
    for at, each in enumerate(settings.rounds):
        days |= {f"/rounds/{at}/from": each.first_day, f"/rounds/{at}/to": each.last_day}
    return days


def _contradictions(settings: Settings, cohort: Cohort) -> Iterator[FieldProblem]:
    if settings.levels not in {ALWAYS, (Level.COUNSELLOR, *ALWAYS)}:
        yield rule("levels").problem("/levels")
    if settings.changes_until > season_day(SeasonDay.CHANGES_UNTIL, cohort):
        yield rule("later_than_ministry").problem("/changes_until")
    begins = season_day(SeasonDay.BEGINS, cohort)
    latest = date(cohort + 1, 12, 31)
    for pointer, day in _days(settings).items():
        if not begins <= day <= latest:
            yield rule("outside_season").problem(pointer)
        elif day > settings.closes_on:
            yield rule("after_closing").problem(pointer)
    yield from _contradictions_of_rounds(settings, cohort)


def _contradictions_of_rounds(settings: Settings, cohort: Cohort) -> Iterator[FieldProblem]:
    rounds = settings.rounds
    for at, each in enumerate(rounds):
        if each.number != at + 1:
            yield rule("round_number").problem(f"/rounds/{at}/round")
        if each.last_day < each.first_day:
            yield rule("round_ends_before").problem(f"/rounds/{at}/to")
        if at and each.first_day <= rounds[at - 1].last_day:
            yield rule("rounds_overlap").problem(f"/rounds/{at}/from")
    july = any(_lies_in(each, cohort, 7) for each in rounds)
    if not (july and _lies_in(rounds[-1], cohort, 8)):
        yield rule("two_rounds").problem("/rounds")
    elif settings.report_by < rounds[-1].first_day:
        yield rule("report_before_round").problem("/report_by")


def _lies_in(each: Round, cohort: Cohort, month: int) -> bool:
    return all((day.year, day.month) == (cohort, month) for day in (each.first_day, each.last_day))
