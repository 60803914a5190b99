"""The route that takes a questionnaire as an XLSForm."""

import asyncio
from functools import partial
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Depends, Response

from common.auth import Principal, require
from common.files import MAX_FILE, Files
from common.http import Db, IdempotencyKey, Router, Upload, answer
from common.http.uploads import FileForm
from common.identifiers import QuestionnaireId
from common.spreadsheets import XLSX
from surveys.questionnaires import commands
from surveys.questionnaires.routes.drafts import created, found
from surveys.questionnaires.wire import QuestionnaireBody
from surveys.questionnaires.wire.formats import questionnaire_of, sheets_of

router = Router(prefix="/v1/questionnaires", tags=["questionnaires"])

Editor = Annotated[Principal, Depends(require(*commands.EDITORS))]


class XlsformForm(FileForm):
    """The form with an XLSForm."""

    files: ClassVar[Files] = Files((XLSX,), at_most=MAX_FILE)


@router.post(
    "/xlsform",
    status_code=201,
    response_model=QuestionnaireBody,
    summary="Begin a questionnaire with an XLSForm",
    description="A workbook with the sheets `survey`, `choices` and `settings`. What has no equal here is refused with "
    "its row and column, `xlsform_unsupported`: nothing is dropped.",
)
async def import_xlsform(
    *, caller: Editor, database: Db, upload: Upload[XlsformForm], once: IdempotencyKey
) -> Response:
    sheets = await sheets_of(upload.content)
    content = await asyncio.to_thread(questionnaire_of, sheets)
    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, content=content), once),
        show=created,
        again=lambda done: found(database, caller, QuestionnaireId(UUID(done.object_id))),
    )
