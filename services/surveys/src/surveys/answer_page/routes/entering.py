"""A link is opened in a browser; and the script and the style of the page."""

from pathlib import Path

from fastapi import Response

from common.crypto import hashed_secret
from common.errors import Message, NotFound
from common.http import OPEN, Router
from surveys.answer_page.routes.visits import Here, Visit, as_page
from surveys.answers import commands
from surveys.ballots.domain import Ballot, digest_of
from surveys.invitations.domain import LinkRefused, has_form

router = Router(prefix="/a", credential=OPEN, include_in_schema=False)

_FILES = Path(__file__).parent.parent / "files"
_TYPES = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
_EMPTY = Message("请填写链接或代码", "Fill in the link or the code")


@router.get("")
@as_page
async def read_start(*, here: Here) -> Response:
    return here.shows("start.html", fault=None, is_open=here.digest is not None, withdrawable=False)


@router.post("")
@as_page
async def open_link(*, here: Here) -> Response:
    # what is typed from paper may have spaces between its groups
    token = "".join((await here.form()).first("link").rpartition("#")[2].split())
    if not has_form(token):
        return _refused(here, LinkRefused.title if token else _EMPTY)
    try:
        invitation = await commands.follow(here.database, hashed_secret(token), digest_of(token))
    except LinkRefused:
        return _refused(here, LinkRefused.title)
    try:
        async with here.database.reading() as connection:
            response = here.onward(await commands.read(connection, here.cipher, invitation))
    except LinkRefused:
        # it is used up, and what it gave can still be withdrawn; an employer may have more to say
        more = await commands.takes_more(here.database, invitation)
        response = here.goes_to("/done") if more else _refused(here, LinkRefused.title, withdrawable=True)
    return here.remembers(response, digest_of(token) if isinstance(invitation, Ballot) else hashed_secret(token))


@router.get("/files/{name}")
async def read_file(*, name: str) -> Response:
    if name not in _TYPES:
        raise NotFound
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response((_FILES / name).read_bytes(), media_type=_TYPES[name], headers=headers)


def _refused(here: Visit, why: Message, *, withdrawable: bool = False) -> Response:
    fault = why.in_language(here.language)
    return here.shows("start.html", 401, fault=fault, is_open=False, withdrawable=withdrawable)
