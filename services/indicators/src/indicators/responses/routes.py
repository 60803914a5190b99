"""GET /v1/response-rates."""

from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Response

from common.auth import Caller
from common.http import MinChange, Router
from indicators.formats.answering import IN_FORMATS, Format, in_format
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.query import Language, Selected
from indicators.reading.snapshot import FiguresOf
from indicators.responses.wire.kept import KeptResponsesOf
from indicators.responses.wire.rates import DEFINITION, ResponseRates, response_observations, response_table

router = Router(tags=["response-rates"], dependencies=[NOT_KEPT])


@router.get(
    "/v1/response-rates",
    response_model=ResponseRates,
    responses=IN_FORMATS,
    summary="Response rates of a survey cycle",
)
async def read_response_rates(
    *,
    caller: Caller,
    selection: Selected,
    cycle: Annotated[Literal["0", "1", "3", "5"], Query(description="Years after graduation")],
    min_change: MinChange,
    figures: FiguresOf,
    kept: KeptResponsesOf,
    wanted: Format,
    language: Language,
) -> ResponseRates | Response:
    await figures.require_readable(caller, selection)
    met = await included(figures, min_change, selection.scope)
    look, found = await kept.read(selection, int(cycle))
    rates = ResponseRates(
        **dict(look.stamp(min_change_met=met)),
        definition_hash=DEFINITION.hash,
        cycle=int(cycle),
        observations=response_observations(found, selection.by),
    )
    return await in_format(wanted, rates, partial(response_table, selection), language)
