"""The roster in SQL: the highest sequence of a key wins, whatever the order of delivery."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts import ChangeToken
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.organisation import TOPIC as ORGANISATION
from common.identifiers import SchoolCode
from surveys.roster.domain import SchoolNames

RosterRow = dict[str, Any]

_GRADUATES = text(
    """
    INSERT INTO graduates AS kept (graduate_id, school_code, cohort, status, sequence, event_id, event_sequence)
    SELECT entry.*, entry.sequence
      FROM unnest(CAST(:graduate_id AS uuid[]), CAST(:school_code AS text[]), CAST(:cohort AS int[]),
                  CAST(:status AS text[]), CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
        AS entry (graduate_id, school_code, cohort, status, sequence, event_id)
    ON CONFLICT (graduate_id) DO UPDATE
       SET school_code = EXCLUDED.school_code, cohort = EXCLUDED.cohort, status = EXCLUDED.status,
           sequence = EXCLUDED.sequence, event_id = EXCLUDED.event_id, event_sequence = EXCLUDED.event_sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

_SCHOOLS = text(
    """
    INSERT INTO schools AS kept (school_code, name, name_en, name_sequence, sequence, event_id, event_sequence)
    SELECT entry.*, entry.sequence
      FROM unnest(CAST(:school_code AS text[]), CAST(:name AS text[]), CAST(:name_en AS text[]),
                  CAST(:name_sequence AS bigint[]), CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
        AS entry (school_code, name, name_en, name_sequence, sequence, event_id)
    ON CONFLICT (school_code) DO UPDATE
       SET name = CASE WHEN EXCLUDED.name_sequence > kept.name_sequence THEN EXCLUDED.name ELSE kept.name END,
           name_en = CASE WHEN EXCLUDED.name_sequence > kept.name_sequence THEN EXCLUDED.name_en ELSE kept.name_en END,
           name_sequence = greatest(EXCLUDED.name_sequence, kept.name_sequence),
           sequence = greatest(EXCLUDED.sequence, kept.sequence),
           event_id = CASE WHEN EXCLUDED.sequence > kept.sequence THEN EXCLUDED.event_id ELSE kept.event_id END,
           event_sequence = CASE WHEN EXCLUDED.sequence > kept.sequence THEN EXCLUDED.sequence
                                 ELSE kept.event_sequence END
    """
)

# a graduate of another school than the token's is as good as an unknown one: the answer does not tell them apart
_GRADUATE_SEQUENCE = text(
    "SELECT sequence FROM graduates WHERE graduate_id = CAST(:key AS uuid) AND school_code = :school_code"
)
_SCHOOL_SEQUENCE = text("SELECT sequence FROM schools WHERE school_code = :key AND school_code = :school_code")
_SCHOOL_NAME = text("SELECT name, name_en FROM schools WHERE school_code = :school_code")


async def keep_graduates(connection: AsyncConnection, rows: Sequence[RosterRow]) -> None:
    """Stores the state of graduates, one row each, in the order in which locks are taken."""
    await _unnest(connection, _GRADUATES, rows)


async def keep_schools(connection: AsyncConnection, rows: Sequence[RosterRow]) -> None:
    """Stores names of schools and how far each school's events are known, one row each."""
    await _unnest(connection, _SCHOOLS, rows)


async def school_names(connection: AsyncConnection, school_code: SchoolCode) -> SchoolNames:
    """What a school is called, as far as its event has arrived."""
    row = (await connection.execute(_SCHOOL_NAME, {"school_code": school_code})).one_or_none()
    return SchoolNames(row.name, row.name_en) if row else SchoolNames(None, None)


async def includes(connection: AsyncConnection, tokens: Sequence[ChangeToken]) -> bool:
    """Whether the roster holds all these changes; those of topics it is not made of change nothing here."""
    for token in tokens:
        query = {GRADUATES: _GRADUATE_SEQUENCE, ORGANISATION: _SCHOOL_SEQUENCE}.get(token.topic)
        if query is None:
            continue
        named = {"key": token.key, "school_code": token.school_code}
        known = (await connection.execute(query, named)).scalar_one_or_none()
        if known is None or known < token.sequence:
            return False
    return True


async def _unnest(connection: AsyncConnection, statement: Any, rows: Sequence[RosterRow]) -> None:
    if rows:
        await connection.execute(statement, {name: [row[name] for row in rows] for name in rows[0]})
