"""Opting out with an account."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.errors import NotFound
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import SchoolCode, WaveId
from surveys.contact.commands import opting_out as commands
from surveys.contact.domain import OptOut, OptOutId
from surveys.contact.storage import opt_outs
from surveys.contact.wire import NewOptOut, OptOutBody

router = Router(prefix="/v1/opt-outs", tags=["contact"])

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]
WaveQuery = Annotated[WaveId | None, Query(description="Only those of this wave")]


@router.get("", summary="Opt-outs; a graduate sees the own ones")
async def list_opt_outs(
    *, caller: Caller, database: Db, page: Page, school: School = None, wave: WaveQuery = None
) -> PageOf[OptOutBody]:
    caller.must_be_in(commands.ASKERS)
    scope, after = caller.row_scope(), page.last_seen(UUID)
    async with database.reading() as connection:
        found = await opt_outs.page(connection, scope, school, wave, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, OptOutBody.model_validate)


@router.post("", status_code=201, response_model=OptOutBody, summary="Leave a graduate alone")
async def opt_out(*, caller: Caller, database: Db, body: NewOptOut, once: IdempotencyKey) -> Response:
    act = partial(commands.opt_out, caller=caller, graduate_id=body.graduate_id, scope=body.scope, wave_id=body.wave_id)
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda made: resource(OptOutBody.model_validate(made), made.version, 201, f"/v1/opt-outs/{made.id}"),
        again=lambda done: _found(database, caller, OptOutId(UUID(done.object_id))),
    )


@router.get("/{opt_out_id}", response_model=OptOutBody, summary="One opt-out")
async def read_opt_out(*, caller: Caller, database: Db, opt_out_id: UUID) -> Response:
    return _shown(await _found(database, caller, OptOutId(opt_out_id)))


@router.post("/{opt_out_id}/revoke", response_model=OptOutBody, summary="Be contacted again; the graduate alone may")
async def revoke_opt_out(
    *, caller: Caller, database: Db, opt_out_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.revoke, caller=caller, opt_out_id=OptOutId(opt_out_id), expected=if_match)
    return await answer(
        database.act(caller.actor, act, once),
        show=_shown,
        again=lambda _: _found(database, caller, OptOutId(opt_out_id)),
    )


async def _found(database: Database, caller: Principal, opt_out_id: OptOutId) -> OptOut:
    async with database.reading() as connection:
        found = await opt_outs.find(connection, caller.row_scope(), opt_out_id)
    if found is None:
        raise NotFound
    caller.must_be_in(commands.ASKERS)
    return found


def _shown(found: OptOut) -> Response:
    return resource(OptOutBody.model_validate(found), found.version)
