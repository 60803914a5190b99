"""Routes about graduates."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.auth import Caller, Principal, Role, require
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import Database
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    Whole,
    answer,
    page_of,
    resource,
)
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode
from registry.graduates import commands
from registry.graduates.announcements import change_token
from registry.graduates.domain.entry import Filters, Status, StoredGraduate
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.self_check import SelfCheck
from registry.graduates.storage import numbers, roster, searching
from registry.graduates.wire import (
    GraduateAnswer,
    GraduatePatch,
    NewGraduate,
    Resolve,
    Resolved,
    Search,
    SelfCheckBody,
)

router = Router(prefix="/v1/graduates", tags=["graduates"])

SEARCHERS = (
    Role.COUNSELLOR,
    Role.COLLEGE_OFFICER,
    Role.SCHOOL_OFFICER,
    Role.PROVINCIAL_OFFICER,
    Role.ADMIN,
    Role.SYSTEM,
)

Searcher = Annotated[Principal, Depends(require(*SEARCHERS))]
UnitQuery = Query(max_length=64)


async def filters_of(
    school: Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")] = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200)] = None,
    college: Annotated[CollegeCode | None, UnitQuery] = None,
    major: Annotated[MajorCode | None, UnitQuery] = None,
    class_code: Annotated[ClassCode | None, Query(alias="class", max_length=64)] = None,
    status: Status | None = None,
    self_check: SelfCheck | None = None,
    photo_state: PhotoState | None = None,
) -> Filters:
    """The filters of a list."""
    year = None if cohort is None else Cohort(cohort)
    return Filters(school, year, college, major, class_code, status, self_check, photo_state)


@router.post("", status_code=201, response_model=GraduateAnswer, summary="Enter a graduate")
async def create_graduate(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewGraduate, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.create,
        caller=caller,
        cipher=cipher,
        school_code=body.school_code,
        cohort=body.cohort,
        given=body.given(),
    )
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda stored: _written(stored, caller, change_token(stored), 201, f"/v1/graduates/{stored.id}"),
        again=lambda done: _found(database, cipher, caller, GraduateId(UUID(done.object_id))),
    )


@router.get("", summary="List the graduates in scope")
async def list_graduates(
    *, database: Db, cipher: Cipher, caller: Caller, page: Page, filters: Annotated[Filters, Depends(filters_of)]
) -> PageOf[GraduateAnswer]:
    after = page.after(str, int, UUID)
    async with database.reading() as connection:
        found = await roster.listed(connection, cipher, caller.row_scope(), filters, after=after, limit=page.limit + 1)
    return page_of(
        page,
        found,
        lambda stored: (stored.school_code, stored.cohort, stored.id),
        lambda stored: GraduateAnswer.of(stored, caller),
    )


@router.post("/search", summary="Find a graduate by name or number")
async def search_graduates(*, database: Db, cipher: Cipher, caller: Searcher, body: Search) -> PageOf[GraduateAnswer]:
    sought = body.sought()
    async with database.reading() as connection:
        found = await searching.found(connection, cipher, caller.row_scope(), sought)
    return PageOf(items=[GraduateAnswer.of(stored, caller) for stored in found], next_cursor=None)


@router.post("/resolve", dependencies=[Depends(require(Role.SYSTEM))], summary="Map rows of a spreadsheet to graduates")
async def resolve_rows(*, database: Db, cipher: Cipher, body: Resolve) -> Resolved:
    rows = body.named(cipher)
    async with database.reading() as connection:
        people = await numbers.people_named(connection, cipher, body.school_code, body.cohort, rows)
    return Resolved.of(rows, people)


@router.get("/{graduate_id}", response_model=GraduateAnswer, summary="Read a graduate")
async def read_graduate(*, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId) -> Response:
    stored = await _found(database, cipher, caller, graduate_id)
    return resource(GraduateAnswer.of(stored, caller), stored.version)


@router.patch("/{graduate_id}", response_model=GraduateAnswer, summary="Change a graduate")
async def change_graduate(
    *, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId, if_match: IfMatch, body: GraduatePatch
) -> Response:
    act = partial(
        commands.change,
        caller=caller,
        cipher=cipher,
        graduate_id=graduate_id,
        expected=if_match,
        given=body.given(),
        reason=body.change_reason,
    )
    changed = await database.act(caller.actor, act)
    return _written(changed.stored, caller, changed.change_token)


@router.post("/{graduate_id}/self-check", response_model=GraduateAnswer, summary="Confirm the own entry")
async def check_own_entry(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    graduate_id: GraduateId,
    body: SelfCheckBody,
    once: IdempotencyKey,
) -> Response:
    checked = body.graduate_version
    act = partial(commands.confirm, caller=caller, cipher=cipher, graduate_id=graduate_id, checked=checked)
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda stored: _written(stored, caller, None),
        again=lambda done: _found(database, cipher, caller, GraduateId(UUID(done.object_id))),
    )


def _written(
    stored: StoredGraduate,
    caller: Principal,
    token: ChangeToken | None,
    status: int = 200,
    location: str | None = None,
) -> Response:
    """A graduate after a write, with the change that it published."""
    answer = GraduateAnswer.of(stored, caller, token)
    return resource(answer, stored.version, status, location)


async def _found(database: Database, cipher: FieldCipher, caller: Principal, graduate_id: GraduateId) -> StoredGraduate:
    async with database.reading() as connection:
        return await roster.get(connection, cipher, caller.row_scope(), graduate_id)
