"""SQL about accesses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from common import rows
from common.accesses.entry import Access, unit_of
from common.auth import Principal
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection

_RECORD = text(
    """
    INSERT INTO accesses (graduate_id, school_code, occasion_id, kind, role, unit, purpose, fields)
    SELECT person.id, person.school_code, :occasion_id, :kind, :role, :unit, :purpose, CAST(:fields AS text[])
      FROM unnest(CAST(:graduate_ids AS uuid[]), CAST(:school_codes AS text[])) AS person (id, school_code)
    """
)
_PAGE = """
    SELECT id, recorded_at, kind, role, unit, purpose, fields FROM accesses
     WHERE graduate_id = :graduate_id {after} ORDER BY recorded_at DESC, id DESC LIMIT :limit
"""
_FIRST = text(_PAGE.format(after=""))
_NEXT = text(_PAGE.format(after="AND (recorded_at, id) < (:recorded_at, :id)"))


async def record_accesses(
    connection: Connection,
    reader: Principal,
    people: Mapping[GraduateId, SchoolCode],
    *,
    occasion_id: UUID,
    kind: str,
    purpose: str | None,
    fields: Sequence[str],
) -> None:
    """Stores one access for each of the graduates, given with their schools, and never commits.

    Call it in the act that notes the reading, before anything is shown; the audit entry of the act has `occasion_id`
    as its object.
    """
    await connection.execute(
        _RECORD,
        {
            "graduate_ids": list(people),
            "school_codes": list(people.values()),
            "occasion_id": occasion_id,
            "kind": kind,
            "role": reader.role.value,
            "unit": unit_of(reader),
            "purpose": purpose,
            "fields": list(fields),
        },
    )


async def accesses_to(
    connection: Connection, graduate_id: GraduateId, *, after: Sequence[datetime | UUID] | None, limit: int
) -> list[Access]:
    """A page of the accesses to a graduate's data, newest first; `after` is instant and id of the last one seen."""
    values = {"graduate_id": graduate_id, "limit": limit}
    if after is None:
        return rows.all(Access, await connection.execute(_FIRST, values))
    recorded_at, access_id = after
    return rows.all(Access, await connection.execute(_NEXT, {**values, "recorded_at": recorded_at, "id": access_id}))
