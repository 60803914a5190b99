"""The library of questionnaires over HTTP."""

from common.auth import Caller
from common.http import Page, PageOf, Router
from surveys.questionnaires import commands
from surveys.questionnaires.wire import LibraryId, LibraryItem

router = Router(prefix="/v1/questionnaire-library", tags=["questionnaires"])


@router.get("", summary="Questionnaires that come with the release, to begin one from")
async def list_library(*, caller: Caller, page: Page) -> PageOf[LibraryItem]:
    caller.must_be_in(commands.EDITORS)
    after, ids = page.after(str), [*LibraryId]
    # an unknown id is before all of them
    begin = ids.index(LibraryId(after[0])) + 1 if after and after[0] in ids else 0
    kept, cursor = page.cut(ids[begin:], lambda each: each.value)
    return PageOf(items=[LibraryItem.of(each) for each in kept], next_cursor=cursor)
