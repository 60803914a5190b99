"""Response rates as callers see them."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from indicators.reading.answers import NamedGroup, Stamp, in_order, named
from indicators.responses.domain import ResponseFigure
from indicators.schemes.groupings import Group


class ResponseObservation(BaseModel):
    """Response rate of one group."""

    group: NamedGroup
    eligible: int
    valid: int
    rate: str | None


class ResponseRates(Stamp):
    """Response rates of a survey cycle."""

    cycle: int
    observations: list[ResponseObservation]


def response_observations(found: Mapping[Group, ResponseFigure], by: Sequence[str]) -> list[ResponseObservation]:
    """Groups that have eligible graduates; without a grouping always exactly one."""
    figures: Mapping[Group, ResponseFigure] = found if by else {(): found.get((), ResponseFigure(0, 0))}
    return [
        ResponseObservation(group=named(by, group), eligible=figure.eligible, valid=figure.valid, rate=figure.rate)
        for group in in_order(figures)
        for figure in [figures[group]]
    ]
