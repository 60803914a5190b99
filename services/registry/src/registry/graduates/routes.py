"""Routes about graduates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from common.auth import Caller, Principal, Role, require
from common.http import (
    Answered,
    Cipher,
    Db,
    IfMatch,
    LazyBody,
    Once,
    Page,
    PageOf,
    Whole,
    page_of,
    resource,
)
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode
from registry.graduates.announcements import change_token
from registry.graduates.commands import Graduates
from registry.graduates.domain.entry import Filters, Status, StoredGraduate
from registry.graduates.storage import numbers, roster, searching
from registry.graduates.wire import (
    GraduateAnswer,
    GraduatePatch,
    NewGraduate,
    Resolve,
    Resolved,
    Search,
    VersionAnswer,
    Withdrawal,
)

router = APIRouter(prefix="/v1/graduates", tags=["graduates"])

SEARCHERS = (
    Role.COUNSELLOR,
    Role.COLLEGE_OFFICER,
    Role.SCHOOL_OFFICER,
    Role.PROVINCIAL_OFFICER,
    Role.ADMIN,
    Role.SYSTEM,
)

System = Annotated[Principal, Depends(require(Role.SYSTEM))]
Searcher = Annotated[Principal, Depends(require(*SEARCHERS))]
UnitQuery = Query(max_length=64)


async def filters_of(
    school: Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")] = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200)] = None,
    college: Annotated[CollegeCode | None, UnitQuery] = None,
    major: Annotated[MajorCode | None, UnitQuery] = None,
    class_code: Annotated[ClassCode | None, Query(alias="class", max_length=64)] = None,
    status: Status | None = None,
) -> Filters:
    """The filters of a list."""
    return Filters(school, None if cohort is None else Cohort(cohort), college, major, class_code, status)


@router.post("", status_code=201, response_model=GraduateAnswer, summary="Enter a graduate")
async def create_graduate(
    *, database: Db, cipher: Cipher, caller: Caller, body: LazyBody[NewGraduate], once: Once
) -> Response:
    return await once.answer(
        Graduates(database, cipher).create(caller, body, once),
        show=lambda stored: _written(stored, cipher, caller, 201, f"/v1/graduates/{stored.id}"),
        again=lambda done: _again(database, cipher, caller, done),
    )


@router.get("", summary="List the graduates in scope")
async def list_graduates(
    *, database: Db, cipher: Cipher, caller: Caller, page: Page, filters: Annotated[Filters, Depends(filters_of)]
) -> PageOf[GraduateAnswer]:
    after = page.after(str, int, UUID)
    async with database.reading() as connection:
        found = await roster.listed(connection, caller.row_scope(), filters, after=after, limit=page.limit + 1)
    return page_of(
        page,
        found,
        lambda stored: (stored.school_code, stored.cohort, stored.id),
        lambda stored: GraduateAnswer.of(stored, cipher, caller),
    )


@router.post("/search", summary="Find a graduate by name or number")
async def search_graduates(
    *, database: Db, cipher: Cipher, caller: Searcher, body: LazyBody[Search]
) -> PageOf[GraduateAnswer]:
    sought = body.parse().sought()
    async with database.reading() as connection:
        found = await searching.found(connection, cipher, caller.row_scope(), sought)
    return PageOf(items=[GraduateAnswer.of(stored, cipher, caller) for stored in found], next_cursor=None)


@router.post("/resolve", summary="Map rows of a spreadsheet to graduates")
async def resolve_rows(*, database: Db, cipher: Cipher, caller: System, body: LazyBody[Resolve]) -> Resolved:  # noqa: ARG001
    asked = body.parse()
    rows = asked.named(cipher)
    async with database.reading() as connection:
        people = await numbers.people_named(connection, asked.school_code, asked.cohort, rows)
    return Resolved.of(rows, *people)


@router.get("/{graduate_id}", response_model=GraduateAnswer, summary="Read a graduate")
async def read_graduate(*, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId) -> Response:
    async with database.reading() as connection:
        stored = await roster.get(connection, caller.row_scope(), graduate_id)
    return resource(GraduateAnswer.of(stored, cipher, caller), stored.version)


@router.patch("/{graduate_id}", response_model=GraduateAnswer, summary="Change a graduate")
async def change_graduate(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    graduate_id: GraduateId,
    if_match: IfMatch,
    body: LazyBody[GraduatePatch],
) -> Response:
    stored = await Graduates(database, cipher).change(caller, graduate_id, if_match, body)
    return _written(stored, cipher, caller)


@router.post("/{graduate_id}/withdraw", response_model=GraduateAnswer, summary="Take a graduate out of the population")
async def withdraw_graduate(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    graduate_id: GraduateId,
    if_match: IfMatch,
    body: LazyBody[Withdrawal],
    once: Once,
) -> Response:
    return await once.answer(
        Graduates(database, cipher).withdraw(caller, graduate_id, if_match, body, once),
        show=lambda stored: _written(stored, cipher, caller),
        again=lambda done: _again(database, cipher, caller, done),
    )


@router.get("/{graduate_id}/history", summary="Every version of a graduate")
async def read_graduate_history(
    *, database: Db, caller: Caller, graduate_id: GraduateId, page: Page
) -> PageOf[VersionAnswer]:
    after = page.after(int)
    async with database.reading() as connection:
        await roster.get(connection, caller.row_scope(), graduate_id)
        found = await roster.history(connection, graduate_id, after=after[0] if after else None, limit=page.limit + 1)
    return page_of(page, found, lambda version: version.version, VersionAnswer.of)


def _written(
    stored: StoredGraduate, cipher: Cipher, caller: Principal, status: int = 200, location: str | None = None
) -> Response:
    """A graduate after a write, with the change that it published."""
    answer = GraduateAnswer.of(stored, cipher, caller, change_token(stored))
    return resource(answer, stored.version, status, location)


async def _again(database: Db, cipher: Cipher, caller: Principal, done: Answered) -> Response:
    """The answer to a repeated request, as the caller may see it now."""
    async with database.reading() as connection:
        stored = await roster.get(connection, caller.row_scope(), GraduateId(UUID(done.object_id)))
    return _written(stored, cipher, caller, done.status, done.location)
