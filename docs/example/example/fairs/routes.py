"""Fairs over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.clock import today
from common.database import Database
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from example.fairs import commands, storage
from example.fairs.domain import Fair, FairId
from example.fairs.wire import FairBody, FairPatch, FairVersionBody, NewFair

router = Router(prefix="/v1/fairs", tags=["fairs"])


School = Annotated[str | None, Query(pattern=r"^[0-9]{5}$", description="Only this school's")]


@router.get("", summary="Fairs")
async def list_fairs(*, caller: Caller, database: Db, page: Page, school: School = None) -> PageOf[FairBody]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, caller.row_scope(), school, after=after, limit=page.limit + 1)
    return page_of(page, found, lambda fair: fair.id, FairBody.model_validate)


@router.post("", status_code=201, response_model=FairBody, summary="Announce a fair")
async def create_fair(*, caller: Caller, database: Db, body: NewFair, once: IdempotencyKey) -> Response:
    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, plan=body.plan()), once),
        show=lambda fair: _shown(fair, 201, f"/v1/fairs/{fair.id}"),
        again=lambda done: _fair(database, caller, UUID(done.object_id)),
    )


@router.get("/{fair_id}", response_model=FairBody, summary="One fair")
async def read_fair(*, caller: Caller, database: Db, fair_id: UUID) -> Response:
    return _shown(await _fair(database, caller, fair_id))


@router.patch("/{fair_id}", response_model=FairBody, summary="Change a fair")
async def change_fair(*, caller: Caller, database: Db, fair_id: UUID, if_match: IfMatch, body: FairPatch) -> Response:
    act = partial(
        commands.change,
        caller=caller,
        fair_id=FairId(fair_id),
        expected=if_match,
        changes=body.changes(),
        day=today(),
    )
    return _shown(await database.act(caller.actor, act))


@router.get("/{fair_id}/history", summary="Versions of a fair")
async def list_fair_versions(*, caller: Caller, database: Db, fair_id: UUID, page: Page) -> PageOf[FairVersionBody]:
    after = page.last_seen(int)
    async with database.reading() as connection:
        fair = await storage.get(connection, caller.row_scope(), FairId(fair_id))
        found = await storage.versions(connection, fair.id, after=after, limit=page.limit + 1)
    return page_of(page, found, lambda version: version.version, FairVersionBody.model_validate)


async def _fair(database: Database, caller: Principal, fair_id: UUID) -> Fair:
    async with database.reading() as connection:
        return await storage.get(connection, caller.row_scope(), FairId(fair_id))


def _shown(fair: Fair, status: int = 200, location: str | None = None) -> Response:
    return resource(FairBody.model_validate(fair), fair.version, status, location)
