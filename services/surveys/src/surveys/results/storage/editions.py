"""Editions in SQL: which are due, what they keep, how they are read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, TextClause, Uuid, bindparam, text

from common import rows
from common.clock import NOW_SQL
from common.identifiers import WaveId
from common.shown_groups.asking import Remembered
from common.sql import Connection
from surveys.results.domain.dimensions import Key
from surveys.results.domain.editions import Because, Edition, EditionId, Figures, Results
from surveys.waves.domain import Wave

_NOW = text(f"SELECT {NOW_SQL}")
_NEVER_COUNTED = text(
    """
    SELECT id FROM waves
     WHERE closed_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM result_editions WHERE result_editions.wave_id = waves.id)
     ORDER BY closed_at, id LIMIT :limit
    """
)
# a mark has a time, and so nothing marks what changes in an unlinkable wave: its answers can only become fewer
_CHANGED = text(
    """
    SELECT wave_id FROM answer_changes GROUP BY wave_id HAVING count(*) >= :needs
    UNION ALL
    SELECT wave.id FROM waves AS wave JOIN LATERAL (
           SELECT answers FROM result_editions WHERE wave_id = wave.id ORDER BY number DESC LIMIT 1) AS newest ON true
     WHERE wave.anonymity = 'unlinkable' AND newest.answers - :needs >= (
           SELECT count(*) FROM ballots WHERE ballots.wave_id = wave.id AND ballots.state = 'submitted')
     ORDER BY 1 LIMIT :limit
    """
).bindparams(bindparam("needs", type_=Integer))
_COUNTED = text(
    """
    SELECT DISTINCT wave_id FROM result_editions
     WHERE CAST(:school AS text) IS NULL OR school_code = :school ORDER BY wave_id
    """
)
_CHANGES = text("SELECT id FROM answer_changes WHERE wave_id = :wave_id")
_FORGET = text("DELETE FROM answer_changes WHERE id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_LISTED = text(
    """
    SELECT id, number, taken_at, because, answers, moved FROM result_editions
     WHERE wave_id = :wave_id AND number < coalesce(CAST(:before AS integer), 2147483647)
     ORDER BY number DESC LIMIT :limit
    """
)
# weights of an edition are of groups of other tables: they come first, so that editions stand side by side
_MEMORIES = text(
    """
    SELECT memory FROM (
        SELECT 0 AS place, edition.number, weighting.id, weighting.memory
          FROM result_weightings AS weighting JOIN result_editions AS edition ON edition.id = weighting.edition_id
         WHERE edition.wave_id = :wave_id
        UNION ALL SELECT 1, number, id, memory FROM result_editions WHERE wave_id = :wave_id
    ) AS remembered ORDER BY place, number, id
    """
)
_REMEMBERED = text(
    """
    SELECT count(DISTINCT edition.id) + count(weighting.id)
      FROM result_editions AS edition LEFT JOIN result_weightings AS weighting ON weighting.edition_id = edition.id
     WHERE edition.wave_id = :wave_id
    """
)
_FIGURES = text("SELECT variable, table_name, figures FROM result_figures WHERE edition_id = :edition_id")
_OF_TABLE = """
    SELECT variable, figures FROM {of} WHERE {key} = :id AND table_name = :table AND variable = ANY(:variables)
"""
_OF_EDITION = text(_OF_TABLE.format(of="result_figures", key="edition_id"))
_OF_WEIGHTING = text(_OF_TABLE.format(of="result_weighted_figures", key="weighting_id"))
_ADD = text(
    """
    INSERT INTO result_editions (wave_id, school_code, number, taken_at, because, answers, moved, memory)
    VALUES (:wave_id, :school_code, :number, :taken_at, :because, :answers, :moved, CAST(:memory AS jsonb))
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_ADD_FIGURES = """
    INSERT INTO {of} ({key}, school_code, variable, table_name, figures)
    SELECT CAST(:id AS uuid), :school_code, counted.*
      FROM unnest(CAST(:variables AS text[]), CAST(:tables AS text[]), CAST(:figures AS jsonb[])) AS counted
"""
_ADD_OF_EDITION = text(_ADD_FIGURES.format(of="result_figures", key="edition_id"))
_ADD_OF_WEIGHTING = text(_ADD_FIGURES.format(of="result_weighted_figures", key="weighting_id"))


@dataclass(frozen=True, kw_only=True)
class NewEdition:
    """An edition that is about to be stored; `known` is how much was remembered of the wave when it was made."""

    wave: Wave
    known: int
    number: int
    taken_at: datetime
    because: Because
    answers: int
    moved: int
    memory: Remembered
    results: Results
    changes: Sequence[UUID]


async def due(connection: Connection, needs: int, limit: int) -> list[tuple[WaveId, Because]]:
    """Waves of which an edition is due, those that never had one first."""
    first = await connection.scalars(_NEVER_COUNTED, {"limit": limit})
    changed = await connection.scalars(_CHANGED, {"needs": needs, "limit": limit})
    return [(each, Because.CLOSED) for each in first] + [(each, Because.CHANGED) for each in changed]


async def counted_waves(connection: Connection, school_code: str | None) -> list[WaveId]:
    """Waves that have an edition, of one school or of all."""
    return [WaveId(each) for each in await connection.scalars(_COUNTED, {"school": school_code})]


async def instant(connection: Connection) -> datetime:
    """The database's clock."""
    now: datetime = await connection.scalar(_NOW)
    return now


async def changes(connection: Connection, wave_id: WaveId) -> list[UUID]:
    """The changes of answers since the newest edition."""
    return await connection.scalars(_CHANGES, {"wave_id": wave_id})


async def forget(connection: Connection, seen: Sequence[UUID]) -> None:
    """Removes changes that need no edition any more."""
    await connection.execute(_FORGET, {"ids": seen})


async def listed(connection: Connection, wave_id: WaveId, *, before: int | None, limit: int) -> list[Edition]:
    """Editions of a wave, the newest first; `before` is a number."""
    values = {"wave_id": wave_id, "before": before, "limit": limit}
    return rows.all(Edition, await connection.execute(_LISTED, values))


async def newest(connection: Connection, wave_id: WaveId) -> Edition | None:
    """The newest edition of a wave."""
    return next(iter(await listed(connection, wave_id, before=None, limit=1)), None)


async def numbered(connection: Connection, wave_id: WaveId, number: int) -> Edition:
    """An edition that is known to exist."""
    [found] = await listed(connection, wave_id, before=number + 1, limit=1)
    return found


async def memories(connection: Connection, wave_id: WaveId) -> list[Remembered]:
    """What all weights and then all editions of a wave remember, each the oldest first."""
    found = await connection.execute(_MEMORIES, {"wave_id": wave_id})
    return [Remembered.model_validate(row.memory) for row in found]


async def remembered(connection: Connection, wave_id: WaveId) -> int:
    """How many weights and editions of a wave there are."""
    return int(await connection.scalar(_REMEMBERED, {"wave_id": wave_id}))


async def results(connection: Connection, edition_id: EditionId) -> dict[tuple[str, str], Figures]:
    """All figures of an edition."""
    found = await connection.execute(_FIGURES, {"edition_id": edition_id})
    return {(row.variable, row.table_name): _figures(row.figures) for row in found}


async def figures(
    connection: Connection, of: EditionId | UUID, table: str, variables: Sequence[str], *, weighted: bool = False
) -> dict[str, Figures]:
    """The figures of some variables in one table of an edition, or of a weighting."""
    statement = _OF_WEIGHTING if weighted else _OF_EDITION
    found = await connection.execute(statement, {"id": of, "table": table, "variables": list(variables)})
    return {row.variable: _figures(row.figures) for row in found}


async def add(connection: Connection, made: NewEdition) -> bool:
    """Stores an edition with its figures; False where another worker has taken it."""
    values = {
        "wave_id": made.wave.id,
        "school_code": made.wave.school_code,
        "number": made.number,
        "taken_at": made.taken_at,
        "because": made.because.value,
        "answers": made.answers,
        "moved": made.moved,
        "memory": made.memory.model_dump_json(),
    }
    edition_id = await connection.scalar(_ADD, values)
    if edition_id is None:
        return False
    await add_figures(connection, edition_id, made.wave.school_code, made.results)
    await forget(connection, made.changes)
    return True


async def add_figures(
    connection: Connection, of: UUID, school_code: str, results: Results, *, weighted: bool = False
) -> None:
    """Stores the figures of an edition, or of a weighting."""
    values = {
        "id": of,
        "school_code": school_code,
        "variables": [variable for variable, _ in results],
        "tables": [table for _, table in results],
        "figures": [json.dumps([*each.items()], ensure_ascii=False) for each in results.values()],
    }
    await connection.execute(_ADD_OF_WEIGHTING if weighted else _ADD_OF_EDITION, values)


async def groups(
    connection: Connection, wave_id: WaveId, dimensions: Sequence[str], college: str | None
) -> list[tuple[Key, int]]:
    """The groups of those who are eligible, of one college or of all, and how many they are."""
    found = await connection.execute(_groups(tuple(dimensions)), {"wave_id": wave_id, "college": college})
    return [(tuple(row[:-1]), row[-1]) for row in found]


def _figures(stored: Sequence[Any]) -> Figures:
    return {tuple(key): figure for key, figure in stored}


@lru_cache
def _groups(dimensions: tuple[str, ...]) -> TextClause:
    columns = ", ".join(dimensions)
    grouped = f"GROUP BY {columns}" if dimensions else ""
    return text(
        f"""
        SELECT {columns}{"," * bool(dimensions)} count(*) FROM wave_eligible
         WHERE wave_id = :wave_id AND (CAST(:college AS text) IS NULL OR college = :college) {grouped}
        """
    )
