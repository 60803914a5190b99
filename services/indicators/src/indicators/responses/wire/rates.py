"""Response rates as callers see them."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field

from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Dataflow, FigureTable, Observed, status_of
from indicators.reading.answers import NamedGroup, Stamp, in_order, must_be_few, named
from indicators.reading.selection import Selection
from indicators.responses.domain import ResponseFigure
from indicators.schemes.documents import Kind, newest
from indicators.schemes.groupings import Group

(DEFINITION,) = (each for each in newest(Kind.TRACKING) if each.id == "response_rate")
_TITLE = Message("回收率", "Response rates")


class ResponseObservation(BaseModel):
    """Response rate of one group."""

    group: NamedGroup
    eligible: int
    valid: int
    rate: str | None


class ResponseRates(Stamp):
    """Response rates of a survey cycle."""

    definition_hash: str = Field(description="The `hash` of `response_rate` among the definitions")
    cycle: int
    observations: list[ResponseObservation]


def response_observations(found: Mapping[Group, ResponseFigure], by: Sequence[str]) -> list[ResponseObservation]:
    """Groups that have eligible graduates; without a grouping always exactly one. Raises TooManyCells."""
    must_be_few(len(found))
    figures: Mapping[Group, ResponseFigure] = found if by else {(): found.get((), ResponseFigure(0, 0))}
    return [
        ResponseObservation(group=named(by, group), eligible=figure.eligible, valid=figure.valid, rate=figure.rate)
        for group in in_order(figures)
        for figure in [figures[group]]
    ]


def response_table(selection: Selection, rates: ResponseRates) -> FigureTable:
    """The rates as rows: one for each group."""
    return table_of(
        selection,
        rates,
        Dataflow.TRACKING,
        name="response-rates",
        title=_TITLE,
        titles={DEFINITION.id: _TITLE},
        observations=[
            Observed(
                group={**selection.filters, **each.group},
                measure=DEFINITION.id,
                numerator=each.valid,
                denominator=each.eligible,
                value=each.rate,
                cohort=selection.cohort,
                as_of=rates.as_of,
                definition=DEFINITION.version,
                status=status_of(each.rate, live=True),
            )
            for each in rates.observations
        ],
    )
