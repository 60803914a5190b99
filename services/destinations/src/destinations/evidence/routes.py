"""Routes of evidence."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from common.auth import Caller, Principal, Role, require
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.files import JPEG, PDF, PNG
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    Upload,
    XPurpose,
    answer,
    page_of,
    resource,
)
from common.identifiers import RegistrationId
from common.objects.links import link_to
from common.objects.routes import StoredFiles
from common.once import Answered, Once
from common.purposes import purpose_of
from destinations.evidence import commands, storage
from destinations.evidence.commands import Sent
from destinations.evidence.domain import Decision, EvidenceId, Piece
from destinations.evidence.wire import EvidenceForm, LinkAnswer, PieceAnswer, Rejection
from destinations.evidence_checks.findings import LOOKED_FOR
from destinations.registrations import storage as registrations
from destinations.registrations.domain.signals import words_in

of_registration = Router(prefix="/v1/registrations/{registration_id}/evidence", tags=["evidence"])
router = Router(prefix="/v1/evidence", tags=["evidence"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]

_MEDIA_TYPES = {kind.name: kind.media_type for kind in (JPEG, PNG, PDF)}


@of_registration.post(
    "",
    status_code=201,
    response_model=PieceAnswer,
    summary="Add a piece of evidence to a registration; it is checked after it is stored",
    description="At most ten, refused ones not counted. The check ends in `pending`, or in `refused` with the `rule`.",
)
async def add_evidence(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    objects: StoredFiles,
    registration_id: RegistrationId,
    upload: Upload[EvidenceForm],
    once: IdempotencyKey,
) -> Response:
    on_it: dict[str, Any] = {"caller": caller, "registration_id": registration_id}
    form = upload.form
    async with database.reading() as connection:
        await commands.may_upload(connection, **on_it, kind=form.kind)
    sha256 = (await asyncio.to_thread(hashlib.sha256, upload.content)).digest()
    media_type = _MEDIA_TYPES[upload.kind]
    name = await objects.put(upload.content, media_type)
    sent = Sent(
        kind=form.kind,
        title=form.title,
        issued_on=form.issued_on,
        media_type=media_type,
        sha256=sha256,
        name=name,
        name_words=tuple(words_in(upload.file_name, LOOKED_FOR)),
    )
    return await _acted(database, cipher, caller, once, partial(commands.upload, **on_it, sent=sent), 201)


@of_registration.get("", summary="List the evidence of a registration, in the order in which it was sent")
async def list_evidence(
    *, caller: Reader, database: Db, cipher: Cipher, registration_id: RegistrationId, page: Page
) -> PageOf[PieceAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        await registrations.get(connection, caller.row_scope(), registration_id)
        found = await storage.page(connection, cipher, registration_id, after, page.limit + 1)
    return page_of(page, found, lambda piece: piece.id, PieceAnswer.of)


@router.get("/{evidence_id}", response_model=PieceAnswer, summary="Read a piece of evidence, without its file")
async def read_evidence(*, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID) -> Response:
    return _shown(await _found(database, cipher, caller, evidence_id))


@router.post(
    "/{evidence_id}/link",
    summary="A link to the file of a piece, for five minutes; every one that others ask for is logged",
    description="For `review` or `verification`; the graduate needs no purpose. The province and an auditor open "
    "those of graduates of their own samples, the province of its cases, too.",
)
async def link_evidence(
    *, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID, x_purpose: XPurpose = None
) -> LinkAnswer:
    is_own = caller.role is Role.GRADUATE and x_purpose is None
    purpose = None if is_own else purpose_of(x_purpose)
    act = partial(
        commands.open_file, caller=caller, cipher=cipher, evidence_id=EvidenceId(evidence_id), purpose=purpose
    )
    link = link_to(cipher, await database.act(caller.actor, act))
    return LinkAnswer(url=link.url, expires_at=link.expires_at)


@router.post("/{evidence_id}/accept", response_model=PieceAnswer, summary="Accept a piece that was checked")
async def accept_evidence(
    *, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.decide, evidence_id=EvidenceId(evidence_id), expected=if_match, decision=Decision.ACCEPT)
    return await _acted(database, cipher, caller, once, partial(act, caller=caller))


@router.post("/{evidence_id}/reject", response_model=PieceAnswer, summary="Reject a piece that was checked")
async def reject_evidence(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    evidence_id: UUID,
    if_match: IfMatch,
    body: Rejection,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.decide,
        evidence_id=EvidenceId(evidence_id),
        expected=if_match,
        decision=Decision.REJECT,
        reason=body.reason,
    )
    return await _acted(database, cipher, caller, once, partial(act, caller=caller))


@router.post("/{evidence_id}/hold", response_model=PieceAnswer, summary="Keep a piece beyond its day")
async def hold_evidence(
    *, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.set_hold, evidence_id=EvidenceId(evidence_id), expected=if_match, hold=True)
    return await _acted(database, cipher, caller, once, partial(act, caller=caller))


@router.post("/{evidence_id}/release-hold", response_model=PieceAnswer, summary="Keep a piece to its day only")
async def release_evidence(
    *, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.set_hold, evidence_id=EvidenceId(evidence_id), expected=if_match, hold=False)
    return await _acted(database, cipher, caller, once, partial(act, caller=caller))


@router.delete(
    "/{evidence_id}", status_code=204, summary="Delete an own piece while it is undecided and the record a draft"
)
async def delete_evidence(*, caller: Caller, database: Db, cipher: Cipher, evidence_id: UUID) -> None:
    act = partial(commands.remove, caller=caller, cipher=cipher, evidence_id=EvidenceId(evidence_id))
    await database.act(caller.actor, act)


async def _acted(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[..., Awaitable[Piece]],
    status: int = 200,
) -> Response:
    async def again(done: Answered) -> Piece:
        return await _found(database, cipher, caller, UUID(done.object_id))

    def acted(unit: UnitOfWork) -> Awaitable[Piece]:
        return act(unit, cipher=cipher)

    return await answer(database.act(caller.actor, acted, once), show=partial(_shown, status=status), again=again)


async def _found(database: Database, cipher: FieldCipher, caller: Principal, evidence_id: UUID) -> Piece:
    async with database.reading() as connection:
        return await commands.find(connection, caller=caller, cipher=cipher, evidence_id=EvidenceId(evidence_id))


def _shown(piece: Piece, status: int = 200) -> Response:
    location = f"/v1/evidence/{piece.id}" if status == 201 else None
    return resource(PieceAnswer.of(piece), piece.version, status, location)
