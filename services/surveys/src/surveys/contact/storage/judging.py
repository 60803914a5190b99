"""Which steps are due, and whom a step leaves alone, as it stands now. Locks nothing unless it says so."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from common import rows
from common.clock import NOW_SQL
from common.consuming.counted import newest_counted
from common.identifiers import InvitationId
from common.sql import Connection
from surveys.contact.domain import APART, DueStep, Judged


def _due(*, unlinkable: bool) -> TextClause:
    return text(
        f"""
    SELECT wave.id AS wave_id, wave.school_code, CAST(each.number AS int) AS number, each.step, wave.closes_at,
           wave.audience
      FROM waves AS wave CROSS JOIN LATERAL jsonb_array_elements(wave.ladder) WITH ORDINALITY AS each (step, number)
      LEFT JOIN contact_steps AS known ON known.wave_id = wave.id AND known.step = each.number
     WHERE wave.ladder <> '[]'::jsonb AND wave.opens_at <= {NOW_SQL} AND (wave.anonymity = 'unlinkable') = {unlinkable}
       AND each.step ->> 'kind' <> 'phone'
       AND wave.opens_at + CAST(each.step ->> 'after_days' AS int) * interval '1 day'
           <= least({NOW_SQL}, wave.closes_at)
       AND known.ended_at IS NULL AND (known.due_at IS NULL OR known.due_at <= {NOW_SQL})
     ORDER BY wave.opens_at + CAST(each.step ->> 'after_days' AS int) * interval '1 day', wave.id, each.number
        """
    )


_DUE = {unlinkable: _due(unlinkable=unlinkable) for unlinkable in (False, True)}

# the order of the reasons is theirs in the contract, but that who has died has left the roster, too
_REASON = f"""
    CASE WHEN invitation.state IN ('submitted', 'withdrawn', 'screened_out')
              OR EXISTS (SELECT FROM responses AS response WHERE response.invitation_id = invitation.id
                            AND (response.state <> 'open' OR response.effective_version IS NOT NULL)) THEN 'answered'
         WHEN EXISTS (SELECT FROM opt_outs AS asked
                       WHERE coalesce(asked.graduate_id, asked.employer_id)
                             = coalesce(invitation.graduate_id, invitation.employer_id)
                         AND coalesce(asked.wave_id, wave.id) = wave.id AND asked.revoked_at IS NULL)
              OR EXISTS (SELECT FROM calls AS spoken
                          WHERE spoken.wave_id = wave.id AND spoken.graduate_id = invitation.graduate_id
                            AND spoken.outcome = 'refused') THEN 'opted_out'
         WHEN person.status = 'deceased' THEN 'deceased'
         WHEN invitation.graduate_id IS NOT NULL
              AND (person.erased OR NOT {newest_counted("person")}) IS DISTINCT FROM FALSE THEN 'left_roster'
         WHEN wave.stop_when_known AND registered.destination_code NOT IN ('70', '71', '72') THEN 'known_destination'
         WHEN invitation.state = 'revoked' THEN 'revoked'
         WHEN invitation.state = 'expired' OR wave.closes_at <= {NOW_SQL} THEN 'closed'
    END
"""
_JUDGED = f"""
    SELECT invitation.id AS invitation_id, invitation.graduate_id, invitation.employer_id, {_REASON} AS reason,
           CASE WHEN stream.last_sent_at + CAST(:apart AS interval) > {NOW_SQL}
                THEN stream.last_sent_at + CAST(:apart AS interval) END AS waits_until
      FROM invitations AS invitation JOIN waves AS wave ON wave.id = invitation.wave_id
      LEFT JOIN graduates AS person ON person.graduate_id = invitation.graduate_id
      LEFT JOIN effective_registrations AS registered ON registered.graduate_id = invitation.graduate_id
      LEFT JOIN response_streams AS stream
        ON stream.graduate_id = coalesce(invitation.graduate_id, invitation.employer_id)
"""
_UNTRIED = """
    NOT EXISTS (SELECT FROM contact_attempts AS made
                 WHERE made.invitation_id = invitation.id AND made.step = CAST(:step AS int))
"""
_NEXT = text(
    f"""
    {_JUDGED} WHERE invitation.wave_id = :wave_id AND {_UNTRIED}
       AND (CAST(:after AS uuid) IS NULL OR invitation.id > CAST(:after AS uuid))
     ORDER BY invitation.id LIMIT :limit
    """
)
_THESE = text(f"{_JUDGED} WHERE invitation.id = ANY(:ids) AND {_UNTRIED} ORDER BY invitation.id").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_AGAIN = text(f"{_JUDGED} WHERE invitation.id = ANY(:ids) ORDER BY invitation.id").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_HOLD = text("SELECT FROM invitations WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_HOLD_STREAMS = text(
    "SELECT FROM response_streams WHERE graduate_id = ANY(:ids) ORDER BY graduate_id FOR NO KEY UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_WAITING = {"apart": APART}


async def due_steps(connection: Connection, *, unlinkable: bool = False) -> list[DueStep]:
    """Steps that are due and not ended, of waves that have opened; the longest due first. Calls are none of them.

    Those of unlinkable waves, which are sent in a way of their own, are asked for alone.
    """
    return rows.all(DueStep, await connection.execute(_DUE[unlinkable]))


async def next_of(connection: Connection, due: DueStep, after: UUID | None, limit: int) -> list[Judged]:
    """Invitations of the wave that the step has no attempt for, in the order of their ids."""
    bound = {"wave_id": due.wave_id, "step": due.number, "after": after, "limit": limit, **_WAITING}
    return rows.all(Judged, await connection.execute(_NEXT, bound))


async def hold(connection: Connection, invitations: Sequence[InvitationId], subjects: Sequence[UUID | None]) -> None:
    """Locks invitations, then the streams of their people: an answer comes before, or finds the attempt."""
    await connection.execute(_HOLD, {"ids": invitations})
    await connection.execute(_HOLD_STREAMS, {"ids": subjects})


async def judged(connection: Connection, due: DueStep, invitations: Sequence[InvitationId]) -> list[Judged]:
    """These invitations, as far as the step has no attempt for them."""
    bound = {"ids": invitations, "step": due.number, **_WAITING}
    return rows.all(Judged, await connection.execute(_THESE, bound))


async def judged_again(connection: Connection, invitations: Sequence[InvitationId]) -> list[Judged]:
    """These invitations, whatever was attempted."""
    return rows.all(Judged, await connection.execute(_AGAIN, {"ids": invitations, **_WAITING}))
