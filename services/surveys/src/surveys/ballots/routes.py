"""Code sheets over HTTP."""

import asyncio
from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import HTMLResponse

from common.auth import Caller
from common.http import Db, Router
from common.identifiers import WaveId
from surveys.ballots import commands
from surveys.ballots.wire.slips import slips_of
from surveys.invitations.routes import PublicUrl
from surveys.waves.commands import managed

router = Router(prefix="/v1/waves", tags=["waves"])

Language = Annotated[Literal["zh", "en"], Query(description="Of the slips")]


@router.post(
    "/{wave_id}/code-sheets",
    response_class=HTMLResponse,
    summary="Make the codes of an unlinkable wave, on slips to draw",
    description="Once, in place of sending: the slips are in this answer and nowhere else, so a second request is 409 "
    "`already_made`, a repeated one, too.",
)
async def make_code_sheets(
    *, caller: Caller, database: Db, wave_id: WaveId, base: PublicUrl, language: Language = "zh"
) -> Response:
    async with database.reading() as connection:
        wave = await managed(connection, caller, wave_id)
    codes = await asyncio.to_thread(commands.codes_for, wave.eligible)
    act = partial(commands.make_sheets, caller=caller, wave_id=wave_id, codes=codes)
    sheets = await database.act(caller.actor, act)
    html, policy = await asyncio.to_thread(slips_of, sheets, base, language)
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Content-Language": language})
