"""What stands of graduates beside their newest events, and the passes that compare the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from common.announcing import Passes
from common.clock import NOW_SQL
from common.contracts import graduate
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.entry import CLEAR
from registry.graduates.storage.sealing import codes_of

_CODES = ", ".join(CLEAR)

PASSES = Passes(
    progress="announced_rosters",
    rosters="SELECT school_code, cohort FROM data_keys WHERE school_code IS NOT NULL",
    following="""
        SELECT id FROM graduates WHERE school_code = :school_code AND cohort = :cohort AND id > :after
         ORDER BY id LIMIT :part
    """,
    action="roster.announce_again",
)
"""Of registry, whose data keys tell which rosters there are."""

# of whom another act writes, that act announces, or the next pass
_LOCK = text("SELECT id FROM graduates WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")
_STATED = text(
    f"""
    SELECT g.id, {_CODES}, g.erased_at IS NOT NULL AS erased, newest.data
      FROM graduates g CROSS JOIN LATERAL (SELECT data FROM outbox WHERE topic = '{graduate.TOPIC}' AND key = g.id::text
                                            ORDER BY sequence DESC LIMIT 1) AS newest
     WHERE g.id = ANY(CAST(:ids AS uuid[])) ORDER BY g.id
    """
)
# what stands is as before, so version and instant of the row stay, and so does the line of a file that left it
_NUMBER = text(
    f"""
    UPDATE graduates SET sequence = greatest(sequence, reached_sequence) + 1,
                         decided_on = greatest(decided_on, reached_day)
     WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING id, version, sequence, decided_on, {NOW_SQL} AS recorded_at, erased_at IS NOT NULL AS erased, {_CODES}
    """
)
_STAMP = ("id", "version", "sequence", "decided_on", "recorded_at", "erased")


@dataclass(frozen=True)
class Stated:
    """A graduate's codes and status as they stand, and the data of the newest event."""

    id: GraduateId
    erased: bool
    content: Mapping[str, Any]
    newest_event: Mapping[str, Any]


@dataclass(frozen=True)
class Numbered:
    """A graduate's codes and status with version, sequence, day and instant of the next event."""

    id: GraduateId
    version: int
    sequence: int
    decided_on: date
    recorded_at: datetime
    erased: bool
    content: Mapping[str, Any]


async def stated(connection: Connection, ids: Sequence[GraduateId]) -> list[Stated]:
    """What stands of these graduates and what was announced last, sorted by id; who was never announced is left out."""
    found = await connection.execute(_STATED, {"ids": ids})
    return [Stated(row.id, row.erased, codes_of(row), row.data) for row in found]


async def lock_free(connection: Connection, ids: Sequence[GraduateId]) -> list[GraduateId]:
    """Locks those of the graduates that no other act has locked."""
    return [GraduateId(each) for each in await connection.scalars(_LOCK, {"ids": ids})]


async def number(connection: Connection, ids: Sequence[GraduateId]) -> list[Numbered]:
    """Takes the next sequence of each of these locked graduates; version and day stay."""
    found = await connection.execute(_NUMBER, {"ids": ids})
    return [Numbered(**{name: row[name] for name in _STAMP}, content=codes_of(row)) for row in found]
