"""Variables over HTTP."""

from functools import partial
from typing import Annotated

from fastapi import Query

from common.auth import Caller
from common.http import Db, Page, PageOf, Router, page_of
from common.identifiers import SchoolCode
from surveys.questionnaires.commands import EDITORS
from surveys.questionnaires.domain.changes import over_all
from surveys.questionnaires.storage import published
from surveys.variables import storage
from surveys.variables.wire import VariableBody

router = Router(prefix="/v1/variables", tags=["questionnaires"])

School = Annotated[SchoolCode, Query(description="The school whose waves they are of", max_length=64)]


@router.get("", summary="Variables of a school over all its waves, and whether their answers can be compared")
async def list_variables(*, caller: Caller, database: Db, page: Page, school: School) -> PageOf[VariableBody]:
    caller.must_be_in(EDITORS)
    async with database.reading() as connection:
        waves = await storage.waves_of(connection, caller.row_scope(), school)
        asked = [await published(connection, each.questionnaire_id, each.questionnaire_version) for each in waves]
    found = over_all([content for content in asked if content is not None])
    after = page.last_seen(str)
    following = [each for each in found if after is None or each.variable > after][: page.limit + 1]
    return page_of(page, following, lambda each: each.variable, partial(VariableBody.of, waves=waves))
