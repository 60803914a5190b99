"""The waves that ask a graduate, the way into one with an account, and the picture of a shared entry."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.auth import Caller, Principal, Role, require
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, answer, page_of
from common.identifiers import WaveId
from surveys.entries import commands, storage
from surveys.entries.domain import NoSharedEntry
from surveys.entries.wire import MEDIA_TYPES, EntryBody, MyWaveBody, Picture, entry_url, qr_code
from surveys.invitations.routes import PublicUrl
from surveys.waves.commands import managed

router = Router(prefix="/v1", tags=["entries"])

Graduate = Annotated[Principal, Depends(require(Role.GRADUATE))]


@router.get("/my-waves", summary="The waves that ask the caller")
async def list_my_waves(*, caller: Graduate, database: Db, page: Page) -> PageOf[MyWaveBody]:
    async with database.reading() as connection:
        found = await storage.page(connection, caller.row_scope(), page.last_seen(UUID), page.limit + 1)
    return page_of(page, found, lambda wave: wave.wave_id, MyWaveBody.model_validate)


@router.post(
    "/waves/{wave_id}/enter",
    status_code=201,
    response_model=EntryBody,
    summary="Enter an open wave without a link",
    description="The token answers for 12 hours as the personal link does, which is made where there is none. "
    "No token is kept: a repeated request gets one of its own.",
)
async def enter_wave(
    *, caller: Graduate, database: Db, cipher: Cipher, wave_id: WaveId, base: PublicUrl, once: IdempotencyKey
) -> Response:
    act = partial(commands.enter, caller=caller, cipher=cipher, wave_id=wave_id)
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda entry: Response(EntryBody.of(entry, base).model_dump_json(), 201, media_type="application/json"),
        again=lambda _: database.act(caller.actor, act),
    )


@router.get(
    "/waves/{wave_id}/qr",
    summary="The shared entry as a QR code",
    response_class=Response,
    responses={
        200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}},
        409: {"$ref": "#/components/responses/Problem409"},
    },
)
async def read_qr_code(
    *,
    caller: Caller,
    database: Db,
    wave_id: WaveId,
    base: PublicUrl,
    kind: Annotated[Picture, Query(alias="format")] = "svg",
) -> Response:
    async with database.reading() as connection:
        wave = await managed(connection, caller, wave_id)
    if wave.shared_code is None:
        raise NoSharedEntry
    return Response(qr_code(entry_url(base, wave.shared_code), kind), media_type=MEDIA_TYPES[kind])
