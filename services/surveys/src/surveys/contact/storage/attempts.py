"""Attempts in SQL: noted before anything leaves, and what became of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, Uuid, bindparam, select, text

from common import rows
from common.auth import EVERYTHING, Owners, ScopeShape
from common.clock import NOW_SQL
from common.database.pages import page_by_id
from common.identifiers import EmployerId, GraduateId, InvitationId, SchoolCode, WaveId
from common.sql import Connection
from surveys.contact.domain import PATIENCE, Attempt, AttemptId, AttemptState, DueStep, Outcome, Plan
from surveys.contact.tables import contact_attempts
from surveys.ladders.domain import Channel

_NOTE = text(
    f"""
    INSERT INTO contact_attempts
           (school_code, wave_id, invitation_id, step, channel, state, reason, price_fen, expires_at)
    SELECT :school_code, :wave_id, given.id, :step, :channel,
           CASE WHEN given.reason IS NULL THEN 'sending' ELSE 'skipped' END, given.reason,
           CASE WHEN given.reason IS NULL THEN :price ELSE 0 END,
           CASE WHEN given.reason IS NULL THEN {NOW_SQL} + CAST(:patience AS interval) END
      FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS given (id, reason)
     ORDER BY given.id
    RETURNING id, invitation_id, state
    """
).bindparams(bindparam("price", type_=Integer), bindparam("step", type_=Integer))
_SENT = text(f"UPDATE response_streams SET last_sent_at = {NOW_SQL} WHERE graduate_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_OPEN_SPENDING = text(
    """
    INSERT INTO contact_spending (wave_id, school_code, budget_fen)
    SELECT id, school_code, budget_fen FROM waves WHERE id = :wave_id ON CONFLICT (wave_id) DO NOTHING
    """
)
_LEFT = text("SELECT budget_fen - spent_fen FROM contact_spending WHERE wave_id = :wave_id FOR NO KEY UPDATE")
_SPEND = text("UPDATE contact_spending SET spent_fen = spent_fen + :fen WHERE wave_id = :wave_id")
_KEEP = text(
    f"""
    UPDATE contact_attempts AS attempt
       SET state = CASE WHEN given.state = 'deferred' AND attempt.expires_at <= {NOW_SQL} THEN 'failed'
                        ELSE given.state END,
           due_at = CASE WHEN given.state = 'deferred' AND attempt.expires_at > {NOW_SQL}
                         THEN {NOW_SQL} + CAST(:pause AS interval) END,
           reference = coalesce(given.reference, attempt.reference), at = {NOW_SQL}
      FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:references AS text[]))
           AS given (id, state, reference)
     WHERE attempt.id = given.id AND attempt.state IN ('sending', 'unknown')
    """
)
_LOST = text(
    f"""
    UPDATE contact_attempts
       SET state = CASE WHEN channel = ANY(:repeated) THEN 'deferred' ELSE 'unknown' END,
           due_at = CASE WHEN channel = ANY(:repeated) THEN {NOW_SQL} END, at = {NOW_SQL}
     WHERE state = 'sending' AND at <= {NOW_SQL} - CAST(:lease AS interval)
    """
).bindparams(bindparam("repeated", type_=ARRAY(Text)))
_DEFERRED = text(
    f"""
    SELECT attempt.id, attempt.invitation_id, invitation.graduate_id, invitation.employer_id, attempt.wave_id,
           attempt.school_code, attempt.step AS number, attempt.channel, attempt.expires_at
      FROM contact_attempts AS attempt JOIN invitations AS invitation ON invitation.id = attempt.invitation_id
     WHERE attempt.state = 'deferred' AND attempt.due_at <= {NOW_SQL} AND attempt.channel = ANY(:channels)
     ORDER BY attempt.wave_id, attempt.step, attempt.channel, attempt.invitation_id LIMIT :limit
    """
).bindparams(bindparam("channels", type_=ARRAY(Text)))
_UNDERWAY = text(
    """
    SELECT EXISTS (SELECT FROM contact_attempts WHERE state IN ('sending', 'deferred'))
    """
)
_CLAIM = text(
    f"""
    UPDATE contact_attempts AS attempt
       SET state = CASE WHEN given.reason IS NULL THEN 'sending' ELSE 'skipped' END, reason = given.reason,
           due_at = NULL, at = {NOW_SQL}
      FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS given (id, reason)
     WHERE attempt.id = given.id AND attempt.state = 'deferred' AND attempt.due_at <= {NOW_SQL}
    RETURNING attempt.id, attempt.invitation_id, attempt.state
    """
)
_END_STEP = text(
    f"""
    INSERT INTO contact_steps AS known (wave_id, step, school_code, due_at, ended_at)
    SELECT id, :step, school_code, CAST(:due_at AS timestamptz),
           CASE WHEN CAST(:due_at AS timestamptz) IS NULL THEN {NOW_SQL} END
      FROM waves WHERE id = :wave_id AND (:channel = 'link' OR CAST(:due_at AS timestamptz) IS NOT NULL OR NOT EXISTS (
               SELECT FROM invitations AS invitation WHERE invitation.wave_id = waves.id AND NOT EXISTS (
                   SELECT FROM contact_attempts AS made
                    WHERE made.invitation_id = invitation.id AND made.step = :step)))
    ON CONFLICT (wave_id, step) DO UPDATE SET due_at = EXCLUDED.due_at, ended_at = EXCLUDED.ended_at
     WHERE known.ended_at IS NULL
    """
).bindparams(bindparam("step", type_=Integer))
_REPORT = text(
    f"""
    UPDATE contact_attempts SET state = :state, due_at = NULL, at = {NOW_SQL}
     WHERE id = :id AND state = ANY(:before) RETURNING school_code
    """
).bindparams(bindparam("before", type_=ARRAY(Text)))
_FIND = select(contact_attempts).where(contact_attempts.c.id == bindparam("id"))


@dataclass(frozen=True)
class Deferred:
    """A message that was put off, by the step it belongs to."""

    id: AttemptId
    invitation_id: InvitationId
    graduate_id: GraduateId | None
    wave_id: WaveId
    school_code: SchoolCode
    number: int | None
    channel: Channel
    expires_at: datetime
    employer_id: EmployerId | None = None


async def note(connection: Connection, due: DueStep, plan: Plan, price: int) -> dict[InvitationId, AttemptId]:
    """Stores an attempt for each invitation of the plan; the ids of those that are sent."""
    bound = {
        "school_code": due.school_code,
        "wave_id": due.wave_id,
        "step": due.number,
        "channel": due.step.channel,
        "price": price,
        "patience": PATIENCE,
        "ids": [*plan.sent, *plan.skipped],
        "reasons": [*[None] * len(plan.sent), *plan.skipped.values()],
    }
    noted = await connection.execute(_NOTE, bound)
    return {InvitationId(row.invitation_id): AttemptId(row.id) for row in noted if row.state == "sending"}


async def note_sent(connection: Connection, subjects: Sequence[UUID | None]) -> None:
    """Notes in the people's streams, which are locked, that a message leaves for them now."""
    await connection.execute(_SENT, {"ids": subjects})


async def left_to_spend(connection: Connection, wave_id: WaveId) -> int | None:
    """What a wave may still spend, locked until the act ends; None without a limit."""
    await connection.execute(_OPEN_SPENDING, {"wave_id": wave_id})
    left: int | None = await connection.scalar(_LEFT, {"wave_id": wave_id})
    return left


async def spend(connection: Connection, wave_id: WaveId, fen: int) -> None:
    """Counts what messages cost; the row is locked."""
    await connection.execute(_SPEND, {"wave_id": wave_id, "fen": fen})


async def keep(connection: Connection, outcomes: Mapping[AttemptId, Outcome], pause: timedelta) -> None:
    """Stores what became of messages; what a receipt has said before stands. A pause later one put off is tried again.

    What is put off after its time is over has failed.
    """
    bound = {
        "ids": [*outcomes],
        "states": [each.state.value for each in outcomes.values()],
        "references": [each.reference for each in outcomes.values()],
        "pause": pause,
    }
    await connection.execute(_KEEP, bound)


async def lose(connection: Connection, lease: timedelta, repeated: Sequence[Channel]) -> int:
    """Gives up messages whose sender has died: of a channel that repeats, they are sent again; how many."""
    return await connection.affected(_LOST, {"lease": lease, "repeated": repeated})


async def underway(connection: Connection) -> bool:
    """Whether a message is being sent, or was put off."""
    return bool(await connection.scalar(_UNDERWAY))


async def deferred(connection: Connection, channels: Sequence[Channel], limit: int) -> list[Deferred]:
    """Messages of these channels that are to be tried again now."""
    bound = {"channels": channels, "limit": limit}
    return rows.all(Deferred, await connection.execute(_DEFERRED, bound))


async def claim(connection: Connection, reasons: Mapping[AttemptId, str | None]) -> dict[InvitationId, AttemptId]:
    """Takes messages that were put off for another try, but those with a reason not to; the ids of those taken."""
    taken = await connection.execute(_CLAIM, {"ids": [*reasons], "reasons": [*reasons.values()]})
    return {InvitationId(row.invitation_id): AttemptId(row.id) for row in taken if row.state == "sending"}


async def find(connection: Connection, attempt_id: AttemptId) -> Attempt | None:
    """An attempt of any school."""
    return rows.one_or_none(Attempt, await connection.execute(_FIND, {"id": attempt_id}))


async def report(
    connection: Connection, attempt_id: AttemptId, state: AttemptState, before: Iterable[AttemptState]
) -> SchoolCode | None:
    """Notes what is reported of an attempt that is in one of these states; its school, None where it is not."""
    bound = {"id": attempt_id, "state": state, "before": [*before]}
    school = await connection.scalar(_REPORT, bound)
    return None if school is None else SchoolCode(school)


async def end_step(connection: Connection, due: DueStep, next_at: datetime | None) -> None:
    """Notes that a step is done for everybody, if that is so; with an instant that it goes on then."""
    bound = {"wave_id": due.wave_id, "step": due.number, "due_at": next_at, "channel": due.step.channel}
    await connection.execute(_END_STEP, bound)


async def page(connection: Connection, wave_id: WaveId, after: UUID | None, limit: int) -> list[Attempt]:
    """Attempts of a wave in the order in which they were noted."""
    query = page_by_id(contact_attempts, _every_one, EVERYTHING, after, limit, wave_id=wave_id)
    return rows.all(Attempt, await connection.execute(*query))


def _every_one(seen: ScopeShape) -> ColumnElement[bool]:
    # who may see a wave sees its attempts
    return seen.condition(Owners())
