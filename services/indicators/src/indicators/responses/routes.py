"""GET /v1/response-rates."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from common.auth import Caller
from common.http import MinChange
from indicators.reading.answers import NamedGroup, Stamp, in_order, json_answer, named
from indicators.reading.changes import included
from indicators.reading.query import Selected
from indicators.reading.snapshot import RESPONSE_TOPICS, FiguresOf
from indicators.responses.rates import ResponseFigure, response_figures

router = APIRouter(tags=["response-rates"])


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


@router.get("/v1/response-rates", response_model=ResponseRates, summary="Response rates of a survey cycle")
async def read_response_rates(
    *,
    caller: Caller,
    selection: Selected,
    cycle: Annotated[Literal["0", "1", "3", "5"], Query(description="Years after graduation")],
    min_change: MinChange,
    figures: FiguresOf,
) -> Response:
    await figures.require_readable(caller, selection)
    met = await included(figures, min_change, selection.scope)
    async with figures.look(selection.scope, topics=RESPONSE_TOPICS) as look:
        found = dict(await response_figures(look.connection, selection, int(cycle)))
        stamp = look.stamp(min_change_met=met)
    if not selection.by:
        found.setdefault((), ResponseFigure(0, 0))
    shown = [
        {
            "group": named(selection.by, group),
            "eligible": found[group].eligible,
            "valid": found[group].valid,
            "rate": found[group].rate,
        }
        for group in in_order(found)
    ]
    return json_answer({"cycle": int(cycle), **stamp, "observations": shown})
