"""The versions of a registration, and what each of them published."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from common import rows
from common.contracts import ChangeToken
from common.contracts.registration import TOPIC
from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Registration

_HISTORY = text(
    """
    SELECT version, state, confirmation, by_role, action, decided_on, recorded_at, changed_fields, note
      FROM registration_versions
     WHERE registration_id = :id AND version > :after ORDER BY version LIMIT :limit
    """
)
_WRITTEN_BY = text(
    """
    SELECT by_role FROM registration_versions
     WHERE registration_id = :id AND action IN ('create', 'edit', 'import') ORDER BY version DESC LIMIT 1
    """
)
_PUBLISHED = text(
    """
    SELECT sequence FROM outbox
     WHERE topic = :topic AND key = :key AND data ->> 'registration_id' = :registration_id
       AND CAST(data ->> 'version' AS int) = :version
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


async def versions(connection: Connection, registration_id: RegistrationId, after: int, limit: int) -> list[Version]:
    """Versions of a registration, oldest first, those after version `after`."""
    values = {"id": registration_id, "after": after, "limit": limit}
    return rows.all(Version, await connection.execute(_HISTORY, values))


async def written_by(connection: Connection, registration: Registration) -> Party:
    """The party of who wrote (edited last) the newest content."""
    return Party(await connection.scalar(_WRITTEN_BY, {"id": registration.id}))


async def change_token_of(connection: Connection, registration: Registration, version: int) -> ChangeToken | None:
    """The token of the event that a version published, or None if it published none."""
    graduate = registration.graduate
    values = {
        "topic": TOPIC,
        "key": str(graduate.id),
        "registration_id": str(registration.id),
        "version": version,
    }
    sequence = await connection.scalar(_PUBLISHED, values)
    return ChangeToken(TOPIC, graduate.school_code, str(graduate.id), sequence) if sequence else None
