"""Calls in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, text, update

from common import rows
from common.auth import Principal
from common.clock import NOW_SQL
from common.database import NOW
from common.identifiers import GraduateId, InvitationId
from common.sql import Connection
from surveys.calls.domain import ENDING, LEASE, MOST_ATTEMPTS, Call, CallId, Outcome
from surveys.calls.tables import calls
from surveys.contact.storage.worth import ASKED, PHONE_IS_DUE, WORTH_CONTACTING
from surveys.waves.domain import Wave

_NOW = select(NOW)
_ENDING = ", ".join(f"'{each.value}'" for each in ENDING)
# what a callback was promised for comes first, then who was called least
_CALLABLE = f"""
    SELECT eligible.graduate_id, coalesce(last.attempt, 0) + 1 AS attempt
      FROM {ASKED}
      LEFT JOIN LATERAL (
           SELECT * FROM calls WHERE calls.wave_id = eligible.wave_id AND calls.graduate_id = eligible.graduate_id
            ORDER BY attempt DESC LIMIT 1) AS last ON true
     WHERE eligible.wave_id = CAST(:wave_id AS uuid) AND {WORTH_CONTACTING} AND {PHONE_IS_DUE} {{only}}
       AND (CAST(:college AS text) IS NULL OR placed.college_code = :college)
       AND (last.id IS NULL OR (
               last.attempt < {MOST_ATTEMPTS} AND coalesce(last.outcome, '') NOT IN ({_ENDING})
               AND (last.outcome IS NOT NULL OR last.expires_at <= {NOW_SQL})
               AND CASE WHEN last.callback_at IS NULL THEN last.band <> :band
                        ELSE last.callback_at <= {NOW_SQL} END))
     ORDER BY last.callback_at IS NULL, last.attempt NULLS FIRST, random() LIMIT 1
"""
_ANYBODY = text(_CALLABLE.format(only="AND NOT eligible.graduate_id = ANY(CAST(:without AS uuid[]))"))
_STILL = text(_CALLABLE.format(only="AND eligible.graduate_id = CAST(:graduate_id AS uuid)"))
_SEIZE = text("SELECT id FROM invitations WHERE id = :id FOR UPDATE SKIP LOCKED")
_IS_LOST = (calls.c.expires_at <= NOW).label("is_lost")
_ADD = text(
    f"""
    INSERT INTO calls (wave_id, graduate_id, school_code, attempt, band, expires_at)
    VALUES (:wave_id, :graduate_id, :school_code, :attempt, :band, {NOW_SQL} + :lease)
    RETURNING *, false AS is_lost
    """
)
_CALLS = select(calls, _IS_LOST)
_ONE = _CALLS.where(calls.c.id == bindparam("id"))
_HELD = _ONE.with_for_update()
_SAY = (
    update(calls).where(calls.c.id == bindparam("of_id")).values(version=calls.c.version + 1).returning(calls, _IS_LOST)
)
_CLAIMED_BY = text(
    """
    SELECT FROM audit_entries
     WHERE object_kind = 'call' AND object_id = :id AND action = 'call.claim' AND subject = :subject
    """
)


async def now(connection: Connection) -> datetime:
    """The present instant by the database's clock."""
    moment: datetime = await connection.scalar(_NOW, {})
    return moment


async def anybody(
    connection: Connection, wave: Wave, band: int, college: str | None, without: Sequence[GraduateId]
) -> GraduateId | None:
    """A person who may be called now, those `without` left out; None if there is none. Locks nothing."""
    bound = {"wave_id": wave.id, "band": band, "college": college, "without": list(without)}
    found = (await connection.execute(_ANYBODY, bound)).one_or_none()
    return None if found is None else GraduateId(found.graduate_id)


async def seize(connection: Connection, invitation_id: InvitationId) -> bool:
    """Locks the case of an invitation; False while another act has it."""
    return (await connection.execute(_SEIZE, {"id": invitation_id})).one_or_none() is not None


async def next_attempt(
    connection: Connection, wave: Wave, band: int, college: str | None, graduate_id: GraduateId
) -> int | None:
    """Which call the next one would be; None where this person may not be called now."""
    bound = {"wave_id": wave.id, "band": band, "college": college, "graduate_id": graduate_id}
    found = (await connection.execute(_STILL, bound)).one_or_none()
    return None if found is None else int(found.attempt)


async def add(connection: Connection, wave: Wave, graduate_id: GraduateId, attempt: int, band: int) -> Call:
    """Stores a claim, from now for half an hour."""
    values = {
        "wave_id": wave.id,
        "graduate_id": graduate_id,
        "school_code": wave.school_code,
        "attempt": attempt,
        "band": band,
        "lease": LEASE,
    }
    return rows.one(Call, await connection.execute(_ADD, values))


async def find(connection: Connection, caller: Principal, call_id: CallId, *, hold: bool = False) -> Call | None:
    """The call if the caller has claimed it and still works for its school, locked on demand."""
    if (await connection.execute(_CLAIMED_BY, {"id": str(call_id), "subject": caller.subject})).one_or_none() is None:
        return None
    found = rows.one_or_none(Call, await connection.execute(_HELD if hold else _ONE, {"id": call_id}))
    return found if found is not None and caller.sees_school(found.school_code) else None


async def say(connection: Connection, call: Call, outcome: Outcome, callback_at: datetime | None) -> Call:
    """Stores what came of a locked call."""
    given = {"of_id": call.id, "outcome": outcome.value, "callback_at": callback_at}
    return rows.one(Call, await connection.execute(_SAY, given))
