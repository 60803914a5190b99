"""Accesses over HTTP: the graduate's own, and those of a graduate for school officers and auditors."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from common.accesses.storage import accesses_to
from common.auth import Caller, Principal, Role, RowScope, require
from common.http import Db, Page, PageOf, Paging, Router, page_of
from common.identifiers import GraduateId
from common.sql import Connection

InScope = Callable[[Connection, RowScope, GraduateId], Awaitable[object]]
"""Raises NotFound for a graduate outside the scope."""

Graduate = Annotated[Principal, Depends(require(Role.GRADUATE))]


class AccessAnswer(BaseModel):
    """One reading of clear data about a person."""

    model_config = ConfigDict(from_attributes=True)

    recorded_at: datetime
    kind: str = Field(description="How the data were read, such as `reveal`")
    role: str = Field(description="Role of the reader")
    unit: str | None = Field(
        description="Code of the college or school, id of the office or employer of the reader; never a person"
    )
    purpose: str | None = Field(description="Code of the list `purpose`; null where none was asked for")
    fields: list[str] = Field(description="What was read")


def accesses_router(in_scope: InScope) -> Router:
    """`GET /v1/accesses` and `GET /v1/graduates/{id}/accesses` of a service with the table of accesses."""
    router = Router(prefix="/v1", tags=["accesses"])

    @router.get("/accesses", summary="Who has read the caller's own data")
    async def list_own_accesses(*, caller: Graduate, database: Db, page: Page) -> PageOf[AccessAnswer]:
        if caller.graduate_id is None:
            return PageOf(items=[], next_cursor=None)
        async with database.reading() as connection:
            return await _listed(connection, page, GraduateId(caller.graduate_id))

    @router.get("/graduates/{graduate_id}/accesses", summary="Who has read a graduate's data")
    async def list_accesses(
        *, caller: Caller, database: Db, graduate_id: GraduateId, page: Page
    ) -> PageOf[AccessAnswer]:
        async with database.reading() as connection:
            await in_scope(connection, caller.record_scope(), graduate_id)
            caller.must_be(Role.SCHOOL_OFFICER, Role.AUDITOR)
            return await _listed(connection, page, graduate_id)

    return router


async def _listed(connection: Connection, page: Paging, graduate_id: GraduateId) -> PageOf[AccessAnswer]:
    after = page.after(datetime, UUID)
    found = await accesses_to(connection, graduate_id, after=after, limit=page.limit + 1)
    return page_of(page, found, lambda access: (access.recorded_at, access.id), AccessAnswer.model_validate)
