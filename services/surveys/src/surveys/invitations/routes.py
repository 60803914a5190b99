"""Invitations over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from common.auth import Caller, Role
from common.http import Cipher, Db, LazyBody, Once, Page, PageOf, StrictModel
from common.operations.routes import Operation, accept
from surveys.invitations import commands, storage
from surveys.invitations.domain import Channel, InvitationState
from surveys.invitations.operations import KIND
from surveys.invitations.storage import Invitation
from surveys.listing import last_seen, listed
from surveys.waves import storage as waves
from surveys.waves.commands import permitted

router = APIRouter(prefix="/v1/waves/{wave_id}/invitations", tags=["invitations"])


async def _public_url(request: Request) -> str:
    return str(request.app.state.public_url)


PublicUrl = Annotated[str, Depends(_public_url)]


class NewInvitations(StrictModel):
    """How everybody eligible is invited who is not yet."""

    channel: Channel


class InvitationBody(BaseModel):
    """An invitation and what became of it."""

    id: UUID
    graduate_id: UUID
    channel: Channel
    state: InvitationState
    link: str | None = Field(description="Until it is first used, and to the survey manager only")
    created_at: datetime


@router.get("", response_model=PageOf[InvitationBody], summary="Invitations of a wave")
async def list_invitations(
    *, request: Request, caller: Caller, database: Db, cipher: Cipher, wave_id: UUID, page: Page, base: PublicUrl
) -> Response:
    async with database.transaction(caller.actor) as unit:
        wave = permitted(caller, await waves.find(unit.connection, caller.row_scope(), wave_id))
        found = await storage.page(unit.connection, wave.id, last_seen(page), page.limit + 1)
        links = commands.links(cipher, base, found[: page.limit]) if caller.role is Role.SURVEY_MANAGER else {}
        if links:
            await commands.audit_links_read(unit, wave, len(links))
        await unit.commit()
    return listed(request, page, found, lambda each: _body(each, links.get(each.id)))


@router.post("", status_code=202, response_model=Operation, summary="Make the links that are missing")
async def invite(
    *, request: Request, caller: Caller, database: Db, wave_id: UUID, body: LazyBody[NewInvitations], once: Once
) -> Response:
    async with database.reading() as connection:
        wave = permitted(caller, await waves.find(connection, caller.row_scope(), wave_id))

    async def taken(_: object) -> Response:
        return await accept(
            request,
            database,
            caller,
            once,
            kind=KIND,
            parameters={"wave_id": str(wave.id), "channel": body.parse().channel.value},
            school_code=wave.plan.school_code,
        )

    return await once.answer(commands.must_not_be_over(database, caller, wave, once), show=taken, again=taken)


def _body(invitation: Invitation, link: str | None) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "graduate_id": invitation.graduate_id,
        "channel": invitation.channel,
        "state": invitation.state,
        "link": link,
        "created_at": invitation.created_at,
    }
