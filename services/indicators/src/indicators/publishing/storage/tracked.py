"""Editions that tracking tables are of: the newest of a cycle, and those of which publications have shown figures."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text

from common.shown_groups.tables import name_of, table_with
from common.sql import Connection
from indicators.publishing.domain.publications import Publication
from indicators.publishing.domain.tables import TABLES, TableAsked
from indicators.publishing_counts.people import Cycle, Published
from indicators.publishing_counts.shown_columns import columns_of, is_distribution
from indicators.tracking import storage as editions
from indicators.tracking.domain import Edition, Series
from indicators.tracking_counts.edition import Memory, Row

_MEMORY = text("SELECT memory FROM tracking_editions WHERE id = :id").bindparams(bindparam("id", type_=Uuid()))
_TRACKED = text("SELECT tracked FROM publication_contents WHERE id = :id").bindparams(bindparam("id", type_=Uuid()))

Taken = Mapping[int, Edition | None]
"""The newest edition of each cycle that a publication has tables of."""


async def newest_editions(connection: Connection, publication: Publication) -> Taken:
    """The newest edition of each cycle that the publication has tables of."""
    cycles = dict.fromkeys(table.cycle for table in publication.asked if table.cycle is not None and table.indicator)
    school, cohort = publication.school_code, publication.cohort
    return {cycle: await editions.newest(connection, Series(school, cohort, cycle, None)) for cycle in cycles}


async def cycles_of(
    connection: Connection, publication: Publication, taken: Taken, contents: Sequence[UUID]
) -> list[Cycle]:
    """What the tracking tables are counted from; `contents` are those of the released publications, oldest first."""
    if not taken:
        return []
    before = [await connection.scalar(_TRACKED, {"id": content}) or {} for content in contents]
    found = []
    for cycle, edition in taken.items():
        asked = [table for table in publication.asked if table.cycle == cycle and table.indicator]
        wanted = {f"{table.indicator}.{name}" for table in asked for name in columns_of(table.indicator or "")}
        shown = [each[f"{cycle}"] for each in before if f"{cycle}" in each]
        found.append(
            Cycle(
                cycle=cycle,
                newest=edition and await _memory(connection, edition.id, wanted),
                figures=(edition and await _figures(connection, edition, asked)) or (),
                past=[
                    (await _memory(connection, UUID(each["edition"]["id"]), wanted)).model_copy(
                        update={"shown": {name: each["shown"][name] for name in wanted & each["shown"].keys()}}
                    )
                    for each in shown
                ],
            )
        )
    return found


def tracked(taken: Taken, published: Published) -> dict[str, Any]:
    """What later publications have to know: which editions were published, and which groups of them."""
    return {
        f"{cycle}": {
            "edition": {"id": f"{each.id}", "number": each.number, "taken_at": each.taken_at.isoformat()},
            "shown": published.tracked.get(cycle, {}),
        }
        for cycle, each in taken.items()
        if each is not None
    }


async def _memory(connection: Connection, edition: UUID, columns: set[str]) -> Memory:
    memory = Memory.model_validate(await connection.scalar(_MEMORY, {"id": edition}))
    states = {name: memory.states[name] for name in columns & memory.states.keys()}
    shown = {name: memory.shown[name] for name in columns & memory.shown.keys()}
    return memory.model_copy(update={"states": states, "shown": shown})


async def _figures(connection: Connection, edition: Edition, asked: Sequence[TableAsked]) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for table in asked:
        indicator = table.indicator or ""
        # which codes a distribution shows rests on all its tables
        of = TABLES if is_distribution(indicator) else [table_with(TABLES, table.by) or ()]
        for name in map(name_of, of):
            for row in await editions.figures(connection, edition, name, [indicator]):
                found[row.table, row.indicator] = row
    return [*found.values()]
