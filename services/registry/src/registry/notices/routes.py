"""Routes about notices."""

from functools import partial
from uuid import UUID

from common.auth import Caller
from common.http import Db, Page, PageOf, Router, page_of
from common.identifiers import GraduateId
from registry.notices import commands
from registry.notices.domain import NoticeId
from registry.notices.wire import NoticeAnswer, NoticesRead, ReadNotices

router = Router(prefix="/v1/graduates", tags=["graduates"])


@router.get("/{graduate_id}/notices", summary="The own notices, newest first")
async def list_notices(*, database: Db, caller: Caller, graduate_id: GraduateId, page: Page) -> PageOf[NoticeAnswer]:
    seen = page.after(UUID)
    after = NoticeId(seen[0]) if seen else None
    async with database.reading() as connection:
        found = await commands.listed(connection, caller, graduate_id, after=after, limit=page.limit + 1)
    return page_of(page, found, lambda each: each.id, NoticeAnswer.model_validate)


@router.post("/{graduate_id}/notices/read", summary="Mark the own notices as read, up to one of them")
async def read_notices(*, database: Db, caller: Caller, graduate_id: GraduateId, body: ReadNotices) -> NoticesRead:
    act = partial(commands.read, caller=caller, graduate_id=graduate_id, up_to=NoticeId(body.up_to))
    return NoticesRead(up_to=body.up_to, marked=await database.act(caller.actor, act))
