"""GET /v1/structures."""

from typing import Annotated, Literal

from fastapi import Query

from common.auth import Caller
from common.http import MinChange, Router
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.query import AsOf, Language, Selected
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import default_scheme
from indicators.structures.domain.structure import DEFAULT_RULE, DIMENSIONS
from indicators.structures.storage import asking, particulars
from indicators.structures.wire import Structure, StructureTable

router = Router(tags=["structures"], dependencies=[NOT_KEPT])

DimensionName = Literal["employer_nature", "industry", "province", "region", "destination"]
RuleName = Literal[
    "unit_without_enlistment",
    "unit",
    "contracts",
    "employed_without_enlistment",
    "placed",
    "placed_without_enlistment_and_abroad",
    "population",
]


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
    denominator_rule: Annotated[RuleName, Query(description="Whose structure")] = DEFAULT_RULE,
    regions: Annotated[Literal["four", "seven"], Query(description="Division into regions")] = "four",
) -> Structure:
    await figures.require_readable(caller, selection)
    scheme = default_scheme(selection.cohort)
    met = await included(figures, min_change, selection.scope, as_of=as_of)
    question = asking(selection, DIMENSIONS[dimension])
    answer = await figures.ask(selection.scope, lambda _live: question, as_of)
    table = StructureTable(dimension, denominator_rule, regions, language)
    return Structure(
        **dict(answer.stamp(min_change_met=met)),
        dimension=dimension,
        denominator_rule=denominator_rule,
        scheme=scheme.id,
        definition_version=scheme.version,
        observations=table.observations(particulars(selection, answer), selection.by),
    )
