"""Responses over HTTP: that a graduate answered, never what."""

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Query
from fastapi import Response as HttpResponse

from common.auth import Caller, Principal, Role
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import ResponseId, SchoolCode, WaveId
from common.sql import Connection
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.privacy.storage.anonymity import identified_among
from surveys.quality.commands import flags_of
from surveys.responses import commands, storage
from surveys.responses.domain import Response
from surveys.responses.wire import ResponseBody

router = Router(prefix="/v1/responses", tags=["responses"])

Sheet: TypeAlias = Response | Ballot

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]
WaveQuery = Annotated[WaveId | None, Query(description="Only this wave's")]


@router.get(
    "",
    summary="Responses; a graduate sees the own ones",
    description="Those of an unlinkable wave are listed where `wave` names it: without a person or a time, in an order "
    "that tells nothing.",
)
async def list_responses(
    *, caller: Caller, database: Db, cipher: Cipher, page: Page, school: School = None, wave: WaveQuery = None
) -> PageOf[ResponseBody]:
    caller.must_be_in(commands.READERS)
    scope, after = caller.row_scope(), page.last_seen(UUID)
    async with database.reading() as connection:
        found: list[Sheet] = [*await storage.page(connection, scope, school, wave, after, page.limit + 1)]
        if not found and wave is not None and caller.role is not Role.GRADUATE:
            found += await ballots.page(connection, scope, school, wave, after, page.limit + 1)
        flags = await flags_of(connection, cipher, [each for each in found if isinstance(each, Response)])
        counted = await _counted(connection, caller, *found)
    return page_of(
        page,
        found,
        lambda response: response.id,
        lambda response: ResponseBody.of(response, flags, counted=response.wave_id in counted),
    )


@router.get("/{response_id}", response_model=ResponseBody, summary="One response")
async def read_response(*, caller: Caller, database: Db, cipher: Cipher, response_id: ResponseId) -> HttpResponse:
    found = await _found(database, caller, response_id)
    async with database.reading() as connection:
        flags = await flags_of(connection, cipher, [found] if isinstance(found, Response) else [])
        counted = await _counted(connection, caller, found)
    return resource(ResponseBody.of(found, flags, counted=found.wave_id in counted), found.version)


@router.post("/{response_id}/withdraw", response_model=ResponseBody, summary="Take a response back and erase it")
async def withdraw_response(
    *, caller: Caller, database: Db, response_id: ResponseId, if_match: IfMatch, once: IdempotencyKey
) -> HttpResponse:
    act: Callable[[UnitOfWork], Awaitable[Sheet]] = partial(
        commands.withdraw, caller=caller, response_id=response_id, expected=if_match
    )
    return await answer(
        database.act(caller.actor, act, once),
        show=partial(_shown, database, caller),
        again=lambda _: _found(database, caller, response_id),
    )


async def _found(database: Database, caller: Principal, response_id: ResponseId) -> Sheet:
    found: Sheet | None
    async with database.reading() as connection:
        found = await storage.find(connection, caller.row_scope(), response_id)
        if found is None and caller.role is not Role.GRADUATE:
            found = await ballots.find(connection, caller.row_scope(), response_id)
    if found is None:
        raise NotFound
    caller.must_be_in(commands.READERS)
    return found


async def _shown(database: Database, caller: Principal, response: Sheet) -> HttpResponse:
    async with database.reading() as connection:
        counted = await _counted(connection, caller, response)
    return resource(ResponseBody.of(response, counted=response.wave_id in counted), response.version)


async def _counted(connection: Connection, caller: Principal, *found: Sheet) -> Collection[WaveId]:
    """The waves of which the caller may know how much each has answered: the own answers, and those with the person."""
    asked = {each.wave_id for each in found}
    return asked if caller.role is Role.GRADUATE else await identified_among(connection, asked)
