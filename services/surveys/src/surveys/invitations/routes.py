"""Invitations over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.auth import Caller, Role
from common.errors import NotFound
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, answer, page_of
from common.identifiers import InvitationId, WaveId
from common.operations.routes import Operation, accept
from surveys.invitations import commands, storage
from surveys.invitations.domain import Invitation
from surveys.invitations.wire import InvitationBody, NewInvitations, RevokedBody
from surveys.waves.commands import managed

router = Router(prefix="/v1/waves/{wave_id}/invitations", tags=["invitations"])
revoking = Router(prefix="/v1/invitations", tags=["invitations"])


async def _public_url(request: Request) -> str:
    return str(request.app.state.public_url)


PublicUrl = Annotated[str, Depends(_public_url)]


@router.get("", summary="Invitations of a wave")
async def list_invitations(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, page: Page, base: PublicUrl
) -> PageOf[InvitationBody]:
    async with database.reading() as connection:
        wave = await managed(connection, caller, wave_id)
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
        wave = await managed(connection, caller, wave_id)
    return await accept(
        request,
        database,
        caller,
        once,
        kind=commands.KIND,
        parameters={"wave_id": str(wave.id), "channel": body.channel.value},
        school_code=wave.school_code,
        before=partial(commands.must_take_links, wave=wave),
    )


@revoking.post(
    "/{invitation_id}/revoke",
    response_model=RevokedBody,
    summary="Take a link back that was not answered yet",
    description="From then on it opens nothing; 409 once it was answered, has expired or was revoked.",
)
async def revoke_invitation(
    *, caller: Caller, database: Db, invitation_id: InvitationId, once: IdempotencyKey
) -> Response:
    async def again(_: object) -> Invitation:
        async with database.reading() as connection:
            found = await storage.find(connection, caller.row_scope(), invitation_id)
        if found is None:
            raise NotFound
        return found

    return await answer(
        database.act(caller.actor, partial(commands.revoke, caller=caller, invitation_id=invitation_id), once),
        show=lambda invitation: Response(
            RevokedBody.of(invitation, None).model_dump_json(), media_type="application/json"
        ),
        again=again,
    )
