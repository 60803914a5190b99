"""Earlier entries that new ones continue: of who graduates later than was planned, or from another school."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import text

from common.crypto import FieldCipher
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.storage.sealing import number_indexes
from registry.graduates.tables import CONTINUED_SQL

# a citizen id is of one person in all schools, a student number in its own one; of several entries first the
# school's own, then the newest
_CONTINUED = text(
    f"""
    SELECT DISTINCT ON (key) key, id FROM (
        SELECT wanted.key, g.id, g.cohort, g.school_code
          FROM unnest(CAST(:citizen_ids AS bytea[])) AS wanted (key)
          JOIN graduates g ON g.citizen_id_index = wanted.key AND g.{CONTINUED_SQL}
        UNION ALL
        SELECT wanted.key, g.id, g.cohort, g.school_code
          FROM unnest(CAST(:student_numbers AS bytea[])) AS wanted (key)
          JOIN graduates g ON g.student_number_index = wanted.key AND g.{CONTINUED_SQL}
               AND g.school_code = :school_code
    ) AS found
     WHERE cohort <= :cohort
     ORDER BY key, school_code = :school_code DESC, cohort DESC, id DESC
    """
)


async def continued(
    connection: Connection,
    school_code: SchoolCode,
    cohort: Cohort,
    citizen_ids: Collection[bytes],
    student_numbers: Collection[bytes],
) -> Mapping[bytes, GraduateId]:
    """The extended or transferred entries that new ones of this roster continue, by the index they are found by."""
    bound = {"citizen_ids": list(citizen_ids), "student_numbers": list(student_numbers)}
    roster = {"school_code": school_code, "cohort": cohort}
    return {row.key: GraduateId(row.id) for row in await connection.execute(_CONTINUED, {**bound, **roster})}


async def continued_by(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, content: Mapping[str, Any]
) -> GraduateId | None:
    """The earlier entry that one new one continues: with its citizen id, else with its student number."""
    numbers = number_indexes(cipher, content, ("citizen_id", "student_number"))
    keys = [[index] if (index := numbers[f"{field}_index"]) else [] for field in ("citizen_id", "student_number")]
    found = await continued(connection, school_code, cohort, *keys)
    return next((found[key[0]] for key in keys if key and key[0] in found), None)
