"""What became of the messages of a wave."""

from uuid import UUID

from common.auth import Caller
from common.http import Db, Page, PageOf, Router, page_of
from common.identifiers import WaveId
from surveys.contact.storage import attempts
from surveys.contact.wire import AttemptBody
from surveys.waves.commands import managed

router = Router(prefix="/v1/waves/{wave_id}", tags=["contact"])


@router.get("/attempts", summary="What became of the messages of a wave")
async def list_attempts(*, caller: Caller, database: Db, wave_id: WaveId, page: Page) -> PageOf[AttemptBody]:
    async with database.reading() as connection:
        wave = await managed(connection, caller, wave_id)
        found = await attempts.page(connection, wave.id, page.last_seen(UUID), page.limit + 1)
    return page_of(page, found, lambda attempt: attempt.id, AttemptBody.model_validate)
