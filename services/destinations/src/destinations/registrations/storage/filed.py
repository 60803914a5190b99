"""What was filed of registrations, and of graduates who have none: nothing of it is written here."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Label, Uuid, bindparam, literal_column, text

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection, Row
from destinations.registrations.domain.filed import Filed

# the school's own files say nothing of what was filed, unless nothing else was
FILED: Label[Any] = literal_column(
    """(
    SELECT jsonb_build_array(filing.id, item.version)
      FROM filing_items item JOIN filings filing ON filing.id = item.filing_id
     WHERE item.registration_id = registrations.id AND filing.sent_at IS NOT NULL
     ORDER BY filing.recipient IS NULL, filing.sent_at DESC LIMIT 1
    )"""
).label("filed")
"""The last filing that was sent with a registration, and the version in it, as a column over `registrations`."""

_SEEKING = """
      FROM filing_items item JOIN filings filing ON filing.id = item.filing_id
     WHERE item.what = 'seeking' AND filing.state NOT IN ('preparing', 'discarded')
"""
_HAS_SEEKING = text(
    f"SELECT EXISTS (SELECT {_SEEKING} AND filing.school_code = :school_code AND filing.cohort = :cohort)"
)
_FILED_AS_SEEKING = text(f"SELECT DISTINCT item.graduate_id {_SEEKING} AND item.graduate_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


async def has_seeking(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> bool:
    """Whether a graduate of the cohort was filed as seeking without a registration."""
    found: bool = await connection.scalar(_HAS_SEEKING, {"school_code": school_code, "cohort": cohort})
    return found


async def filed_as_seeking(connection: Connection, graduate_ids: Collection[GraduateId]) -> set[GraduateId]:
    """Who of these graduates was."""
    return set(await connection.scalars(_FILED_AS_SEEKING, {"ids": list(graduate_ids)}))


def to_filed(row: Row) -> Filed | None:
    """What the column says, where it was read."""
    found = row.get("filed")
    return None if found is None else Filed(UUID(found[0]), found[1])
