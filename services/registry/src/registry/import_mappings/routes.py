"""Routes of a school's saved mappings."""

from collections.abc import Collection
from functools import partial

from fastapi import Response

from common.auth import Caller, Principal, Role
from common.http import Db, Page, PageOf, Router, page_of, rows_after
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.import_mappings import commands, storage
from registry.import_mappings.wire import ImportMappingAnswer, ImportMappingBody
from registry.organisation import storage as organisation


def mappings_router(fields: Collection[str]) -> Router:
    """Lists, reads, saves and deletes mappings to these fields."""
    router = Router(prefix="/v1/schools/{school_code}/import-mappings", tags=["imports"])

    @router.get("", summary="List the saved mappings of a school")
    async def list_import_mappings(
        *, database: Db, caller: Caller, school_code: SchoolCode, page: Page
    ) -> PageOf[ImportMappingAnswer]:
        async with database.reading() as connection:
            await _must_read(connection, caller, school_code)
            saved = await storage.of_school(connection, school_code)
        found = rows_after(page, saved, lambda each: each.name)
        return page_of(page, found, lambda each: each.name, ImportMappingAnswer.model_validate)

    @router.get("/{name}", summary="Read a saved mapping")
    async def read_import_mapping(
        *, database: Db, caller: Caller, school_code: SchoolCode, name: str
    ) -> ImportMappingAnswer:
        async with database.reading() as connection:
            await _must_read(connection, caller, school_code)
            found = await storage.get(connection, school_code, name)
        return ImportMappingAnswer.model_validate(found)

    @router.put("/{name}", summary="Save what the headers of a file mean, in place of what is saved under the name")
    async def save_import_mapping(
        *, database: Db, caller: Caller, school_code: SchoolCode, name: str, body: ImportMappingBody
    ) -> ImportMappingAnswer:
        act = partial(
            commands.save, caller=caller, school_code=school_code, name=name, columns=body.columns, fields=fields
        )
        return ImportMappingAnswer.model_validate(await database.act(caller.actor, act))

    @router.delete("/{name}", status_code=204, summary="Delete a saved mapping; imports under way go on by it")
    async def delete_import_mapping(*, database: Db, caller: Caller, school_code: SchoolCode, name: str) -> Response:
        act = partial(commands.delete, caller=caller, school_code=school_code, name=name)
        await database.act(caller.actor, act)
        return Response(status_code=204)

    return router


async def _must_read(connection: Connection, caller: Principal, school_code: SchoolCode) -> None:
    """Raises NotFound for a school out of scope, Forbidden for other roles than its officers."""
    await organisation.require_school(connection, caller, school_code)
    caller.must_be(Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER)
