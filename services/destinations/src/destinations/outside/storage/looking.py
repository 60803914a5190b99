"""Facts that were not compared yet with the registration in the figures, and how they were compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, text

from common import rows
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection
from destinations.outside.domain.facts import FactId

# without a season there are no signals; a registration without effective content is compared with nothing
_DUE_SQL = """
    SELECT fact.id AS fact_id, fact.version AS fact_version, fact.graduate_id, fact.school_code, fact.cohort,
           season.graduation_day
      FROM facts fact
      JOIN seasons season USING (school_code, cohort)
      LEFT JOIN registrations record
        ON record.graduate_id = fact.graduate_id AND record.stage <> 'voided' AND record.effective_version IS NOT NULL
      LEFT JOIN fact_looks look ON look.fact_id = fact.id
     WHERE NOT EXISTS (SELECT FROM facts later WHERE later.id = fact.id AND later.version > fact.version)
       AND (look.fact_version, look.registration_id, look.registration_version)
           IS DISTINCT FROM (fact.version, record.id, record.effective_version)
"""
# what was written lately: most facts were compared, and neither they nor the registrations have changed since
_LATELY = """
    WITH lately AS MATERIALIZED (
        SELECT quxiang_now() - interval '1 hour' AS since
    ), changed AS MATERIALIZED (
        SELECT fact.graduate_id FROM facts fact, lately WHERE fact.recorded_at > lately.since
         UNION
        SELECT fact.graduate_id FROM seasons season JOIN facts fact USING (school_code, cohort), lately
         WHERE season.recorded_at > lately.since
         UNION
        SELECT version.graduate_id
          FROM (SELECT DISTINCT school_code FROM seasons) school
         CROSS JOIN lately
         CROSS JOIN LATERAL (
            SELECT written.graduate_id FROM registration_versions written
             WHERE written.school_code = school.school_code AND written.recorded_at > lately.since) version
    )
"""
_IN_ORDER = "ORDER BY fact.school_code, fact.graduate_id, fact.id LIMIT :part"
_DUE_LATELY = text(f"{_LATELY} {_DUE_SQL} AND fact.graduate_id IN (SELECT graduate_id FROM changed) {_IN_ORDER}")
_DUE = text(f"{_DUE_SQL} {_IN_ORDER}")
_STILL_DUE = text(f"{_DUE_SQL} AND fact.graduate_id = ANY(:ids) ORDER BY fact.id").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_GIVEN = {
    "fact_ids": Uuid,
    "graduates": Uuid,
    "fact_versions": Integer,
    "registrations": Uuid,
    "registration_versions": Integer,
    "contradictions": Text,
}
_LOOKED = text(
    """
    INSERT INTO fact_looks AS kept (fact_id, graduate_id, fact_version, registration_id, registration_version,
                                    contradiction, school_code)
    SELECT given.*, CAST(:school_code AS text)
      FROM unnest(CAST(:fact_ids AS uuid[]), CAST(:graduates AS uuid[]), CAST(:fact_versions AS int[]),
                  CAST(:registrations AS uuid[]), CAST(:registration_versions AS int[]),
                  CAST(:contradictions AS text[])) AS given
    ON CONFLICT (fact_id) DO UPDATE
       SET fact_version = EXCLUDED.fact_version, registration_id = EXCLUDED.registration_id,
           registration_version = EXCLUDED.registration_version, contradiction = EXCLUDED.contradiction
    """
).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _GIVEN.items()))


@dataclass(frozen=True)
class Due:
    """The newest version of a fact that is to be compared."""

    fact_id: FactId
    fact_version: int
    graduate_id: GraduateId
    school_code: SchoolCode
    cohort: int
    graduation_day: date


@dataclass(frozen=True)
class Look:
    """With what a fact was compared, and what came of it."""

    due: Due
    registration_id: UUID | None
    registration_version: int | None
    contradiction: str | None


async def due_part(connection: Connection, part: int, *, lately: bool) -> list[Due]:
    """The first facts that are to be compared, those of a school together.

    All of them, or those about which, or about whose registration or season, something was written lately.
    """
    return rows.all(Due, await connection.execute(_DUE_LATELY if lately else _DUE, {"part": part}))


async def still_due(connection: Connection, graduate_ids: Sequence[GraduateId]) -> list[Due]:
    """Of these graduates, whose streams are locked."""
    return rows.all(Due, await connection.execute(_STILL_DUE, {"ids": list(graduate_ids)}))


async def looked(connection: Connection, school_code: SchoolCode, looks: Sequence[Look]) -> None:
    """Notes how facts of a school were compared."""
    values = {
        "fact_ids": [each.due.fact_id for each in looks],
        "graduates": [each.due.graduate_id for each in looks],
        "fact_versions": [each.due.fact_version for each in looks],
        "registrations": [each.registration_id for each in looks],
        "registration_versions": [each.registration_version for each in looks],
        "contradictions": [each.contradiction for each in looks],
    }
    await connection.execute(_LOOKED, {**values, "school_code": school_code})
