"""The page by which contact is ended: looking at it does nothing, because programs follow links."""

from functools import partial
from typing import Annotated

from fastapi import Path, Response

from common.crypto import hashed_secret
from common.errors import NotFound
from common.http import OPEN, Router
from surveys.answer_page.routes.visits import Here, Visit, as_page
from surveys.contact.commands import opting_out as commands
from surveys.contact.domain import OptOutSource
from surveys.contact.storage import opt_outs
from surveys.invitations.domain import Invitation, has_form

router = Router(prefix="/o", credential=OPEN, include_in_schema=False)

Token = Annotated[str, Path(max_length=64)]
EVERYWHERE = "all"


@router.get("/{token}")
@as_page
async def read_stop(*, here: Here, token: Token) -> Response:
    await _invited(here, token)
    return here.shows("stop.html", token=token, is_done=False)


@router.post("/{token}")
@as_page
async def stop(*, here: Here, token: Token) -> Response:
    invited = await _invited(here, token)
    # a mail program posts nothing that it was not given: the whole wish stands in the address
    everywhere = here.request.query_params.get("scope") == EVERYWHERE
    act = partial(commands.end_contact, invitation_id=invited.id, source=OptOutSource.LINK, everywhere=everywhere)
    await here.database.act(commands.holder_of(invited), act)
    return here.shows("stop.html", token=token, is_done=True)


async def _invited(here: Visit, token: str) -> Invitation:
    if not has_form(token):
        raise NotFound
    async with here.database.reading() as connection:
        found = await opt_outs.by_token(connection, hashed_secret(token))
    if found is None:
        raise NotFound
    return found
