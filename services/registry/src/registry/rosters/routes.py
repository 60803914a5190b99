"""The route that takes a roster."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from common.auth import Caller, Principal, Role
from common.database import Database
from common.errors import NotFound, QuxiangError
from common.http import Cipher, Db, ImportForm, LazyUpload, Once, Received
from common.operations.routes import Operation, accept
from registry.organisation import storage as organisation
from registry.rosters.operation import KIND

router = APIRouter(prefix="/v1/imports", tags=["imports"])

IMPORTERS = (Role.SCHOOL_OFFICER, Role.ADMIN)


class RosterForm(ImportForm):
    """Which roster the file is."""

    cohort: int = Field(ge=1977, le=2200, description="Year of graduation")


@router.post("/graduates", status_code=202, response_model=Operation, summary="Import the roster of a cohort")
async def import_graduates(
    *, request: Request, database: Db, cipher: Cipher, caller: Caller, upload: LazyUpload[RosterForm], once: Once
) -> Response:
    received = await _received(database, caller, upload)
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


async def _received(database: Database, caller: Principal, upload: LazyUpload[RosterForm]) -> Received[RosterForm]:
    """The upload; 404 for a school out of sight comes before 403, and 403 before whatever is wrong with the form."""

    async def permit(school_code: str) -> None:
        await _require_school(database, caller, school_code)
        caller.must_be(*IMPORTERS)

    try:
        return await upload.receive(permit)
    except NotFound:
        raise
    except QuxiangError:
        caller.must_be(*IMPORTERS)
        raise


async def _require_school(database: Database, caller: Principal, school_code: str) -> None:
    async with database.reading() as connection:
        province = await organisation.province_of(connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound
