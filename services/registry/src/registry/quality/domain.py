"""A report on the quality of a roster, from counts of entries that are alike. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

from common.codes.rules import Rule, rule
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, SchoolCode
from registry.graduates.domain.findings import FILLED_BITS, RULE_BITS, RULES
from registry.graduates.domain.population import counts

_HUNDREDTHS = 10_000
_NONE = Decimal("0.00")


class Width(IntEnum):
    """How much of a roster a report covers, and how much a rule needs: no rule is judged on less."""

    CLASS = 0
    COLLEGE = 1
    SCHOOL = 2


NEEDED: Mapping[str, Width] = {"record": Width.CLASS, "college": Width.COLLEGE, "school": Width.SCHOOL}
"""Level of a rule → the least that it is judged on."""

_OF_ALL = frozenset({"left_population", "entered_late"})
"""Rules that no field of an entry answers: all in N are checked, and who has left."""

_OF_ERASED = frozenset({"left_population"})
"""Those of them that look at erased entries, too."""


class FindingState(StrEnum):
    """What a finding comes to: `ok` up to the tolerance, else the severity of the rule."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The part of a roster that a report covers; None is the whole."""

    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None = None
    class_code: ClassCode | None = None


class Duplicate(NamedTuple):
    """One of the entries of a person who counts in several schools."""

    school_code: SchoolCode
    graduate_id: GraduateId


@dataclass(frozen=True, kw_only=True)
class Alike:
    """How many entries are alike in all that a report looks at.

    `filled`, `checked`, `broken` and `covered` (by waivers) are bits of `graduates.domain.findings`. What is not
    `judged` by the rules of today waits for the worker, and its bits say nothing. `photo` is the state of a photo.
    Those that are `erased` count in the population, and nothing else is known of them.
    """

    college_code: CollegeCode | None
    status: str
    erased: bool
    judged: bool
    filled: int
    checked: int
    broken: int
    covered: int
    photo: str
    self_check: str
    count: int


@dataclass
class Tally:
    """Of how many entries a rule could be judged, how many break it, and how many of these a waiver covers."""

    checked: int = 0
    broken: int = 0
    waived: int = 0

    def add(self, alike: Alike, rule_id: str) -> None:
        """Counts entries that are alike: those in N that have what the rule needs, and those that have left."""
        if alike.erased and rule_id not in _OF_ERASED:
            return
        bit = RULE_BITS[rule_id]
        if rule_id in _OF_ALL:
            is_checked = counts(alike.status) or bool(alike.broken & bit)
        else:
            is_checked = counts(alike.status) and alike.judged and bool(alike.checked & bit)
        if is_checked:
            self.checked += alike.count
            self.broken += alike.count if alike.broken & bit else 0
            self.waived += alike.count if alike.broken & alike.covered & bit else 0

    def join(self, other: "Tally") -> None:
        """Adds what is counted of others."""
        self.checked, self.broken, self.waived = (
            self.checked + other.checked,
            self.broken + other.broken,
            self.waived + other.waived,
        )

    @property
    def share(self) -> Decimal | None:
        """Per cent of those checked that break the rule and are not waived, half-up; None of none checked."""
        return percentage(self.broken - self.waived, self.checked)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a report says of one rule; `tolerance` is that of the rule, or of a waiver in its place."""

    rule: Rule
    tally: Tally
    tolerance: Decimal
    colleges: Mapping[CollegeCode | None, Tally]

    @property
    def state(self) -> FindingState:
        """What it comes to."""
        share = self.tally.share
        return FindingState.OK if share is None or share <= self.tolerance else FindingState(self.rule.severity)


@dataclass(frozen=True, kw_only=True)
class Report:
    """The quality of a part of a roster.

    Of the graduates in N, but for erased ones, `judged` are judged by the rules of today, so that it is known what is
    filled, and `pending` are still to be.
    """

    population: Mapping[str, int]
    judged: int
    pending: int
    photos: Mapping[str, int]
    self_checks: Mapping[str, int]
    filled: Mapping[str, int]
    findings: Sequence[Finding]


def percentage(part: int, whole: int) -> Decimal | None:
    """`2.02` for 101 of 5,000; None for 0/0. Exact: integers only, so no tie is lost."""
    if whole == 0:
        return None
    return Decimal((2 * part * _HUNDREDTHS + whole) // (2 * whole)).scaleb(-2)


def report(alike: Collection[Alike], width: Width, tolerances: Mapping[str, Decimal], before: int | None) -> Report:
    """The report on the entries of a cut of this width.

    `tolerances` are those of waivers, by rule; `before` is N of the cohort before, None unless the cut is a whole
    school.
    """
    in_n = [each for each in alike if counts(each.status) and not each.erased]
    population, photos, self_checks = Counter[str](), Counter[str](), Counter[str]()
    for each in alike:
        population[each.status] += each.count
    for each in in_n:
        photos[each.photo] += each.count
        self_checks[each.self_check] += each.count
    judged = [each for each in in_n if each.judged]
    return Report(
        population=population,
        judged=_size(judged),
        pending=_size(in_n) - _size(judged),
        photos=photos,
        self_checks=self_checks,
        filled={field: _size(each for each in judged if each.filled & bit) for field, bit in FILLED_BITS.items()},
        findings=[_finding(rule(name), alike, width, tolerances, before) for name in RULES],
    )


def _finding(
    stated: Rule, alike: Collection[Alike], width: Width, tolerances: Mapping[str, Decimal], before: int | None
) -> Finding:
    colleges: defaultdict[CollegeCode | None, Tally] = defaultdict(Tally)
    if NEEDED[stated.level] <= width:
        for each in alike:
            colleges[each.college_code].add(each, stated.id)
    total = Tally()
    if stated.id != "size_change":
        for tally in colleges.values():
            total.join(tally)
    elif before:
        total = Tally(before, abs(_size(each for each in alike if counts(each.status)) - before))
    return Finding(
        rule=stated,
        tally=total,
        tolerance=tolerances.get(stated.id, stated.tolerance or _NONE),
        colleges=colleges if NEEDED[stated.level] < Width.SCHOOL else {},
    )


def _size(alike: Iterable[Alike]) -> int:
    return sum(each.count for each in alike)
