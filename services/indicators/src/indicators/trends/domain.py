"""A measure over cohorts, and where its definition changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from common.identifiers import Cohort
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Measure, Scheme
from indicators.schemes.tally import Count, Figure, Tally, tallies


@dataclass(frozen=True)
class Definition:
    """What a cohort is counted by, on which day, and of which snapshot."""

    scheme: Scheme
    measure: Measure
    as_of: date
    snapshot: UUID | None = None


@dataclass(frozen=True)
class TrendPoint:
    """A figure of a cohort; `is_break` where its definition differs from that of the point before."""

    cohort: Cohort
    definition: Definition
    base: int
    figure: Figure
    is_break: bool


def trend_of(
    counts: Mapping[Cohort, Iterable[tuple[Group, Count]]],
    definitions: Mapping[Cohort, Definition],
    always: Iterable[Group] = (),
) -> dict[Group, list[TrendPoint]]:
    """Points of the groups in `always` and of every group that has graduates in a cohort, in the order of cohorts."""
    found = {cohort: tallies(own, definitions[cohort].scheme) for cohort, own in counts.items()}
    groups = dict.fromkeys([*always, *(group for own in found.values() for group in own)])
    return {group: list(_points(group, found, definitions)) for group in groups}


def _points(
    group: Group, found: Mapping[Cohort, Mapping[Group, Tally]], definitions: Mapping[Cohort, Definition]
) -> Iterable[TrendPoint]:
    before: str | None = None
    for cohort in sorted(definitions):
        definition = definitions[cohort]
        tally = found[cohort].get(group, Tally(definition.scheme))
        changed = before not in {None, definition.scheme.hash}
        yield TrendPoint(cohort, definition, tally.base, tally.figure(definition.measure), changed)
        before = definition.scheme.hash
