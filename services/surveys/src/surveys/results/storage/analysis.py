"""What became of those who are eligible, in SQL."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import TextClause, text

from common.identifiers import WaveId
from common.sql import Connection
from surveys.results.domain.analysis import Known
from surveys.results.domain.dimensions import Key


async def people(
    connection: Connection, wave_id: WaveId, by: Sequence[str], college: str | None
) -> list[tuple[Key, Known, int]]:
    """Everybody who is eligible, of one college or of all: group, what is known, how many."""
    found = await connection.execute(_people(tuple(by)), {"wave_id": wave_id, "college": college})
    count = len(by)
    return [(tuple(row[:count]), Known(*row[count:-1]), row[-1]) for row in found]


# a draft of the release before does not say how complete it is
@lru_cache
def _people(by: tuple[str, ...]) -> TextClause:
    columns = "".join(f"asked.{name}, " for name in by)
    numbers = ", ".join(f"{at}" for at in range(1, len(by) + 8))
    return text(
        f"""
        SELECT {columns}response.state, response.effective_version IS NOT NULL,
               coalesce(response.drafted, CASE WHEN response.state = 'open' AND EXISTS (
                   SELECT FROM response_pages AS page WHERE page.response_id = response.id) THEN 'partial' END),
               invited.id IS NOT NULL, false, false, false, count(*)
          FROM wave_eligible AS asked
          LEFT JOIN invitations AS invited
            ON invited.wave_id = asked.wave_id AND invited.graduate_id = asked.graduate_id
          LEFT JOIN responses AS response ON response.invitation_id = invited.id
         WHERE asked.wave_id = :wave_id AND (CAST(:college AS text) IS NULL OR asked.college = :college)
         GROUP BY {numbers}
        """
    )
