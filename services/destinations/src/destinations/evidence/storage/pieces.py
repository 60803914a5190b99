"""Pieces of evidence as they stand, one by one."""

from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, insert, select, text

from common import rows
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.errors import NotFound
from common.identifiers import GraduateId, RegistrationId
from common.objects import ObjectName
from common.sql import Connection, Row, Rows
from destinations.evidence.domain import EvidenceId, Kind, Piece, State
from destinations.evidence.tables import evidence
from destinations.evidence_checks.findings import Finding

TEXTS = ("title", "reason")
"""What is sealed of a piece, each in the column of its name with `_cipher`."""

_PLAIN = tuple(each.name for each in fields(Piece) if each.name in evidence.c)
_PIECES = select(*(evidence.c[name] for name in (*_PLAIN, *(f"{each}_cipher" for each in TEXTS))))
_ID = evidence.c.id == bindparam("id", type_=Uuid)
_ONE = _PIECES.where(_ID)
_LOCK = _ONE.with_for_update()
_PAGE = (
    _PIECES.where(evidence.c.registration_id == bindparam("registration_id", type_=Uuid))
    .where(evidence.c.id > bindparam("after", type_=Uuid))
    .order_by(evidence.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_OF_GRADUATE = _PIECES.where(evidence.c.graduate_id == bindparam("graduate_id", type_=Uuid)).order_by(evidence.c.id)
_COUNT = text("SELECT count(*) FROM evidence WHERE registration_id = :id AND outcome <> 'refused'")
_ADD = insert(evidence)
_REMOVE = delete(evidence).where(_ID)
_REGISTRATION = select(evidence.c.registration_id).where(_ID)
_WAITING = (
    select(evidence.c.id)
    .where(evidence.c.outcome == text("'checking'"), evidence.c.id > bindparam("after", type_=Uuid))
    .order_by(evidence.c.id)
    .limit(1)
)
_CHECKED = text(
    """
    UPDATE evidence SET version = version + 1, outcome = :outcome, rule = :rule, name = :name,
           stored_sha256 = :stored_sha256
     WHERE id = :id
    """
).bindparams(bindparam("name", type_=Uuid))
_DECIDE = text(
    f"""
    UPDATE evidence SET version = version + 1, outcome = :outcome, reason_cipher = :reason_cipher,
           decided_by = :decided_by, decided_by_role = :decided_by_role, decided_at = {NOW_SQL}
     WHERE id = :id
    """
)
_HOLD = text("UPDATE evidence SET version = version + 1, hold = :hold WHERE id = :id")


@dataclass(frozen=True, kw_only=True)
class NewPiece:
    """A piece as it is sent; its file is stored already, as `name`."""

    id: EvidenceId
    registration_id: RegistrationId
    graduate_id: GraduateId
    school_code: str
    kind: Kind
    title: str
    issued_on: date | None
    media_type: str
    sha256: bytes
    keep_until: date
    uploaded_by: str
    uploaded_by_role: str
    name: ObjectName
    name_words: list[str]

    def __repr__(self) -> str:
        return "NewPiece(…)"


async def count(connection: Connection, registration_id: RegistrationId) -> int:
    """How many pieces a registration has, refused ones not counted."""
    number: int = await connection.scalar(_COUNT, {"id": registration_id})
    return number


async def registration_of(connection: Connection, evidence_id: EvidenceId) -> RegistrationId:
    """The registration of a piece; raises NotFound."""
    found = await connection.scalar(_REGISTRATION, {"id": evidence_id})
    if found is None:
        raise NotFound
    return RegistrationId(found)


async def get(connection: Connection, cipher: FieldCipher, evidence_id: EvidenceId, *, lock: bool = False) -> Piece:
    """A piece, locked until the end of the transaction if `lock`; raises NotFound."""
    found = await find(connection, cipher, evidence_id, lock=lock)
    if found is None:
        raise NotFound
    return found


async def find(
    connection: Connection, cipher: FieldCipher, evidence_id: EvidenceId, *, lock: bool = False
) -> Piece | None:
    """The same, None where there is no such piece."""
    found = _opened(cipher, await connection.execute(_LOCK if lock else _ONE, {"id": evidence_id}))
    return found[0] if found else None


async def page(
    connection: Connection, cipher: FieldCipher, registration_id: RegistrationId, after: UUID | None, limit: int
) -> list[Piece]:
    """Pieces of a registration in the order in which they were sent."""
    values = {"registration_id": registration_id, "after": after or UUID(int=0), "limit": limit}
    return _opened(cipher, await connection.execute(_PAGE, values))


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Piece]:
    """All pieces of a graduate, in the order in which they were sent."""
    return _opened(cipher, await connection.execute(_OF_GRADUATE, {"graduate_id": graduate_id}))


async def add(connection: Connection, cipher: FieldCipher, new: NewPiece) -> None:
    """Stores a new piece, to be checked."""
    plain = {name: value for name, value in vars(new).items() if name != "title"}
    sealed = sealed_text(cipher, "title", new.id, new.title)
    values = {"title_cipher": sealed, "outcome": State.CHECKING.value, "stored_sha256": new.sha256}
    await connection.execute(_ADD, {**plain, **values, "kind": new.kind.value})


async def next_waiting(connection: Connection, after: EvidenceId | None) -> EvidenceId | None:
    """The piece that has waited longest for its check, of those that were sent after another one."""
    found = await connection.scalar(_WAITING, {"after": after or UUID(int=0)})
    return None if found is None else EvidenceId(found)


async def check(connection: Connection, piece: Piece, finding: Finding, kept: ObjectName | None, sha256: bytes) -> None:
    """Notes what the check of a locked piece has found; `kept` and `sha256` are of the file that stays."""
    refused = finding.fault is not None
    values = {
        "id": piece.id,
        "outcome": (State.REFUSED if refused else State.PENDING).value,
        "rule": finding.fault,
        "name": kept,
        "stored_sha256": None if refused else sha256,
    }
    await connection.execute(_CHECKED, values)


async def decide(
    connection: Connection, cipher: FieldCipher, piece: Piece, outcome: State, reason: str | None, by: tuple[str, str]
) -> None:
    """Notes the decision on a locked piece, by a subject in a role."""
    sealed = None if reason is None else sealed_text(cipher, "reason", piece.id, reason)
    decided_by, role = by
    values = {"outcome": outcome.value, "reason_cipher": sealed, "decided_by": decided_by, "decided_by_role": role}
    await connection.execute(_DECIDE, {"id": piece.id, **values})


async def set_hold(connection: Connection, evidence_id: EvidenceId, *, hold: bool) -> None:
    """Lets a locked piece be kept beyond its day, or no longer."""
    await connection.execute(_HOLD, {"id": evidence_id, "hold": hold})


async def remove(connection: Connection, evidence_id: EvidenceId) -> None:
    """Deletes a locked piece; its file is to be dropped."""
    await connection.execute(_REMOVE, {"id": evidence_id})


def sealed_text(cipher: FieldCipher, column: str, evidence_id: EvidenceId, content: str) -> bytes:
    """The ciphertext of a text of a piece."""
    return cipher.encrypt(f"evidence.{column}", evidence_id, content)


def opened_text(cipher: FieldCipher, column: str, row: Row) -> str | None:
    """That text again, of a row with its ciphertext; None where it was erased."""
    sealed = row[f"{column}_cipher"]
    return None if sealed is None else cipher.decrypt(f"evidence.{column}", row.id, sealed)


def _opened(cipher: FieldCipher, found: Rows) -> list[Piece]:
    return rows.all(Piece, found, **{each: partial(opened_text, cipher, each) for each in TEXTS})
