"""Samples (抽查): what is drawn, who decides an item and who may not, and what the decisions say of all. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, TypeAlias
from uuid import UUID

from common import sampling
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult
from destinations.evidence.domain import AlreadyDecided

SampleId = NewType("SampleId", UUID)

PACKING = "sample_pack"
"""The kind of long work that packs a sample."""

MOST_DRAWN = 2_000
"""Items of one sample: more are no sample but a second round."""

ROLES = ("school_officer", "provincial_officer", "auditor")
"""Who draws samples."""


class Strata(StrEnum):
    """What a sample is divided by."""

    COLLEGE = "college"
    DESTINATION_CODE = "destination_code"


class CheckedBy(StrEnum):
    """Who decides the items: the role that drew the sample, or of each item the next college by code."""

    SCHOOL = "school"
    NEXT_COLLEGE = "next_college"


class OneCollege(Invalid):
    """A cohort of one college has no next one."""

    code = "one_college"
    title = Message(
        "该届次只有一个学院，不能由下一学院核查", "The cohort has one college only, so there is no next one"
    )

    def __init__(self) -> None:
        super().__init__([FieldProblem("/checked_by", self.code, self.title)])


class NothingToDraw(Invalid):
    """The filter means no graduate."""

    code = "nothing_to_draw"
    title = Message("筛选条件下没有毕业生", "The filter means no graduate")

    def __init__(self) -> None:
        super().__init__([FieldProblem("/filter", self.code, self.title)])


class SampleTooLarge(Invalid):
    """More are to be drawn than there are."""

    code = "sample_too_large"
    title = Message("抽取人数多于筛选条件下的毕业生人数", "More are to be drawn than the filter means")

    def __init__(self, of: int) -> None:
        message = Message(f"最多 {of}：符合条件的毕业生人数", f"At most {of}, the graduates whom the filter means")
        super().__init__([FieldProblem("/size", self.code, message)])


class ItemDecided(Conflict):
    """An item is decided once."""

    code, title = AlreadyDecided.code, AlreadyDecided.title


class AlreadyAssigned(Conflict):
    """An item is given to the province once."""

    code = "already_assigned"
    title = Message("该条已交省级核查", "The item was given to the province already")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which graduates of the cohort are meant; None narrows nothing."""

    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    destination_codes: tuple[str, ...] | None = None

    @property
    def given(self) -> Mapping[str, Any]:
        """What narrows, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class SamplePlan:
    """A sample as it is asked for."""

    school_code: SchoolCode
    cohort: Cohort
    filter: Filter
    size: int
    strata: Strata | None
    checked_by: CheckedBy


@dataclass(frozen=True)
class Framed:
    """One graduate of a frame: the newest version of the registration that stands, 0 without one."""

    graduate_id: GraduateId
    version: int
    registration_id: RegistrationId | None
    college_code: CollegeCode | None
    destination_code: str | None

    def stratum(self, strata: Strata | None) -> str:
        """The key of the stratum that the graduate is in; the empty one where there is none."""
        keys = {Strata.COLLEGE: self.college_code, Strata.DESTINATION_CODE: self.destination_code, None: None}
        return keys[strata] or ""


Populations: TypeAlias = Mapping[str, int]
"""How many graduates each stratum has."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn of a frame by a seed: the items in their order, each with its stratum."""

    frame: str
    frame_hash: str
    strata_of_frame: str
    populations: Populations
    items: Sequence[tuple[str, Framed]]


@dataclass(frozen=True)
class Stored:
    """A sample as it is stored: its frame, and the graduates of its items in their order."""

    frame: str
    strata_of_frame: str
    frame_hash: str
    seed: str
    size: int
    items: tuple[str, ...]

    @property
    def is_as_drawn(self) -> bool:
        """Whether frame, hash, seed and items still fit together."""
        strata: dict[str, list[str]] = {}
        for line, key in zip(self.frame.split("\n"), self.strata_of_frame.split("\n"), strict=True):
            strata.setdefault(key, []).append(line.partition(",")[0])
        drawn = sampling.drawn(self.seed, strata, self.size)
        in_order = tuple(member for members in drawn.values() for member in members)
        return (sampling.hash_of(self.frame), in_order) == (self.frame_hash, self.items)


@dataclass(frozen=True, kw_only=True)
class Sample(SamplePlan):
    """A sample that was drawn; the text of its frame is read for the pack alone."""

    id: SampleId
    draw: int
    frame_hash: str
    frame_size: int
    seed: str
    populations: Populations
    by_role: str
    by_subject: str
    recorded_at: datetime

    @property
    def version(self) -> int:
        """It never changes."""
        return 1


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was found about an item, once."""

    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult
    note: str | None
    by_role: str
    recorded_at: datetime

    def __repr__(self) -> str:
        return "Decision(…)"


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item: the graduate at the version that was drawn; `held_by_college` decides it where colleges do."""

    sample_id: SampleId
    n: int
    school_code: SchoolCode
    cohort: Cohort
    graduate_id: GraduateId
    registration_id: RegistrationId | None
    version: int
    stratum: str
    college_code: CollegeCode | None
    held_by_college: CollegeCode | None
    drawn_by_role: str
    is_assigned: bool
    decision: Decision | None

    @property
    def id(self) -> str:
        """What names it among all items."""
        return f"{self.sample_id}/{self.n}"

    @property
    def handler(self) -> str:
        """The role that decides it."""
        if self.is_assigned:
            return "provincial_officer"
        return "college_officer" if self.held_by_college is not None else self.drawn_by_role


@dataclass(frozen=True)
class StratumResult:
    """What the decisions say of a stratum: of `population` at most `at_most` are wrong."""

    key: str | None
    population: int
    size: int
    checked: int
    wrong: int
    at_most: int


def draw(framed: Iterable[Framed], plan: SamplePlan, seed: str) -> Drawn:
    """The sample of a frame; raises NothingToDraw, SampleTooLarge."""
    members = {f"{each.graduate_id}": each for each in framed}
    if not members:
        raise NothingToDraw
    if plan.size > len(members):
        raise SampleTooLarge(len(members))
    in_order = sorted(members)
    strata: dict[str, list[str]] = {}
    for member in in_order:
        strata.setdefault(members[member].stratum(plan.strata), []).append(member)
    frame = sampling.frame_of((member, members[member].version) for member in in_order)
    found = sampling.drawn(seed, strata, plan.size)
    return Drawn(
        frame,
        sampling.hash_of(frame),
        "\n".join(members[member].stratum(plan.strata) for member in in_order),
        {key: len(named) for key, named in sorted(strata.items())},
        [(key, members[member]) for key, named in found.items() for member in named],
    )


def next_college(colleges: Sequence[CollegeCode], of: CollegeCode | None) -> CollegeCode:
    """The college that follows by code, the first one after the last; raises OneCollege."""
    if len(colleges) < 2:
        raise OneCollege
    in_order = sorted(colleges)
    return next((each for each in in_order if of is not None and each > of), in_order[0])


def results(populations: Populations, items: Iterable[tuple[str, CheckResult | None]]) -> list[StratumResult]:
    """What the decisions say of each stratum; who could not be reached was not checked, and what was corrected was
    wrong when it was drawn.
    """
    found: dict[str, list[CheckResult | None]] = {key: [] for key in sorted(populations)}
    for key, result in items:
        found[key].append(result)
    return [
        StratumResult(
            key or None,
            populations[key],
            len(of_items),
            checked := sum(each not in {None, CheckResult.UNREACHABLE} for each in of_items),
            wrong := sum(each in {CheckResult.WRONG, CheckResult.CORRECTED} for each in of_items),
            sampling.at_most(populations[key], checked, wrong),
        )
        for key, of_items in found.items()
    ]


def is_independent(
    subject: str, own_college: str | None, hands: Collection[str], colleges: Collection[str | None]
) -> bool:
    """Whether a person wrote, submitted, reviewed or entered nothing of an item, and is of none of its colleges."""
    return subject not in hands and (own_college is None or own_college not in colleges)
