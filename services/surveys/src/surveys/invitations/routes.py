"""Invitations over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.auth import Caller, Role
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, page_of
from common.identifiers import WaveId
from common.operations.routes import Operation, accept
from surveys.invitations import commands, storage
from surveys.invitations.wire import InvitationBody, NewInvitations
from surveys.waves import storage as waves
from surveys.waves.commands import permitted

router = Router(prefix="/v1/waves/{wave_id}/invitations", tags=["invitations"])


async def _public_url(request: Request) -> str:
    return str(request.app.state.public_url)


PublicUrl = Annotated[str, Depends(_public_url)]


@router.get("", summary="Invitations of a wave")
async def list_invitations(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, page: Page, base: PublicUrl
) -> PageOf[InvitationBody]:
    async with database.reading() as connection:
        wave = permitted(caller, await waves.find(connection, caller.row_scope(), wave_id))
        found = await storage.page(connection, wave.id, page.last_seen(UUID), page.limit + 1)
    links = commands.links(cipher, base, found[: page.limit]) if caller.role is Role.SURVEY_MANAGER else {}
    # committed before they are shown: no link leaves without its trail
    if links:
        await database.act(caller.actor, partial(commands.audit_links_read, wave=wave, shown=len(links)))
    return page_of(
        page,
        found,
        lambda invitation: invitation.id,
        lambda invitation: InvitationBody.of(invitation, links.get(invitation.id)),
    )


@router.post("", status_code=202, response_model=Operation, summary="Make the links that are missing")
async def invite(
    *, request: Request, caller: Caller, database: Db, wave_id: WaveId, body: NewInvitations, once: IdempotencyKey
) -> Response:
    async with database.reading() as connection:
        wave = permitted(caller, await waves.find(connection, caller.row_scope(), wave_id))
    return await accept(
        request,
        database,
        caller,
        once,
        kind=commands.KIND,
        parameters={"wave_id": str(wave.id), "channel": body.channel.value},
        school_code=wave.school_code,
        before=partial(commands.must_not_have_closed, wave=wave),
    )
