"""Published versions on paper."""

import asyncio
from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import HTMLResponse

from common.auth import Caller
from common.http import Db, Router
from common.identifiers import QuestionnaireId
from surveys.questionnaires import commands, storage
from surveys.questionnaires.routes.drafts import Number, school_of
from surveys.questionnaires.wire.formats.paper import paper_of

router = Router(prefix="/v1/questionnaires", tags=["questionnaires"])

Language = Annotated[Literal["zh", "en"], Query(description="Of the page")]


@router.get(
    "/{questionnaire_id}/versions/{number}/print",
    response_class=HTMLResponse,
    summary="A published version as a page to print, A4",
)
async def print_version(
    *, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, number: Number, language: Language = "zh"
) -> Response:
    async with database.reading() as connection:
        found = await storage.find_version(connection, caller.row_scope(), questionnaire_id, number)
        version = commands.permitted(caller, found)
        asked = await storage.as_asked(connection, version, school_of(version, caller))
    html, policy = await asyncio.to_thread(paper_of, asked, language)
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Content-Language": language})
