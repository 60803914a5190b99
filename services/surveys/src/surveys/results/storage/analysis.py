"""What became of those who are eligible, in SQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import TextClause, text

from common.sql import Connection
from surveys.ballots.storage import standings
from surveys.calls.domain import Outcome
from surveys.results.domain.analysis import Known
from surveys.results.domain.dimensions import DIMENSIONS, Key
from surveys.waves.domain import Anonymity, Audience, Wave

_SPOKEN = ", ".join(f"'{each}'" for each in (Outcome.COMPLETED, Outcome.PARTIAL, Outcome.CALLBACK, Outcome.REFUSED))
"""What comes of a call that has reached the graduate."""


async def people(
    connection: Connection, wave: Wave, by: Sequence[str], college: str | None
) -> list[tuple[Key, Known, int]]:
    """Everybody who is eligible, of one college or of all: group, what is known, how many.

    Of an unlinkable wave it is known of codes alone, of which none is anybody's.
    """
    if wave.anonymity is Anonymity.UNLINKABLE:
        return _of_codes(await standings(connection, wave.id), wave.eligible)
    of_employers = wave.audience is Audience.EMPLOYERS
    statement = _people(tuple(by), of_employers=of_employers)
    found = await connection.execute(statement, {"wave_id": wave.id, "college": college})
    count = len(by)
    return [(tuple(row[:count]), Known(*row[count:-1]), row[-1]) for row in found]


def _of_codes(codes: Mapping[str, int], eligible: int) -> list[tuple[Key, Known, int]]:
    known = {
        "issued": Known(contacted=True),
        "opened": Known("open", contacted=True),
        "submitted": Known("submitted", effective=True, contacted=True),
        "withdrawn": Known("withdrawn", contacted=True),
        "screened_out": Known("screened_out", contacted=True),
    }
    counted: list[tuple[Key, Known, int]] = [((), known[standing], count) for standing, count in codes.items()]
    return [*counted, ((), Known(), max(0, eligible - sum(codes.values())))]


_EMPLOYERS = f"""
    (SELECT wave_id, school_code, employer_id, {", ".join(f"CAST(NULL AS text) AS {name}" for name in DIMENSIONS)}
       FROM wave_employers)
"""
"""Employers that are eligible; they have none of the strata."""


# a draft of the release before does not say how complete it is
@lru_cache
def _people(by: tuple[str, ...], *, of_employers: bool) -> TextClause:
    subject, eligible = ("employer_id", _EMPLOYERS) if of_employers else ("graduate_id", "wave_eligible")
    columns = "".join(f"asked.{name}, " for name in by)
    numbers = ", ".join(f"{at}" for at in range(1, len(by) + 8))
    return text(
        f"""
        SELECT {columns}response.state, response.effective_version IS NOT NULL,
               coalesce(response.drafted, CASE WHEN response.state = 'open' AND EXISTS (
                   SELECT FROM response_pages AS page WHERE page.response_id = response.id) THEN 'partial' END),
               invited.id IS NOT NULL AND (sent.attempts = 0 OR sent.is_sent) OR called.is_made,
               NOT called.is_reached AND (invited.id IS NULL OR sent.attempts > 0 AND NOT sent.has_arrived),
               EXISTS (SELECT FROM opt_outs AS wish
                        WHERE wish.{subject} = asked.{subject} AND wish.school_code = asked.school_code
                          AND wish.revoked_at IS NULL AND coalesce(wish.wave_id, asked.wave_id) = asked.wave_id),
               called.is_refused, count(*)
          FROM {eligible} AS asked
          LEFT JOIN invitations AS invited
            ON invited.wave_id = asked.wave_id AND invited.{subject} = asked.{subject}
          LEFT JOIN LATERAL (
               -- of several answers of an employer one that counts, else one that is begun
               SELECT * FROM responses WHERE invitation_id = invited.id
                ORDER BY effective_version IS NOT NULL DESC, state = 'open' DESC, number LIMIT 1
          ) AS response ON true
          CROSS JOIN LATERAL (
               SELECT count(*) AS attempts, coalesce(bool_or(state <> 'skipped'), false) AS is_sent,
                      coalesce(bool_or(state NOT IN ('skipped', 'failed', 'bounced')), false) AS has_arrived
                 FROM contact_attempts WHERE invitation_id = invited.id
          ) AS sent
          CROSS JOIN LATERAL (
               SELECT count(*) > 0 AS is_made, coalesce(bool_or(outcome IN ({_SPOKEN})), false) AS is_reached,
                      coalesce(bool_or(outcome = '{Outcome.REFUSED}'), false) AS is_refused
                 FROM calls
                WHERE calls.wave_id = asked.wave_id AND calls.graduate_id = asked.{subject} AND outcome IS NOT NULL
          ) AS called
         WHERE asked.wave_id = :wave_id AND (CAST(:college AS text) IS NULL OR asked.college = :college)
         GROUP BY {numbers}
        """
    )
