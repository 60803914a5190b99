"""The route that takes a roster."""

from fastapi import Request, Response

from common.auth import Role
from common.http import Cipher, Db, IdempotencyKey, Router, Upload
from common.identifiers import SchoolCode
from common.imports import ImportCaller, ImportForm
from common.operations.routes import Operation, accept
from registry.graduates.imports.operations import KIND
from registry.organisation import storage as organisation

router = Router(prefix="/v1/imports", tags=["imports"])

IMPORTERS = (Role.SCHOOL_OFFICER, Role.ADMIN)


@router.post("/graduates", status_code=202, response_model=Operation, summary="Import the roster of a cohort")
async def import_graduates(
    *,
    request: Request,
    database: Db,
    cipher: Cipher,
    caller: ImportCaller,
    upload: Upload[ImportForm],
    once: IdempotencyKey,
) -> Response:
    form = upload.form
    async with database.reading() as connection:
        await organisation.require_school(connection, caller, SchoolCode(form.school_code))
    caller.must_be(*IMPORTERS)
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={**form.model_dump(mode="json"), "kind": upload.kind},
        school_code=form.school_code,
        upload=upload.content,
        cipher=cipher,
    )
