"""The route that takes a roster."""

from functools import partial

from fastapi import Request, Response

from common.auth import Caller, Principal, Role
from common.database import Database
from common.http import Cipher, Db, ImportForm, LazyUpload, Once, Router
from common.identifiers import SchoolCode
from common.operations.routes import Operation, accept
from registry.organisation import storage as organisation
from registry.rosters.operation import KIND

router = Router(prefix="/v1/imports", tags=["imports"])

IMPORTERS = (Role.SCHOOL_OFFICER, Role.ADMIN)


@router.post("/graduates", status_code=202, response_model=Operation, summary="Import the roster of a cohort")
async def import_graduates(
    *, request: Request, database: Db, cipher: Cipher, caller: Caller, upload: LazyUpload[ImportForm], once: Once
) -> Response:
    must_see_school = partial(_require_school, database, caller)
    received = await upload.receive(must_see_school, partial(caller.must_be, *IMPORTERS))
    form = received.form
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={**form.model_dump(mode="json"), "kind": received.kind},
        school_code=form.school_code,
        upload=received.content,
        cipher=cipher,
    )


async def _require_school(database: Database, caller: Principal, school_code: str) -> None:
    async with database.reading() as connection:
        await organisation.require_school(connection, caller, SchoolCode(school_code))
