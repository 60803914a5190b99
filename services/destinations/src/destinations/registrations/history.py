"""The versions of a registration, as its history tells them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.identifiers import RegistrationId

VERSIONS = range(2**31)
"""What a version can be; 0 is the one before the first."""

_HISTORY = text(
    """
    SELECT version, state, confirmation, by_role, action, decided_on, recorded_at, changed_fields, note
      FROM registration_versions
     WHERE registration_id = :id AND version > :beyond ORDER BY version LIMIT :limit
    """
)


@dataclass(frozen=True)
class Version:
    """One row of the history."""

    version: int
    state: str
    confirmation: str | None
    by_role: str
    action: str
    decided_on: date
    recorded_at: datetime
    changed_fields: tuple[str, ...]
    note: str | None


async def versions(
    connection: AsyncConnection, registration_id: RegistrationId, beyond: int, limit: int
) -> list[Version]:
    """Versions of a registration, oldest first, after one of them."""
    rows = await connection.execute(_HISTORY, {"id": registration_id, "beyond": beyond, "limit": limit})
    return [Version(**{**row, "changed_fields": tuple(row["changed_fields"])}) for row in rows.mappings()]
