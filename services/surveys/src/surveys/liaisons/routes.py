"""Liaisons over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import SchoolCode, WaveId
from common.once import Answered
from surveys.calls.routes import Registry
from surveys.liaisons import commands, storage
from surveys.liaisons.domain import FIELDS, PURPOSE, Liaison, LiaisonId, Report, ReportId
from surveys.liaisons.storage import Listed
from surveys.liaisons.wire import (
    LiaisonBody,
    LiaisonPatch,
    ListedBody,
    NewLiaison,
    ReportBody,
    ReportForm,
    read,
    written,
)
from surveys.waves.commands import MANAGERS

router = Router(prefix="/v1/liaisons", tags=["liaisons"])
listing = Router(prefix="/v1/waves/{wave_id}/liaison-list", tags=["liaisons"])

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]
Ref = Annotated[str, Path(max_length=400)]


@router.get("", summary="Liaisons")
async def list_liaisons(*, caller: Caller, database: Db, page: Page, school: School = None) -> PageOf[LiaisonBody]:
    caller.must_be_in(MANAGERS)
    scope, after = caller.row_scope(), page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, scope, school, after, page.limit + 1)
    return page_of(page, found, lambda liaison: liaison.id, LiaisonBody.model_validate)


@router.post("", status_code=201, response_model=LiaisonBody, summary="Appoint a liaison")
async def appoint_liaison(*, caller: Caller, database: Db, body: NewLiaison, once: IdempotencyKey) -> Response:
    asked = body.appointment(SchoolCode(caller.school_code or ""))
    act = partial(commands.appoint, caller=caller, asked=asked)

    async def again(done: Answered) -> Liaison:
        return await _found(database, caller, LiaisonId(UUID(done.object_id)))

    return await answer(
        database.act(caller.actor, act, once),
        show=lambda made: _shown(made, 201),
        again=again,
    )


@router.get("/{liaison_id}", response_model=LiaisonBody, summary="One liaison")
async def read_liaison(*, caller: Caller, database: Db, liaison_id: LiaisonId) -> Response:
    return _shown(await _found(database, caller, liaison_id))


@router.patch("/{liaison_id}", response_model=LiaisonBody, summary="Change whom a liaison looks after, or until when")
async def change_liaison(
    *, caller: Caller, database: Db, liaison_id: LiaisonId, if_match: IfMatch, body: LiaisonPatch
) -> Response:
    act = partial(commands.change, caller=caller, liaison_id=liaison_id, expected=if_match, changes=body.changes())
    return _shown(await database.act(caller.actor, act))


@listing.get(
    "",
    summary="Whom it is worth to contact, for the liaison who looks after them; a counsellor sees the own classes",
    description="Who has answered, or asks to be left alone, is just absent.",
)
async def read_list(
    *, caller: Caller, database: Db, cipher: Cipher, registry: Registry, wave_id: WaveId, page: Page
) -> PageOf[ListedBody]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        wave, reaches = await commands.looked_after(connection, caller, wave_id)
        found = await storage.worth_contacting(connection, wave, reaches, caller, after, page.limit + 1)
    shown = [each.graduate_id for each in found[: page.limit]]
    people = await registry.reveal(PURPOSE, shown, FIELDS) if shown else {}
    # committed before they are shown: no name leaves without its trail
    if shown:
        act = partial(commands.audit_list_read, caller=caller, wave=wave, graduate_ids=shown)
        await database.act(caller.actor, act)

    def listed(each: Listed) -> ListedBody:
        ref = storage.ref_of(cipher, wave, caller, each.graduate_id)
        return ListedBody(ref=written(ref), name=(people[each.graduate_id] or {}).get("name"))

    return page_of(page, found, lambda each: each.key, listed)


@listing.post(
    "/{ref}/report",
    status_code=201,
    response_model=ReportBody,
    summary="Say what became of an attempt to reach a person; `asks_to_stop` ends contact in this wave",
)
async def report(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, ref: Ref, body: ReportForm, once: IdempotencyKey
) -> Response:
    act = partial(commands.report, caller=caller, cipher=cipher, wave_id=wave_id, ref=read(ref), outcome=body.outcome)

    async def again(done: Answered) -> Report:
        async with database.reading() as connection:
            return await storage.find_report(connection, ReportId(UUID(done.object_id)))

    return await answer(
        database.act(caller.actor, act, once),
        show=lambda made: resource(ReportBody.model_validate(made), made.version, 201),
        again=again,
    )


async def _found(database: Database, caller: Principal, liaison_id: LiaisonId) -> Liaison:
    async with database.reading() as connection:
        return commands.permitted(caller, await storage.find(connection, caller.row_scope(), liaison_id))


def _shown(liaison: Liaison, status: int = 200) -> Response:
    location = f"{router.prefix}/{liaison.id}" if status == 201 else None
    return resource(LiaisonBody.model_validate(liaison), liaison.version, status, location)
