"""What the pack of a sample holds about its graduates: histories of registrations, and evidence that has a file."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from common import rows
from common.identifiers import GraduateId, RegistrationId
from common.objects import ObjectName
from common.sql import Connection
from destinations.evidence.domain import EvidenceId
from destinations.registrations.domain.content import FIELDS, SEALED

_SAID = (
    *("registration_id", "version", "state", "confirmation", "source"),
    *(each for each in FIELDS if each not in SEALED),
)
_DONE = ("by_role", "action", "note", "late_reason", "changed_fields", "decided_on", "recorded_at")
_HISTORY = text(
    f"""
    SELECT {", ".join(f"said.{name}" for name in (*_SAID, *_DONE))}
      FROM registrations record JOIN registration_versions said ON said.registration_id = record.id
     WHERE record.graduate_id = :id ORDER BY record.id, said.version
    """
)
_PIECES = text(
    """
    SELECT id, registration_id, kind, outcome, is_outdated, media_type, encode(sha256, 'hex') AS sha256,
           encode(stored_sha256, 'hex') AS stored_sha256, name
      FROM evidence WHERE graduate_id = :id AND outcome <> 'checking' AND name IS NOT NULL ORDER BY id
    """
)


@dataclass(frozen=True)
class PackedPiece:
    """A piece of evidence in a pack; `name` is that of its stored file."""

    id: EvidenceId
    registration_id: RegistrationId
    kind: str
    outcome: str
    is_outdated: bool
    media_type: str
    sha256: str
    stored_sha256: str
    name: ObjectName


async def history(connection: Connection, graduate_id: GraduateId) -> list[dict[str, Any]]:
    """The versions of a graduate's registrations, without contact and pay, and without who acted but for the role."""
    return [dict(row) for row in await connection.execute(_HISTORY, {"id": graduate_id})]


async def pieces(connection: Connection, graduate_id: GraduateId) -> list[PackedPiece]:
    """The graduate's evidence that was checked and has a file."""
    return rows.all(PackedPiece, await connection.execute(_PIECES, {"id": graduate_id}))
