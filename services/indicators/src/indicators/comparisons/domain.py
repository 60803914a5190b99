"""Which figures are put side by side, and by how many points they differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from common.identifiers import Cohort
from indicators.reading.days import years_later
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Scheme, default_scheme
from indicators.schemes.tally import Count, Figure, Tally, tallies
from indicators.structures.domain.structure import Asked, Particulars, StructureCell, structure


class With(StrEnum):
    """What figures are compared with, by the parameter that says so."""

    AS_OF = "with_as_of"
    COHORT = "with_cohort"
    WHOLE = "with"


@dataclass(frozen=True)
class Moment:
    """A cohort as of a day."""

    cohort: Cohort
    as_of: date


@dataclass(frozen=True)
class Beside:
    """What figures are put beside."""

    what: With
    as_of: date | None = None
    cohort: Cohort | None = None

    @property
    def whole(self) -> bool:
        """Whether everybody together is what is before."""
        return self.what is With.WHOLE

    def before(self, after: Moment) -> Moment:
        """The moment of what is before."""
        if self.cohort is not None:
            return Moment(self.cohort, years_later(after.as_of, self.cohort - after.cohort))
        return Moment(after.cohort, self.as_of or after.as_of)


@dataclass(frozen=True)
class Pair:
    """Two figures of one measure."""

    before: Figure
    after: Figure

    @property
    def difference(self) -> str | None:
        """Points of per cent, from exact fractions; none where one of them is 0/0."""
        return self.after.less(self.before)


@dataclass(frozen=True)
class Cells:
    """Counts of a structure by cell, which add up to the base."""

    base: int = 0
    counts: Mapping[str | None, int] = field(default_factory=dict)

    @classmethod
    def of(cls, found: tuple[int, Iterable[StructureCell]]) -> Self:
        """The base and the cells of a structure, the larger first."""
        base, cells = found
        return cls(base, {cell.code: cell.count for cell in cells})

    def figure(self, code: str | None) -> Figure:
        """One cell over the base."""
        return Figure(self.counts.get(code, 0), self.base)


def common_scheme(one: Cohort, other: Cohort) -> Scheme:
    """The scheme of the later cohort, by which both are counted."""
    return default_scheme(max(one, other))


def comparable(one: Cohort, other: Cohort) -> bool:
    """Whether both cohorts were published by one scheme."""
    return default_scheme(one) is default_scheme(other)


def sides(
    before: Sequence[tuple[Group, Count]], after: Sequence[tuple[Group, Count]], scheme: Scheme, *, whole: bool
) -> dict[Group, tuple[Tally, Tally]]:
    """What stands before and after in each group that has graduates on one side.

    With `whole`, what is before is everybody together, beside every group: counts are pooled, never rates.
    """
    earlier, later = tallies(before, scheme), tallies(after, scheme)
    if whole:
        earlier = dict.fromkeys(later, Tally(scheme, [count for _, count in before]))
    nothing = Tally(scheme)
    return {group: (earlier.get(group, nothing), later.get(group, nothing)) for group in {**earlier, **later}}


def cell_sides(
    before: Mapping[Group, Sequence[Particulars]],
    after: Mapping[Group, Sequence[Particulars]],
    asked: tuple[Asked, Asked],
    *,
    whole: bool,
) -> dict[Group, tuple[Cells, Cells]]:
    """The same of a structure; what it asks of each side may differ by the year."""
    earlier = {group: Cells.of(structure(own, asked[0])) for group, own in before.items()}
    later = {group: Cells.of(structure(own, asked[1])) for group, own in after.items()}
    if whole:
        everybody = [each for own in before.values() for each in own]
        earlier = dict.fromkeys(later, Cells.of(structure(everybody, asked[0])))
    found = {group: (earlier.get(group, Cells()), later.get(group, Cells())) for group in {**earlier, **later}}
    shown = [group for group, (one, other) in found.items() if other.base or (one.base and not whole)]
    return {group: found[group] for group in shown}
