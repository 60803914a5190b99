"""Routes of tip-offs: the reporter's without token, address or idempotency key; those of who handles the case."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

from common.auth import Caller
from common.database import Database, UnitOfWork
from common.http import Cipher, Db, ReceivedFile, Router, UploadedFiles, XPurpose
from common.objects import Objects
from common.objects.links import link_to
from common.objects.routes import StoredFiles
from common.observability import correlated
from destinations.cases.domain import CaseId
from destinations.evidence.wire import LinkAnswer
from destinations.tip_offs import commands
from destinations.tip_offs.commands import ANONYMOUS
from destinations.tip_offs.domain import SentFile, TipOff, hashed, new_receipt
from destinations.tip_offs.wire import (
    MessageBody,
    ReceiptAnswer,
    ReceiptBody,
    ReporterAnswer,
    StatusAnswer,
    TipOffForm,
    ToldAnswer,
)

# no request is counted by its address
router = Router(prefix="/v1/tip-offs", tags=["tip-offs"], credential=None)
of_case = Router(prefix="/v1/cases/{case_id}", tags=["tip-offs"])

Done = TypeVar("Done")

_MEDIA_TYPES = {kind.name: kind.media_type for kind in TipOffForm.files.kinds}


@router.post(
    "",
    status_code=201,
    summary="Report something, without saying who you are",
    description="Files are written anew without metadata before anybody sees them.",
)
async def receive_tip_off(
    *, database: Db, cipher: Cipher, objects: StoredFiles, upload: UploadedFiles[TipOffForm]
) -> ReceiptAnswer:
    form = upload.form
    async with database.reading() as connection:
        await commands.must_take(connection, school_code=form.school_code)
    tip_off = TipOff(
        school_code=form.school_code,
        accused=form.accused,
        text=form.text,
        contact=form.contact or None,
        files=[await _stored(objects, each) for each in upload.files],
    )
    receipt = new_receipt()
    act = partial(commands.receive, cipher=cipher, tip_off=tip_off, receipt_hash=hashed(receipt))
    await _act(database, act)
    return ReceiptAnswer(receipt=receipt)


@router.post("/status", summary="Where the tip-off of a receipt stands")
async def read_tip_off(*, database: Db, body: ReceiptBody) -> StatusAnswer:
    async with database.reading() as connection:
        return StatusAnswer.of(await commands.status(connection, receipt_hash=hashed(body.receipt)))


@router.post("/messages", status_code=201, summary="Say something further about the tip-off of a receipt")
async def add_to_tip_off(*, database: Db, cipher: Cipher, body: MessageBody) -> StatusAnswer:
    act = partial(commands.say, cipher=cipher, receipt_hash=hashed(body.receipt), said=body.text)
    return StatusAnswer.of(await _act(database, act))


@of_case.get("/tip-off", summary="What the reporter has said further, for who handles the case")
async def read_told(*, caller: Caller, database: Db, cipher: Cipher, case_id: UUID) -> ToldAnswer:
    async with database.reading() as connection:
        return ToldAnswer.of(await commands.told(connection, caller=caller, cipher=cipher, case_id=CaseId(case_id)))


@of_case.post(
    "/tip-off/files/{n}/link",
    summary="A link to a file of a tip-off, for five minutes, for who handles the case",
    description="For `tip_off`; the audit trail names every link.",
)
async def link_file(
    *, caller: Caller, database: Db, cipher: Cipher, case_id: UUID, n: int, x_purpose: XPurpose = None
) -> LinkAnswer:
    act = partial(commands.open_file, caller=caller, case_id=CaseId(case_id), n=n, purpose=x_purpose)
    link = link_to(cipher, await database.act(caller.actor, act))
    return LinkAnswer(url=link.url, expires_at=link.expires_at)


@of_case.post(
    "/reporter",
    summary="How to reach who reported, for who handles the case",
    description="Needs the token scope `tip-offs` and the purpose `tip_off`; the audit trail alone names the reading.",
)
async def read_reporter(
    *, caller: Caller, database: Db, cipher: Cipher, case_id: UUID, x_purpose: XPurpose = None
) -> ReporterAnswer:
    act = partial(commands.reporter, caller=caller, cipher=cipher, case_id=CaseId(case_id), purpose=x_purpose)
    return ReporterAnswer(contact=await database.act(caller.actor, act))


async def _act(database: Database, act: Callable[[UnitOfWork], Awaitable[Done]]) -> Done:
    # what a proxy has noted of the request, its id, leads to no row
    with correlated():
        return await database.act(ANONYMOUS, act)


async def _stored(objects: Objects, file: ReceivedFile) -> SentFile:
    media_type = _MEDIA_TYPES[file.kind]
    return SentFile(name=await objects.put(file.content, media_type), media_type=media_type)
