"""How the majors of a school stand in three cohorts, and which are warned of; pure and exact.

Source 002 warns of majors in the lowest 5 % of three years; what it leaves open is decided in docs/warnings.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

PLACEMENT_RATE, SALARY, EMPLOYER_SATISFACTION = "placement_rate", "salary", "employer_satisfaction"
COMPONENTS = (PLACEMENT_RATE, SALARY, EMPLOYER_SATISFACTION)

COHORTS = 3
"""Consecutive cohorts of a warning, the newest last."""


class Exempt(StrEnum):
    """Why a major is not warned of, whatever its scores."""

    SMALL = "small"
    TOO_FEW_MAJORS = "too_few_majors"
    YOUNG = "young"


@dataclass(frozen=True)
class Rule:
    """`weights` by component, together 100; `min_base` graduates, `min_majors` of a level; `share` in percent."""

    weights: Mapping[str, int]
    min_base: int
    min_majors: int
    share: int


DEFAULT = Rule({PLACEMENT_RATE: 40, SALARY: 30, EMPLOYER_SATISFACTION: 30}, 30, 10, 5)
"""Our own proposal [U], until a school puts a rule of its own in force."""


@dataclass(frozen=True)
class Measured:
    """A major of a level in one cohort: graduates, and the components that it has."""

    base: int
    components: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """The same with the score among the majors of its level: `standing` 1 is the lowest of `of`."""

    base: int
    components: Mapping[str, Fraction]
    score: Fraction | None = None
    standing: int | None = None
    of: int = 0
    flagged: bool = False


Major = str
Level = str | None


@dataclass(frozen=True)
class Found:
    """A major of a level over the cohorts: a warning where it is flagged in all of them and not exempt."""

    level: Level
    major: Major
    cohorts: Sequence[Standing]
    exempt: Exempt | None

    @property
    def warned(self) -> bool:
        """Whether it is warned of."""
        return self.exempt is None and all(each.flagged for each in self.cohorts)


def components_of(values: Mapping[Major, Fraction]) -> dict[Major, Fraction]:
    """100 × (lower + half of the equal others) ÷ (n − 1), for each of the majors that have the value."""
    others = len(values) - 1
    if others < 1:
        return {}
    return {
        major: Fraction(
            100 * (2 * sum(other < value for other in values.values()) + sum(o == value for o in values.values()) - 1),
            2 * others,
        )
        for major, value in values.items()
    }


def score_of(components: Mapping[str, Fraction], weights: Mapping[str, int]) -> Fraction | None:
    """The weighted mean of those that are there; none without the placement rate, or with less than half the weight."""
    present = {name: weights.get(name, 0) for name in components}
    weight = sum(present.values())
    if PLACEMENT_RATE not in components or 2 * weight < sum(weights.values()) or weight == 0:
        return None
    return sum((components[name] * part for name, part in present.items()), Fraction(0)) / weight


def number_flagged(share: int, majors: int) -> int:
    """k: that share of the majors, rounded up, at least one."""
    return max(1, -(-share * majors // 100))


def standings(measured: Mapping[Major, Measured], rule: Rule) -> dict[Major, Standing]:
    """The majors of one level in one cohort; those below `min_base` are compared with no other."""
    compared = {major: each for major, each in measured.items() if each.base >= rule.min_base}
    compared_by = {
        name: components_of(
            {major: each.components[name] for major, each in compared.items() if name in each.components}
        )
        for name in COMPONENTS
    }
    shown = {
        major: {name: compared_by[name][major] for name in COMPONENTS if major in compared_by[name]}
        for major in measured
    }
    scores = {major: score for major in compared if (score := score_of(shown[major], rule.weights)) is not None}
    lowest = sorted(scores.values())
    cut = lowest[min(number_flagged(rule.share, len(lowest)), len(lowest)) - 1] if lowest else None
    return {
        major: Standing(
            each.base,
            shown[major],
            score := scores.get(major),
            None if score is None else 1 + sum(other < score for other in lowest),
            len(lowest),
            cut is not None and score is not None and score <= cut,
        )
        for major, each in measured.items()
    }


def found_of(
    cohorts: Sequence[Mapping[Level, Mapping[Major, Measured]]],
    predecessors: Mapping[Major, Sequence[Major]],
    rule: Rule,
) -> list[Found]:
    """All majors of the newest cohort by level and code. A major with one predecessor goes on with its standing.

    `cohorts` are consecutive, the newest last.
    """
    levels = [{level: standings(majors, rule) for level, majors in cohort.items()} for cohort in cohorts]
    found = []
    for level in sorted(levels[-1], key=lambda each: (each is None, each or "")):
        for major in sorted(levels[-1][level]):
            names = [_name_in(major, at, levels, level, predecessors) for at in range(len(levels))]
            own = [
                cohort.get(level, {}).get(name, NOT_THERE) if name is not None else NOT_THERE
                for cohort, name in zip(levels, names, strict=True)
            ]
            found.append(Found(level, major, own, _exempt(own, rule)))
    return found


NOT_THERE = Standing(0, {})


def _name_in(
    major: Major,
    at: int,
    levels: Sequence[Mapping[Level, Mapping[Major, Standing]]],
    level: Level,
    predecessors: Mapping[Major, Sequence[Major]],
) -> Major | None:
    """Under which code the major stood in a cohort: its own, else that of its one predecessor; after a merger none."""
    seen: set[Major] = set()
    name: Major | None = major
    while name is not None and name not in levels[at].get(level, {}) and name not in seen:
        seen.add(name)
        before = predecessors.get(name, ())
        name = before[0] if len(before) == 1 else None
    return name


def _exempt(own: Iterable[Standing], rule: Rule) -> Exempt | None:
    cohorts = list(own)
    if cohorts[-1].base < rule.min_base:
        return Exempt.SMALL
    if cohorts[-1].of < rule.min_majors:
        return Exempt.TOO_FEW_MAJORS
    return Exempt.YOUNG if any(each.score is None for each in cohorts) else None
