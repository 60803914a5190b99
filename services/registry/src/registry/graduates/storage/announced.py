"""Which rosters are still to be compared with their newest events, how far that has come, and the events themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from common.clock import NOW_SQL
from common.contracts import graduate
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.domain.entry import CLEAR
from registry.graduates.storage.sealing import codes_of

AGAIN_AFTER = "1 hour"
"""From the end of a pass that has found something to the next: the release before may write beside this one."""

_FIRST = UUID(int=0)
_CODES = ", ".join(CLEAR)

_DUE = text(
    f"""
    SELECT k.school_code, k.cohort FROM data_keys k LEFT JOIN announced_rosters a USING (school_code, cohort)
     WHERE k.school_code IS NOT NULL AND (a.school_code IS NULL OR a.due_at <= {NOW_SQL}) ORDER BY 1, 2
    """
)
_BEGIN = text(
    f"""
    INSERT INTO announced_rosters (school_code, cohort, due_at) VALUES (:school_code, :cohort, {NOW_SQL})
    ON CONFLICT DO NOTHING
    """
)
# another worker that is at this roster goes on with it
_TAKE = text(
    f"""
    SELECT coalesce(after, :first) AS after FROM announced_rosters
     WHERE school_code = :school_code AND cohort = :cohort AND due_at <= {NOW_SQL} FOR UPDATE SKIP LOCKED
    """
)
_PART = text(
    """
    SELECT id FROM graduates WHERE school_code = :school_code AND cohort = :cohort AND id > :after
     ORDER BY id LIMIT :part
    """
)
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
_GO_ON = text(
    """
    UPDATE announced_rosters SET after = :after, has_found = has_found OR :found
     WHERE school_code = :school_code AND cohort = :cohort
    """
)
_END = text(
    f"""
    UPDATE announced_rosters SET after = NULL, has_found = false,
           due_at = CASE WHEN has_found THEN {NOW_SQL} + interval '{AGAIN_AFTER}' END
     WHERE school_code = :school_code AND cohort = :cohort
    """
)


class Roster(NamedTuple):
    """A roster by its school and cohort."""

    school_code: SchoolCode
    cohort: Cohort


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


async def due_rosters(connection: Connection) -> list[Roster]:
    """Rosters over which no whole pass has found nothing, unless the next pass is not due yet."""
    return [Roster._make(row) for row in await connection.execute(_DUE)]


async def take(connection: Connection, roster: Roster) -> UUID | None:
    """How far the pass over a roster has come, which is this transaction's until it ends.

    None, without waiting, while another worker has the roster, and if nothing is due there any more.
    """
    bound = roster._asdict()
    await connection.execute(_BEGIN, bound)
    after: UUID | None = await connection.scalar(_TAKE, {**bound, "first": _FIRST})
    return after


async def following(connection: Connection, roster: Roster, after: UUID, part: int) -> list[GraduateId]:
    """The next graduates of a roster by their ids."""
    bound = {**roster._asdict(), "after": after, "part": part}
    return [GraduateId(each) for each in await connection.scalars(_PART, bound)]


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


async def go_on(connection: Connection, roster: Roster, after: UUID, *, found: bool) -> None:
    """Notes how far the pass has come, and whether it has found an outdated event."""
    await connection.execute(_GO_ON, {**roster._asdict(), "after": after, "found": found})


async def end_pass(connection: Connection, roster: Roster) -> None:
    """Ends a pass over the whole roster: the last one if it has found nothing."""
    await connection.execute(_END, roster._asdict())
