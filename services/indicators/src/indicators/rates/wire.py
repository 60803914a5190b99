"""Rates and series as callers see them: one observation per group, from counts to percentages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field

from indicators.rates.domain import Point
from indicators.reading.answers import FigureBody, NamedGroup, Stamp, in_order, named
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Scheme
from indicators.schemes.tally import Count, Tally, tallies


class Observation(BaseModel):
    """Figures of one group."""

    group: NamedGroup
    base: int = Field(description="N: graduates of the group in the population")
    not_registered: int
    measures: dict[str, FigureBody]


class Rates(Stamp):
    """Rates of a school, a province or the nation."""

    scheme: str
    definition_version: str
    observations: list[Observation]


@dataclass(slots=True)
class PointBody(FigureBody):
    """A figure as of a day."""

    as_of: date


class SeriesObservation(BaseModel):
    """Points of one group."""

    group: NamedGroup
    points: list[PointBody]


class Series(Stamp):
    """One measure over time."""

    measure: str
    scheme: str
    definition_version: str
    observations: list[SeriesObservation]


def observations(counts: Iterable[tuple[Group, Count]], by: Sequence[str], scheme: Scheme) -> list[Observation]:
    """Groups that have graduates; without a grouping always exactly one."""
    found = tallies(counts, scheme)
    if not by:
        found = {(): found.get((), Tally(scheme))}
    return [
        Observation(
            group=named(by, group),
            base=found[group].base,
            not_registered=found[group].not_registered,
            measures={
                measure.name: FigureBody(figure.numerator, figure.denominator, figure.rate)
                for measure in scheme.measures
                for figure in [found[group].figure(measure)]
            },
        )
        for group in in_order(found)
    ]


def series_observations(points: Mapping[Group, Sequence[Point]], by: Sequence[str]) -> list[SeriesObservation]:
    """Groups that have graduates on one of the days; without a grouping always exactly one."""
    shown = {group: own for group, own in points.items() if not by or any(point.base for point in own)}
    return [
        SeriesObservation(
            group=named(by, group),
            points=[
                PointBody(point.figure.numerator, point.figure.denominator, point.figure.rate, point.as_of)
                for point in shown[group]
            ],
        )
        for group in in_order(shown)
    ]
