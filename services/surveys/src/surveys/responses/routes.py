"""Responses over HTTP: that somebody answered, never what."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi import Response as HttpResponse

from common.auth import Caller, Principal
from common.database import Database
from common.errors import NotFound
from common.http import Db, IfMatch, Once, Page, PageOf, resource
from surveys.listing import last_seen, listed
from surveys.responses import commands, storage
from surveys.responses.announcements import change_token
from surveys.responses.forms import ResponseBody
from surveys.responses.storage import Response

router = APIRouter(prefix="/v1/responses", tags=["responses"])

School = Annotated[str | None, Query(description="Only this school's", max_length=64)]
WaveQuery = Annotated[UUID | None, Query(description="Only this wave's")]


@router.get("", response_model=PageOf[ResponseBody], summary="Responses; a graduate sees the own ones")
async def list_responses(
    *,
    request: Request,
    caller: Caller,
    database: Db,
    page: Page,
    school: School = None,
    wave: WaveQuery = None,
) -> HttpResponse:
    caller.must_be_in(commands.READERS)
    scope = caller.row_scope()
    async with database.reading() as connection:
        found = await storage.page(
            connection, scope, school_code=school, wave_id=wave, after=last_seen(page), limit=page.limit + 1
        )
    return listed(request, page, found, _body)


@router.get("/{response_id}", response_model=ResponseBody, summary="One response")
async def read_response(*, caller: Caller, database: Db, response_id: UUID) -> HttpResponse:
    return await _read(database, caller, response_id)


@router.post("/{response_id}/withdraw", response_model=ResponseBody, summary="Take a response back and erase it")
async def withdraw_response(
    *, caller: Caller, database: Db, response_id: UUID, if_match: IfMatch, once: Once
) -> HttpResponse:
    return await once.answer(
        commands.withdraw(database, caller, response_id, if_match, once),
        show=_shown,
        again=lambda _: _read(database, caller, response_id),
    )


async def _read(database: Database, caller: Principal, response_id: UUID) -> HttpResponse:
    async with database.reading() as connection:
        found = await storage.find(connection, caller.row_scope(), response_id)
    if found is None:
        raise NotFound
    caller.must_be_in(commands.READERS)
    return _shown(found)


def _shown(response: Response) -> HttpResponse:
    return resource(_body(response), response.version)


def _body(response: Response) -> dict[str, Any]:
    token = change_token(response)
    kept = {name: value for name, value in asdict(response).items() if name in ResponseBody.model_fields}
    return kept | {"change_token": token and token.encode()}
