"""Rates and series as callers see them: one observation per group, from counts to percentages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field

from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Chart, FigureTable, Observed, status_of
from indicators.rates.domain import Point
from indicators.reading.answers import Defined, FigureBody, NamedGroup, in_order, must_be_few, named
from indicators.reading.selection import Selection
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Scheme
from indicators.schemes.tally import Count, Tally, tallies


class Observation(BaseModel):
    """Figures of one group."""

    group: NamedGroup
    base: int = Field(description="N: graduates of the group in the population")
    not_registered: int
    measures: dict[str, FigureBody]


class Rates(Defined):
    """Rates of a school, a province or the nation."""

    observations: list[Observation]


@dataclass(slots=True)
class PointBody(FigureBody):
    """A figure as of a day."""

    as_of: date


class SeriesObservation(BaseModel):
    """Points of one group."""

    group: NamedGroup
    points: list[PointBody]


class Series(Defined):
    """One measure over time."""

    measure: str
    observations: list[SeriesObservation]


def observations(counts: Iterable[tuple[Group, Count]], by: Sequence[str], scheme: Scheme) -> list[Observation]:
    """Groups that have graduates; without a grouping always exactly one. Raises TooManyCells."""
    found = tallies(counts, scheme)
    must_be_few(len(found) * len(scheme.measures))
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


def rates_table(selection: Selection, scheme: Scheme, rates: Rates) -> FigureTable:
    """The rates as rows: one for each group and measure."""
    return table_of(
        selection,
        rates,
        name="rates",
        title=_RATES,
        titles={measure.name: measure.title for measure in scheme.measures},
        observations=[
            _observed(selection, rates, each.group, name, figure, rates.as_of)
            for each in rates.observations
            for name, figure in each.measures.items()
        ],
    )


def series_table(selection: Selection, scheme: Scheme, series: Series) -> FigureTable:
    """The points as rows: one for each group and day."""
    return table_of(
        selection,
        series,
        name="series",
        title=_SERIES,
        titles={measure.name: measure.title for measure in scheme.measures if measure.name == series.measure},
        further=("as_of",),
        chart=Chart.LINES,
        observations=[
            _observed(selection, series, each.group, series.measure, point, point.as_of)
            for each in series.observations
            for point in each.points
        ],
    )


def _observed(
    selection: Selection, answer: Defined, group: NamedGroup, measure: str, figure: FigureBody, as_of: date
) -> Observed:
    return Observed(
        group={**selection.filters, **group},
        measure=measure,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.rate,
        cohort=selection.cohort,
        as_of=as_of,
        definition=answer.definition_version,
        status=status_of(figure.rate, live=answer.is_live),
    )


_RATES = Message("毕业去向落实率及各项比率", "Rates")
_SERIES = Message("比率逐日变化", "Rates over time")
