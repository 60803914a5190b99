"""What must hold of attempts and of what they cost, in SQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, bindparam, text

from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.contact.domain import APART

_SPENT = text(
    """
    SELECT wave.id, coalesce(known.spent_fen, 0) <> coalesce(made.fen, 0)
           OR known.spent_fen > wave.budget_fen OR known.budget_fen IS DISTINCT FROM wave.budget_fen
              AND known.wave_id IS NOT NULL AS differs
      FROM waves AS wave LEFT JOIN contact_spending AS known ON known.wave_id = wave.id
      LEFT JOIN (SELECT wave_id, sum(price_fen) AS fen FROM contact_attempts GROUP BY wave_id) AS made
        ON made.wave_id = wave.id
     WHERE (known.wave_id IS NOT NULL OR made.wave_id IS NOT NULL)
       AND (CAST(:school AS text) IS NULL OR wave.school_code = :school)
     ORDER BY wave.id
    """
).bindparams(bindparam("school", type_=Text))
# what was noted first counts as sent; what is attempted again had been noted before. Of unlinkable waves days alone are
# known, and they mind no other message
_ATTEMPTS = text(
    """
    WITH attempt AS (
        SELECT made.*, whose.subject, invitation.wave_id AS asked_in,
               lag(made.noted_at) OVER (PARTITION BY whose.subject ORDER BY made.noted_at) AS before
          FROM contact_attempts AS made JOIN invitations AS invitation ON invitation.id = made.invitation_id
         CROSS JOIN LATERAL (SELECT coalesce(invitation.graduate_id, invitation.employer_id) AS subject) AS whose
          JOIN waves AS wave ON wave.id = made.wave_id AND wave.anonymity <> 'unlinkable'
         WHERE made.reason IS NULL AND made.step IS NOT NULL
           AND (CAST(:school AS text) IS NULL OR made.school_code = :school)
    )
    SELECT attempt.id, attempt.wave_id <> attempt.asked_in
           OR attempt.step > (SELECT jsonb_array_length(ladder) FROM waves WHERE id = attempt.wave_id)
           OR attempt.subject IS NOT NULL AND attempt.noted_at < attempt.before + CAST(:apart AS interval)
           OR EXISTS (SELECT FROM responses AS response JOIN submitted_contents AS given ON response_id = response.id
                       WHERE response.invitation_id = attempt.invitation_id AND given.submitted_at < attempt.noted_at)
           OR EXISTS (SELECT FROM opt_outs AS asking
                       WHERE coalesce(asking.graduate_id, asking.employer_id) = attempt.subject
                         AND asking.revoked_at IS NULL AND coalesce(asking.wave_id, attempt.wave_id) = attempt.wave_id
                         AND asking.created_at < attempt.noted_at) AS differs
      FROM attempt ORDER BY attempt.id
    """
).bindparams(bindparam("school", type_=Text))


async def spending(connection: Connection, school: SchoolCode | None) -> Sequence[tuple[UUID, bool]]:
    """Waves, and whether what they have spent differs from what their attempts cost, or passes the budget."""
    return [(row.id, row.differs) for row in await connection.execute(_SPENT, {"school": school})]


async def attempted(connection: Connection, school: SchoolCode | None) -> Sequence[tuple[UUID, bool]]:
    """Attempts, and whether they should not be.

    None is of another wave or of a step that there is not, none comes after an answer or an opt-out that stands, nor
    sooner after another one to the same person than messages may.
    """
    bound = {"school": school, "apart": APART}
    return [(row.id, bool(row.differs)) for row in await connection.execute(_ATTEMPTS, bound)]
