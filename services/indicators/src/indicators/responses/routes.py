"""GET /v1/response-rates."""

from typing import Annotated, Literal

from fastapi import Query

from common.auth import Caller
from common.http import MinChange, Router
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.query import Selected
from indicators.reading.snapshot import RESPONSE_TOPICS, FiguresOf
from indicators.responses.storage import asking, response_figures
from indicators.responses.wire import ResponseRates, response_observations

router = Router(tags=["response-rates"], dependencies=[NOT_KEPT])


@router.get("/v1/response-rates", summary="Response rates of a survey cycle")
async def read_response_rates(
    *,
    caller: Caller,
    selection: Selected,
    cycle: Annotated[Literal["0", "1", "3", "5"], Query(description="Years after graduation")],
    min_change: MinChange,
    figures: FiguresOf,
) -> ResponseRates:
    await figures.require_readable(caller, selection)
    met = await included(figures, min_change, selection.scope)
    question = asking(selection, int(cycle))
    answer = await figures.ask(selection.scope, lambda _live: question, topics=RESPONSE_TOPICS)
    found = response_figures(answer)
    stamp = dict(answer.stamp(min_change_met=met))
    return ResponseRates(**stamp, cycle=int(cycle), observations=response_observations(found, selection.by))
