"""Employers by USCC, by a name that they have or had, or by which registrations call them, and by names like it."""

from sqlalchemy import ARRAY, Integer, Text, bindparam, text

from common import rows
from common.codes import normalise
from common.sql import Connection
from destinations.employers.domain import Found, Sight, bigrams
from destinations.employers.storage.employers import COLUMNS, VISIBLE, to_employer

ALIKE = 0.4
"""Names are similar from this share on: twice the bigrams that they share, of all that either has."""

_STANDING = f"merged_into IS NULL AND {VISIBLE}"
_BY_USCC = text(f"SELECT {COLUMNS}, 'exact' AS match FROM employers WHERE uscc = :uscc AND {_STANDING}")
_LIKENESS = """
    2.0 * (SELECT count(*) FROM unnest(bigrams) AS each WHERE each = ANY(:bigrams))
        / (cardinality(bigrams) + cardinality(:bigrams))
"""
_BY_NAME = text(
    f"""
    WITH found AS (
        SELECT id, 'exact' AS match, 3.0 AS likeness FROM employers
         WHERE normalised_name = :normalised AND {_STANDING}
        UNION ALL
        SELECT id, 'former_name', 2.0 FROM employers
         WHERE former_normalised @> ARRAY[CAST(:normalised AS text)] AND {_STANDING}
        UNION ALL
        SELECT id, 'similar', {_LIKENESS} FROM employers
         WHERE bigrams && :bigrams AND {_STANDING}
        UNION ALL
        -- one with a USCC is called by its first registration, perhaps of another school
        SELECT employer_id, 'similar', {_LIKENESS} FROM employer_namings
         WHERE bigrams && :bigrams AND (school_code = :school_code OR :everything)
    ), best AS (
        SELECT DISTINCT ON (id) id, match, likeness FROM found WHERE likeness >= :alike ORDER BY id, likeness DESC
    )
    SELECT {COLUMNS}, best.match FROM best JOIN employers USING (id) ORDER BY best.likeness DESC, id LIMIT :limit
    """
).bindparams(bindparam("bigrams", type_=ARRAY(Text)), bindparam("limit", type_=Integer))


async def search(
    connection: Connection, sight: Sight, *, uscc: str | None, name: str | None, limit: int
) -> list[Found]:
    """What has the USCC, or the name: as it is, as it was, or one like it, the likest first."""
    asked: dict[str, object] = {"uscc": uscc, **vars(sight)}
    if name is not None:
        asked |= {"normalised": normalise(name), "bigrams": list(bigrams(name)), "alike": ALIKE, "limit": limit}
    result = await connection.execute(_BY_USCC if name is None else _BY_NAME, asked)
    return rows.all(Found, result, employer=to_employer)
