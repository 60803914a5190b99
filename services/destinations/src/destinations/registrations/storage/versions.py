"""The versions of a registration, and what each of them published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import text

from common import rows
from common.contracts import ChangeToken
from common.contracts.registration import TOPIC
from common.identifiers import RegistrationId
from common.sql import Connection, Row
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Registration
from destinations.tasks.domain import Dispute, DisputeKind

NONE_SHOWN: Mapping[int, Dispute] = MappingProxyType({})

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
    dispute_kind: DisputeKind | None


async def versions(
    connection: Connection,
    registration_id: RegistrationId,
    after: int,
    limit: int,
    disputes: Mapping[int, Dispute] = NONE_SHOWN,
) -> list[Version]:
    """Versions of a registration, oldest first, those after version `after`; `disputes` by the versions they made."""

    def note(row: Row) -> str | None:
        # in a history of the release before it stands in the version
        dispute: str | None = disputes[row.version].reason if row.version in disputes else row["note"]
        return dispute

    def kind(row: Row) -> DisputeKind | None:
        return disputes[row.version].kind if row.version in disputes else None

    values = {"id": registration_id, "after": after, "limit": limit}
    return rows.all(Version, await connection.execute(_HISTORY, values), note=note, dispute_kind=kind)


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
