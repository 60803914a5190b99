"""Routes of photos."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.auth import Caller, Principal, require
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    IfMatchOrNone,
    ReceivedFile,
    Router,
    answer,
    file_body,
    resource,
)
from common.identifiers import GraduateId
from common.objects.links import link_to
from common.objects.routes import StoredFiles
from common.once import Answered, Once
from registry.photo_checks.process import looking
from registry.photos import commands
from registry.photos.commands import MEDIA_TYPE, NewPhoto
from registry.photos.domain import Photo, must_pass
from registry.photos.wire import PHOTOS, PhotoAnswer, PhotoRefusal

router = Router(prefix="/v1/graduates/{graduate_id}/photo", tags=["photos"])

Sender = Annotated[Principal, Depends(require(*commands.SENDERS))]
Reader = Annotated[Principal, Depends(require(*commands.READERS))]


@router.put(
    "",
    response_model=PhotoAnswer,
    responses={201: {"model": PhotoAnswer, "description": "The first photo of the graduate"}},
    summary="Put a photo in the place of the one before",
    description="480 × 640 pixels, 24-bit colour, 20 to 500 KB, before the background of the school's profile. "
    "One that breaks a rule of severity `error` is refused with all such rules; one that breaks a `warning`, or of "
    "which a check could not be made, waits for review.",
)
async def put_photo(
    *,
    caller: Sender,
    database: Db,
    cipher: Cipher,
    objects: StoredFiles,
    graduate_id: GraduateId,
    expected: IfMatchOrNone,
    photo: Annotated[ReceivedFile, file_body(PHOTOS)],
) -> Response:
    async with database.reading() as connection:
        profile = await commands.may_put(
            connection, caller=caller, cipher=cipher, graduate_id=graduate_id, expected=expected
        )
    async with looking(profile) as looker:
        checks, kept = await looker.look(photo.content)
    must_pass(checks)
    new = NewPhoto(await objects.put(kept, MEDIA_TYPE), checks, cipher.fingerprint(photo.content))
    act = partial(commands.put, caller=caller, cipher=cipher, graduate_id=graduate_id, expected=expected, new=new)
    stored = await database.act(caller.actor, act)
    return _shown(cipher, stored, 201 if stored.version == 1 else 200)


@router.get("", response_model=PhotoAnswer, summary="Read a graduate's photo; every reading is logged")
async def read_photo(*, caller: Reader, database: Db, cipher: Cipher, graduate_id: GraduateId) -> Response:
    act = partial(commands.read, caller=caller, cipher=cipher, graduate_id=graduate_id)
    return _shown(cipher, await database.act(caller.actor, act))


@router.post("/accept", response_model=PhotoAnswer, summary="Let a photo pass that waits for review")
async def accept_photo(
    *, caller: Caller, database: Db, cipher: Cipher, graduate_id: GraduateId, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.accept, caller=caller, cipher=cipher, graduate_id=graduate_id, expected=if_match)
    return await _reviewed(database, cipher, caller, once, act)


@router.post("/refuse", response_model=PhotoAnswer, summary="Refuse a photo; the graduate sends another")
async def refuse_photo(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    graduate_id: GraduateId,
    if_match: IfMatch,
    body: PhotoRefusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        graduate_id=graduate_id,
        expected=if_match,
        rule=body.rule,
        reason=body.reason,
    )
    return await _reviewed(database, cipher, caller, once, act)


async def _reviewed(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[[UnitOfWork], Awaitable[Photo]],
) -> Response:
    async def again(done: Answered) -> Photo:
        reading = partial(commands.read, caller=caller, cipher=cipher, graduate_id=GraduateId(UUID(done.object_id)))
        return await database.act(caller.actor, reading)

    return await answer(database.act(caller.actor, act, once), show=partial(_shown, cipher), again=again)


def _shown(cipher: FieldCipher, photo: Photo, status: int = 200) -> Response:
    return resource(PhotoAnswer.of(photo, link_to(cipher, photo.name)), photo.version, status)
