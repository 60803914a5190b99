"""Trends as callers see them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Chart, FigureTable, Observed, status_of
from indicators.reading.answers import NamedGroup, Stamp, in_order, must_be_few, named
from indicators.reading.selection import Selection
from indicators.schemes.groupings import Group
from indicators.trends.domain import TrendPoint

_TITLE = Message("历届比较", "Over cohorts")


class TrendPointBody(BaseModel):
    """A figure of a cohort, by the definition named."""

    cohort: int
    as_of: date
    snapshot: UUID | None = Field(description="Of one school; null for live ones, and of a wider scope")
    scheme: str
    definition_version: str
    definition_hash: str
    numerator: int
    denominator: int
    rate: str | None = Field(examples=["85.24"])
    is_break: bool = Field(
        serialization_alias="break", description="Whether the definition differs from that of the point before"
    )


class TrendObservation(BaseModel):
    """Points of one group, in the order of cohorts."""

    group: NamedGroup
    points: list[TrendPointBody]


class Trends(Stamp):
    """One measure over cohorts."""

    measure: str
    frozen: Literal["initial", "year_end"] | None = Field(
        default=None, description="The kind of snapshots that all points are of, each of its cohort; null for live ones"
    )
    observations: list[TrendObservation]


def trend_observations(points: Mapping[Group, Sequence[TrendPoint]], by: Sequence[str]) -> list[TrendObservation]:
    """Groups that have graduates in one of the cohorts; without a grouping always exactly one. Raises TooManyCells."""
    must_be_few(sum(map(len, points.values())))
    return [
        TrendObservation(group=named(by, group), points=list(map(_point, points[group]))) for group in in_order(points)
    ]


def trends_table(selection: Selection, title: Message, trends: Trends) -> FigureTable:
    """The points as rows: one for each group and cohort."""
    return table_of(
        selection,
        trends,
        name="trends",
        title=_TITLE,
        titles={trends.measure: title},
        further=("cohort", "as_of", "definition"),
        chart=Chart.LINES,
        observations=[
            Observed(
                group={**selection.filters, **each.group},
                measure=trends.measure,
                numerator=point.numerator,
                denominator=point.denominator,
                value=point.rate,
                cohort=point.cohort,
                as_of=point.as_of,
                definition=point.definition_version,
                status=status_of(point.rate, live=not trends.frozen, is_break=point.is_break),
            )
            for each in trends.observations
            for point in each.points
        ],
    )


def _point(point: TrendPoint) -> TrendPointBody:
    scheme, figure = point.definition.scheme, point.figure
    return TrendPointBody(
        cohort=point.cohort,
        as_of=point.definition.as_of,
        snapshot=point.definition.snapshot,
        scheme=scheme.id,
        definition_version=scheme.version,
        definition_hash=scheme.hash,
        numerator=figure.numerator,
        denominator=figure.denominator,
        rate=figure.rate,
        is_break=point.is_break,
    )
