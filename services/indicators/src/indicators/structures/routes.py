"""GET /v1/structures."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message
from common.http import MinChange, Router
from indicators.formats.answering import IN_FORMATS, Format, in_format
from indicators.reading.answers import NOT_KEPT, defined
from indicators.reading.changes import included
from indicators.reading.frozen import SnapshotQuery
from indicators.reading.query import AsOf, Language, Selected
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import default_scheme
from indicators.structures.domain.places import Places
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES, Asked
from indicators.structures.storage import asking, particulars, unit_names, with_tiers
from indicators.structures.wire import Structure, StructureTable, structure_table

router = Router(tags=["structures"], dependencies=[NOT_KEPT])

DimensionName: Any = Literal[tuple(SPREADS)]
RuleName: Any = Literal[tuple(DENOMINATOR_RULES)]

_ONLY_CITY = Message("within 只用于 dimension=city", "`within` belongs to dimension=city")


RuleQuery = Annotated[RuleName | None, Query(description="Whose structure; without it the rule of the dimension")]
WithinQuery = Annotated[str | None, Query(pattern=r"^[0-9]{2}0000$", description="Of cities: those of a province")]
RegionsQuery = Annotated[Literal["four", "seven"], Query(description="Division into regions")]


async def read_table(
    dimension: Annotated[DimensionName, Query(description="What graduates are spread over")],
    denominator_rule: RuleQuery = None,
    regions: RegionsQuery = "four",
    within: WithinQuery = None,
) -> Asked:
    """The table asked for; raises BadQuery."""
    return table_asked(dimension, denominator_rule, regions, within)


def table_asked(dimension: str, denominator_rule: str | None, regions: str, within: str | None) -> Asked:
    """The table of these parameters; raises BadQuery for a province of what is no city."""
    if within is not None and dimension != "city":
        raise BadQuery([FieldProblem("within", "only_cities", _ONLY_CITY)])
    return Asked(dimension, denominator_rule or SPREADS[dimension].rule, Places(regions), within)


@router.get(
    "/v1/structures",
    response_model=Structure,
    responses=IN_FORMATS,
    summary="A structure table, live or as of any day",
)
async def read_structure(
    *,
    caller: Caller,
    selection: Selected,
    asked: Annotated[Asked, Depends(read_table)],
    as_of: AsOf,
    snapshot: SnapshotQuery,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    language: Language,
) -> Structure | Response:
    await figures.require_readable(caller, selection)
    scheme = default_scheme(selection.cohort)
    selection = await figures.frozen(selection, snapshot)
    met = await included(figures, min_change, selection.scope, as_of=as_of)
    question = asking(selection, asked.spread)
    answer = await figures.ask(selection.scope, lambda _live: question, as_of)
    async with figures.database.reading() as connection:
        names = await unit_names(connection, selection, asked.dimension, language)
        (asked,), used = await with_tiers(connection, asked, selection.cohort)
    structure = Structure(
        **defined(answer.stamp(min_change_met=met), scheme),
        dimension=asked.dimension,
        denominator_rule=asked.rule,
        denominator_hash=DENOMINATOR_RULES[asked.rule].hash,
        reference_tables=used,
        observations=StructureTable(asked, language, names).observations(particulars(selection, answer), selection.by),
    )
    return await in_format(wanted, structure, partial(structure_table, selection), language)
