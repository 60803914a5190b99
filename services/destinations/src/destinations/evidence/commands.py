"""Acts on evidence: each locks the graduate's stream, then the piece."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from common.accesses import record_accesses
from common.approvals.domain import TransitionNotAllowed
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id, today
from common.errors import ExpectedVersion, Forbidden, NotFound, must_equal
from common.identifiers import RegistrationId
from common.objects import ObjectName, drop, keep
from common.purposes import PurposeNotPermitted
from common.sql import Connection
from destinations.cases.commands import signal_evidence
from destinations.checks.storage.inspecting import inspects
from destinations.evidence import storage
from destinations.evidence.domain import (
    MAX_PIECES,
    Decision,
    EvidenceId,
    Kind,
    Piece,
    State,
    TooManyPieces,
    keep_until,
    kind_for,
    must_be_decidable,
    must_be_deletable,
    must_be_holdable,
    must_have_file,
)
from destinations.evidence.storage import NewPiece
from destinations.evidence_checks.findings import Finding
from destinations.registrations import storage as registrations
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.permitting import must_not_be_frozen
from destinations.registrations.domain.registration import Registration

_OFFICERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
SENDERS = _OFFICERS | {Role.GRADUATE, Role.COUNSELLOR}
READERS = SENDERS | {Role.PROVINCIAL_OFFICER}
INSPECTORS = frozenset({Role.PROVINCIAL_OFFICER, Role.AUDITOR})
"""Who opens the files of graduates of their own samples and cases alone."""

PURPOSES = {"review": _OFFICERS | {Role.COUNSELLOR}, "verification": _OFFICERS | INSPECTORS}
"""What a file is opened for, and to whom but the graduate."""

KIND = "evidence"
"""Of an access: the file of a piece can be read."""

_OUTCOMES = {Decision.ACCEPT: State.ACCEPTED, Decision.REJECT: State.REJECTED}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A piece as it is sent, its file stored already: `sha256` is of the file."""

    kind: str
    title: str
    issued_on: date | None
    media_type: str
    sha256: bytes
    name: ObjectName
    name_words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Sent(…)"


async def may_upload(
    connection: Connection, *, caller: Principal, registration_id: RegistrationId, kind: str
) -> tuple[Registration, Kind]:
    """The registration and the kind, before a file is stored.

    Raises NotFound, Forbidden, ErasedPerson, GraduateWithdrawn, TransitionNotAllowed for a voided registration,
    TooManyPieces, EvidenceKindRefused.
    """
    registration = await registrations.get(connection, caller.row_scope(), registration_id)
    caller.must_be_in(SENDERS)
    must_not_be_frozen(registration.graduate, registration.stage)
    if registration.stage is Stage.VOIDED:
        raise TransitionNotAllowed(registration.state.value, ())
    if await storage.count(connection, registration_id) >= MAX_PIECES:
        raise TooManyPieces
    return registration, kind_for(registration.content.destination_code, kind)


async def upload(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, registration_id: RegistrationId, sent: Sent
) -> Piece:
    """Adds a piece to a registration, whose version stays; it is checked later. Raises what `may_upload` raises."""
    await registrations.lock_stream(unit.connection, caller.row_scope(), registration_id)
    registration, kind = await may_upload(
        unit.connection, caller=caller, registration_id=registration_id, kind=sent.kind
    )
    await keep(unit, sent.name)
    graduate = registration.graduate
    new = NewPiece(
        id=EvidenceId(await new_id(unit.connection)),
        registration_id=registration.id,
        graduate_id=graduate.id,
        school_code=graduate.school_code,
        kind=kind,
        title=sent.title,
        issued_on=sent.issued_on,
        media_type=sent.media_type,
        sha256=sent.sha256,
        keep_until=keep_until(graduate.cohort, await today(unit.connection)),
        uploaded_by=unit.actor.subject,
        uploaded_by_role=unit.actor.role,
        name=sent.name,
        name_words=list(sent.name_words),
    )
    await storage.add(unit.connection, cipher, new)
    return await _recorded(unit, cipher, new.id, "upload")


async def find(connection: Connection, *, caller: Principal, cipher: FieldCipher, evidence_id: EvidenceId) -> Piece:
    """A piece of a registration in the caller's scope, an auditor's of the own samples; raises NotFound, Forbidden."""
    if caller.role is Role.AUDITOR:
        piece = await storage.get(connection, cipher, evidence_id)
        if not await inspects(connection, caller, piece.graduate_id):
            raise NotFound
        return piece
    await _registration_of(connection, caller, evidence_id)
    caller.must_be_in(READERS)
    return await storage.get(connection, cipher, evidence_id)


async def open_file(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, evidence_id: EvidenceId, purpose: str | None
) -> ObjectName:
    """The file of a piece, for a link; notes that it is read, unless by the graduate.

    Raises NotFound, Forbidden, PurposeNotPermitted, TransitionNotAllowed for a piece without a checked file.
    """
    piece = await find(unit.connection, caller=caller, cipher=cipher, evidence_id=evidence_id)
    if caller.role is not Role.GRADUATE and caller.role not in PURPOSES.get(purpose or "", ()):
        raise PurposeNotPermitted
    if caller.role in INSPECTORS and not await inspects(unit.connection, caller, piece.graduate_id):
        raise Forbidden
    name = must_have_file(piece)
    if caller.role is Role.GRADUATE:
        return name
    occasion, people = await new_id(unit.connection), {piece.graduate_id: piece.school_code}
    await record_accesses(
        unit.connection, caller, people, occasion_id=occasion, kind=KIND, purpose=purpose, fields=[KIND]
    )
    detail = {"evidence": str(piece.id), "version": piece.version, "purpose": purpose}
    await unit.audit("evidence.read", "reading", occasion, school_code=piece.school_code, detail=detail)
    return name


async def decide(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    evidence_id: EvidenceId,
    expected: ExpectedVersion,
    decision: Decision,
    reason: str | None = None,
) -> Piece:
    """Accepts or rejects a piece that was checked, once.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, ErasedPerson, GraduateWithdrawn,
    AlreadyDecided, TransitionNotAllowed, OwnRecord.
    """
    registration, piece = await _locked(unit, caller, cipher, evidence_id)
    caller.must_be_in(_OFFICERS)
    must_equal(expected, piece.version)
    must_not_be_frozen(registration.graduate, registration.stage)
    must_be_decidable(piece, caller.subject)
    by = (unit.actor.subject, unit.actor.role)
    await storage.decide(unit.connection, cipher, piece, _OUTCOMES[decision], reason, by)
    return await _recorded(unit, cipher, piece.id, decision.value)


async def set_hold(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    evidence_id: EvidenceId,
    expected: ExpectedVersion,
    hold: bool,
) -> Piece:
    """Keeps a piece beyond its day, for a dispute or an inquiry, or no longer.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    _, piece = await _locked(unit, caller, cipher, evidence_id)
    caller.must_be(Role.SCHOOL_OFFICER)
    must_equal(expected, piece.version)
    must_be_holdable(piece, hold=hold)
    await storage.set_hold(unit.connection, piece.id, hold=hold)
    return await _recorded(unit, cipher, piece.id, "hold" if hold else "release-hold")


async def remove(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, evidence_id: EvidenceId) -> None:
    """Deletes an undecided piece of a draft with its file, as who has sent it.

    Raises NotFound, Forbidden, AlreadyDecided, TransitionNotAllowed.
    """
    registration, piece = await _locked(unit, caller, cipher, evidence_id)
    must_be_deletable(piece, caller.subject, in_draft=registration.stage is Stage.DRAFT)
    await storage.remove(unit.connection, piece.id)
    if piece.name is not None:
        await drop(unit, piece.name)
    detail = {"kind": piece.kind.value, "registration": str(piece.registration_id)}
    await unit.audit("evidence.delete", "evidence", piece.id, school_code=piece.school_code, detail=detail)


async def check(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    evidence_id: EvidenceId,
    finding: Finding,
    kept: ObjectName | None,
    sha256: bytes,
) -> None:
    """Notes what was found in a file; `kept`, with its `sha256`, is stored in the place of what was sent, None if that
    stays. What rules doubt of the piece opens a case.

    What was checked or deleted meanwhile stays as it is, and what was stored for it is swept.
    """
    sent = await storage.find(unit.connection, cipher, evidence_id)
    if sent is None:
        return
    await registrations.open_streams(unit.connection, sent.school_code, [sent.graduate_id])
    piece = await storage.find(unit.connection, cipher, evidence_id, lock=True)
    if piece is None or piece.outcome is not State.CHECKING or piece.name is None:
        return
    if kept is not None:
        await keep(unit, kept)
    stays = None if finding.fault else kept or piece.name
    await storage.check(unit.connection, piece, finding, stays, sha256)
    if stays != piece.name:
        await drop(unit, piece.name)
    recorded = await _recorded(unit, cipher, piece.id, "check")
    standing = await registrations.current(unit.connection, [piece.graduate_id])
    registration = standing.get(piece.graduate_id)
    if finding.fault is None and registration and registration.id == piece.registration_id:
        words = (piece.name_words or (), finding.words)
        await signal_evidence(unit, registration, f"evidence:{piece.id}", recorded.title, *words)


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Deletes files and texts of up to so many pieces past their day and not held; how many that were.

    What another act holds is left to a later round.
    """
    ended = await storage.end(unit.connection, part)
    for school_code, count in sorted(Counter(ended).items()):
        await unit.audit("retention.end", "retention", KIND, school_code=school_code, detail={"count": count})
    return len(ended)


async def _registration_of(connection: Connection, caller: Principal, evidence_id: EvidenceId) -> Registration:
    registration_id = await storage.registration_of(connection, evidence_id)
    return await registrations.get(connection, caller.row_scope(), registration_id)


async def _locked(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, evidence_id: EvidenceId
) -> tuple[Registration, Piece]:
    """The registration and its piece, once the graduate's stream and the piece are locked; raises NotFound."""
    registration_id = await storage.registration_of(unit.connection, evidence_id)
    await registrations.lock_stream(unit.connection, caller.row_scope(), registration_id)
    piece = await storage.get(unit.connection, cipher, evidence_id, lock=True)
    return await registrations.get(unit.connection, caller.row_scope(), registration_id), piece


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, evidence_id: EvidenceId, act: str) -> Piece:
    piece = await storage.get(unit.connection, cipher, evidence_id)
    detail = {"version": piece.version, "state": piece.state.value, "kind": piece.kind.value}
    await unit.audit(f"evidence.{act}", "evidence", piece.id, school_code=piece.school_code, detail=detail)
    return piece
