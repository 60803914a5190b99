"""Whom a wave asks: everybody of the cohort's population, a sample of it, or those whom an earlier wave asked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from common import sampling
from common.errors import FieldProblem, Invalid, Message
from common.identifiers import GraduateId, WaveId

MAX_SEED = 64

STRATA = ("education_level", "destination_class", "college", "study_form", "major", "sex")
"""What is kept of everybody who is asked, as columns are called."""

_BETWEEN = "\x1f"
"""Between the values of a stratum; below every character of a code, so that strata are compared value by value."""


class PopulationKind(StrEnum):
    """调查对象的确定方式."""

    CENSUS = "census"
    SAMPLE = "sample"
    PANEL = "panel"
    HIRES = "hires"
    DIRECTORY = "directory"


class Stratum(StrEnum):
    """分层变量 of a sample."""

    EDUCATION_LEVEL = "education_level"
    DESTINATION_CLASS = "destination_class"
    COLLEGE = "college"
    STUDY_FORM = "study_form"


@dataclass(frozen=True)
class Population:
    """调查对象. `size`, `strata` and `seed` are of a sample; `wave_id` is the wave that a panel goes on with.

    Of employers: `hires` are those that have hired so many of these cohorts, `directory` those of these industries.
    """

    kind: PopulationKind = PopulationKind.CENSUS
    size: int | None = None
    strata: tuple[Stratum, ...] = ()
    seed: str | None = None
    wave_id: WaveId | None = None
    cohorts: tuple[int, ...] = ()
    min_hires: int | None = None
    industry_codes: tuple[str, ...] = ()


CENSUS = Population()
ALL_EMPLOYERS = Population(PopulationKind.DIRECTORY)

OF_EMPLOYERS = frozenset({PopulationKind.HIRES, PopulationKind.DIRECTORY})
"""The kinds that find employers; the others find graduates."""


@dataclass(frozen=True)
class Candidate:
    """A graduate who may be drawn, with the values of its strata; None where the roster has none."""

    graduate_id: GraduateId
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class PanelWave:
    """What became of a panel (固定样本) in one of its waves.

    `members` are those whom the first wave asked: they answered here, or are lost. `answered_all` have answered in this
    wave and in each before it.
    """

    wave_id: WaveId
    members: int
    eligible: int
    answered: int
    answered_all: int
    left_roster: int
    opted_out: int
    not_reached: int
    silent: int


class SampleTooLarge(Invalid):
    """More are to be drawn than there are."""

    code = "sample_too_large"
    title = Message("抽取人数多于可抽取的毕业生人数", "More are to be drawn than there are")

    def __init__(self, of: int) -> None:
        message = Message(f"最多 {of}：该届生源人数", f"At most {of}, the graduates of the cohort's population")
        super().__init__([FieldProblem("/population/size", self.code, message)])


def drawn(candidates: Iterable[Candidate], size: int, seed: str) -> list[UUID]:
    """Who is asked: of each stratum its share by largest remainder, and in it the smallest hashes.

    Raises SampleTooLarge.
    """
    strata: defaultdict[str, list[str]] = defaultdict(list)
    for each in candidates:
        strata[_BETWEEN.join(value or "" for value in each.values)].append(str(each.graduate_id))
    total = sum(map(len, strata.values()))
    if size > total:
        raise SampleTooLarge(total)
    return sorted(UUID(member) for members in sampling.drawn(seed, strata, size).values() for member in members)
