"""GET /v1/structures."""

from typing import Annotated, Any, Literal

from fastapi import Query

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message
from common.http import MinChange, Router
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.query import AsOf, Language, Selected
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import default_scheme
from indicators.structures.domain.places import Places
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES, Asked
from indicators.structures.storage import asking, particulars, unit_names
from indicators.structures.wire import Structure, StructureTable

router = Router(tags=["structures"], dependencies=[NOT_KEPT])

DimensionName: Any = Literal[tuple(SPREADS)]
RuleName: Any = Literal[tuple(DENOMINATOR_RULES)]

_ONLY_CITY = Message("within 只用于 dimension=city", "`within` belongs to dimension=city")


@router.get("/v1/structures", summary="A structure table, live or as of any day")
async def read_structure(
    *,
    caller: Caller,
    selection: Selected,
    dimension: Annotated[DimensionName, Query(description="What graduates are spread over")],
    as_of: AsOf,
    min_change: MinChange,
    figures: FiguresOf,
    language: Language,
    denominator_rule: Annotated[
        RuleName | None, Query(description="Whose structure; without it the rule of the dimension")
    ] = None,
    regions: Annotated[Literal["four", "seven"], Query(description="Division into regions")] = "four",
    within: Annotated[
        str | None, Query(pattern=r"^[0-9]{2}0000$", description="Of cities: those of a province")
    ] = None,
) -> Structure:
    await figures.require_readable(caller, selection)
    if within is not None and dimension != "city":
        raise BadQuery([FieldProblem("within", "only_cities", _ONLY_CITY)])
    scheme = default_scheme(selection.cohort)
    met = await included(figures, min_change, selection.scope, as_of=as_of)
    spread = SPREADS[dimension]
    asked = Asked(dimension, denominator_rule or spread.rule, Places(regions), within)
    question = asking(selection, spread)
    answer = await figures.ask(selection.scope, lambda _live: question, as_of)
    table = StructureTable(asked, language, await unit_names(figures.database, selection, dimension, language))
    return Structure(
        **dict(answer.stamp(min_change_met=met)),
        dimension=dimension,
        denominator_rule=asked.rule,
        scheme=scheme.id,
        definition_version=scheme.version,
        observations=table.observations(particulars(selection, answer), selection.by),
    )
