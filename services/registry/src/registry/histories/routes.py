"""Routes about the history of an entry."""

from common.auth import Caller
from common.http import Cipher, Db, Page, PageOf, Router, page_of, rows_after
from common.identifiers import GraduateId
from registry.graduates.storage import roster
from registry.histories import storage
from registry.histories.domain import Provenance
from registry.histories.wire import ProvenanceAnswer, VersionAnswer

router = Router(prefix="/v1/graduates", tags=["graduates"])


@router.get("/{graduate_id}/history", summary="Every version of a graduate")
async def read_graduate_history(
    *, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId, page: Page
) -> PageOf[VersionAnswer]:
    seen = page.after(int)
    after = seen[0] if seen else None
    async with database.reading() as connection:
        await roster.require(connection, caller.row_scope(), graduate_id)
        found = await storage.page(connection, cipher, graduate_id, after=after, limit=page.limit + 1)
    return page_of(page, found, lambda each: each.version, lambda each: VersionAnswer.of(each, caller))


@router.get("/{graduate_id}/provenance", summary="Where the value of each field of a graduate comes from")
async def read_graduate_provenance(
    *, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId, page: Page
) -> PageOf[ProvenanceAnswer]:
    async with database.reading() as connection:
        await roster.require(connection, caller.row_scope(), graduate_id)
        found = await storage.provenance(connection, cipher, graduate_id)
    return page_of(page, rows_after(page, found, _field), _field, ProvenanceAnswer.of)


def _field(found: Provenance) -> str:
    return found.field
