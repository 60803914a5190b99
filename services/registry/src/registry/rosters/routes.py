"""The route that takes a roster."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from common.auth import Principal, Role, require
from common.database import Database
from common.errors import NotFound
from common.http import Cipher, Db, ImportForm, LazyUpload, Once
from common.operations.routes import Operation, accept
from registry.organisation import storage as organisation
from registry.rosters.operation import KIND

router = APIRouter(prefix="/v1/imports", tags=["imports"])

Importer = Annotated[Principal, Depends(require(Role.SCHOOL_OFFICER, Role.ADMIN))]


class RosterForm(ImportForm):
    """Which roster the file is."""

    cohort: int = Field(ge=1977, le=2200, description="Year of graduation")


@router.post("/graduates", status_code=202, response_model=Operation, summary="Import the roster of a cohort")
async def import_graduates(
    *, request: Request, database: Db, cipher: Cipher, caller: Importer, upload: LazyUpload[RosterForm], once: Once
) -> Response:
    received = await upload.receive(partial(_require_school, database, caller))
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
        province = await organisation.province_of(connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound
