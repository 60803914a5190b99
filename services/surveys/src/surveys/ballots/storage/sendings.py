"""What is kept of the sending of an unlinkable wave: whom a message was meant for, on which day, and no more.

An attempt is stored once and never changed, so that nothing tells when, or in which order, messages left.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text

from common.clock import TODAY_SQL
from common.identifiers import SchoolCode, WaveId
from common.sql import Connection, Row
from surveys.contact.domain import DueStep, Plan
from surveys.contact.tables import MIDNIGHT_SQL
from surveys.waves.domain import SendingState

# of those who are asked an invitation without a link, which opt-outs and attempts go by; its id, too, tells no time
_INVITE = text(
    f"""
    INSERT INTO invitations (id, wave_id, graduate_id, school_code, channel, created_at)
    SELECT gen_random_uuid(), eligible.wave_id, eligible.graduate_id, eligible.school_code, :channel, {MIDNIGHT_SQL}
      FROM wave_eligible AS eligible JOIN graduates AS person USING (graduate_id)
     WHERE eligible.wave_id = :wave_id AND NOT person.erased
     ORDER BY eligible.graduate_id FOR SHARE OF person
    ON CONFLICT (wave_id, graduate_id) DO NOTHING
    """
).bindparams(bindparam("wave_id", type_=Uuid))
_NOTE = text(
    f"""
    INSERT INTO contact_attempts
           (id, school_code, wave_id, invitation_id, step, channel, state, reason, price_fen, noted_at, at)
    SELECT gen_random_uuid(), :school_code, :wave_id, given.id, :step, :channel,
           CASE WHEN given.reason IS NULL THEN 'unknown' ELSE 'skipped' END, given.reason,
           CASE WHEN given.reason IS NULL THEN :price ELSE 0 END, {MIDNIGHT_SQL}, {MIDNIGHT_SQL}
      FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS given (id, reason)
     ORDER BY given.id
    """
).bindparams(bindparam("price", type_=Integer), bindparam("step", type_=Integer))
_END_STEP = text(
    f"""
    INSERT INTO contact_steps (wave_id, step, school_code, ended_at)
    VALUES (:wave_id, :step, :school_code, {MIDNIGHT_SQL}) ON CONFLICT (wave_id, step) DO NOTHING
    """
).bindparams(bindparam("step", type_=Integer))
_BEGIN = text(
    f"""
    INSERT INTO ballot_sendings (wave_id, step, school_code, state, begun_on)
    VALUES (:wave_id, :step, :school_code, :state, {TODAY_SQL})
    """
).bindparams(bindparam("step", type_=Integer))
_END = text(
    """
    UPDATE ballot_sendings SET state = :state WHERE wave_id = :wave_id AND step = :step AND state = 'sending'
    """
).bindparams(bindparam("step", type_=Integer))
_PROMISES = text(
    """
    SELECT wave.id,
           EXISTS (SELECT FROM responses WHERE wave_id = wave.id)
           OR EXISTS (SELECT FROM invitations WHERE wave_id = wave.id
                         AND num_nonnulls(token_digest, token_ciphertext, first_used_at) > 0)
           OR EXISTS (SELECT FROM contact_attempts WHERE wave_id = wave.id AND state NOT IN ('unknown', 'skipped'))
           OR EXISTS (SELECT FROM ballots WHERE wave_id = wave.id AND (state = 'submitted') <> (week IS NOT NULL)
                         AND state IN ('open', 'submitted'))
           OR (SELECT count(*) FROM ballots WHERE wave_id = wave.id) <> CASE
              WHEN EXISTS (SELECT FROM ballot_sendings AS sending WHERE sending.wave_id = wave.id AND sending.step = 1
                              AND sending.state IN ('sending', 'sent', 'interrupted'))
              THEN (SELECT count(*) FROM contact_attempts WHERE wave_id = wave.id AND step = 1 AND reason IS NULL)
              WHEN EXISTS (SELECT FROM ballots WHERE wave_id = wave.id) THEN wave.eligible
              ELSE 0 END AS is_broken
      FROM waves AS wave
     WHERE wave.anonymity = 'unlinkable' AND (CAST(:school AS text) IS NULL OR wave.school_code = :school)
     ORDER BY wave.id
    """
)
_UNDERWAY = text("SELECT wave_id, step FROM ballot_sendings WHERE state = 'sending' ORDER BY wave_id, step")


async def invite(connection: Connection, wave_id: WaveId, channel: str) -> None:
    """Stores who is asked; none of them has a link."""
    await connection.execute(_INVITE, {"wave_id": wave_id, "channel": channel})


async def note(connection: Connection, due: DueStep, plan: Plan, price: int) -> None:
    """Stores all attempts of a step at once, and that it is done; to be called in the transaction of its codes."""
    place = {"wave_id": due.wave_id, "school_code": due.school_code, "step": due.number}
    bound = {
        **place,
        "channel": due.step.channel,
        "price": price,
        "ids": [*plan.sent, *plan.skipped],
        "reasons": [*[None] * len(plan.sent), *plan.skipped.values()],
    }
    await connection.execute(_NOTE, bound)


async def begin(connection: Connection, due: DueStep, state: SendingState) -> None:
    """Notes that a step is being sent, or why it is not; it is not done again."""
    place = {"wave_id": due.wave_id, "school_code": due.school_code, "step": due.number}
    await connection.execute(_BEGIN, {**place, "state": state.value})
    await connection.execute(_END_STEP, place)


async def end(connection: Connection, wave_id: WaveId, step: int, state: SendingState) -> None:
    """Notes what became of a sending, unless that is noted."""
    await connection.execute(_END, {"wave_id": wave_id, "step": step, "state": state.value})


async def underway(connection: Connection) -> Sequence[Row]:
    """Sendings that have begun and not ended: `wave_id`, `step`."""
    return await connection.execute(_UNDERWAY)


async def promises(connection: Connection, school_code: SchoolCode | None) -> Sequence[tuple[UUID, bool]]:
    """Unlinkable waves of a school, or of all, each with whether something stored breaks its promise.

    A link or an answer of a person does, a message whose fate is known, and another number of codes than of those who
    got one: of everybody, or of those to whom one was sent.
    """
    return [(row.id, row.is_broken) for row in await connection.execute(_PROMISES, {"school": school_code})]
