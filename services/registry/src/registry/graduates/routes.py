"""Routes about graduates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

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
    page_response,
    resource,
)
from registry.graduates import reading, resolving
from registry.graduates.answering import answer_of, token_of, version_of
from registry.graduates.commands import Graduates
from registry.graduates.domain import Status
from registry.graduates.models import (
    GraduateAnswer,
    GraduatePatch,
    NewGraduate,
    Resolve,
    Resolved,
    Search,
    VersionAnswer,
    Withdrawal,
)
from registry.graduates.storage import Filters

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
Digits = Annotated[str, Query(pattern=r"^[0-9]{5}$")]
Text = Annotated[str | None, Query(max_length=64)]


async def filters_of(
    school: Digits | None = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200)] = None,
    college: Text = None,
    major: Text = None,
    class_code: Annotated[str | None, Query(alias="class", max_length=64)] = None,
    status: Status | None = None,
) -> Filters:
    """The filters of a list."""
    return Filters(school, cohort, college, major, class_code, status)


@router.post("", status_code=201, response_model=GraduateAnswer, summary="Enter a graduate")
async def create_graduate(
    *, database: Db, cipher: Cipher, caller: Caller, body: LazyBody[NewGraduate], once: Once
) -> Response:
    return await once.answer(
        Graduates(database, cipher).create(caller, body, once),
        show=lambda row: resource(
            answer_of(row, cipher, caller, token_of(row)), row["version"], 201, f"/v1/graduates/{row['id']}"
        ),
        again=lambda done: _again(database, cipher, caller, done),
    )


@router.get("", response_model=PageOf[GraduateAnswer], summary="List the graduates in scope")
async def list_graduates(
    *,
    request: Request,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    page: Page,
    filters: Annotated[Filters, Depends(filters_of)],
) -> Response:
    rows, following = await reading.page_of_graduates(database, caller, filters, page)
    return page_response(request, [answer_of(row, cipher, caller) for row in rows], following)


@router.post("/search", response_model=PageOf[GraduateAnswer], summary="Find a graduate by name or number")
async def search_graduates(
    *, request: Request, database: Db, cipher: Cipher, caller: Searcher, body: LazyBody[Search]
) -> Response:
    rows = await reading.found(database, cipher, caller, body.parse())
    return page_response(request, [answer_of(row, cipher, caller) for row in rows], None)


@router.post("/resolve", summary="Map rows of a spreadsheet to graduates")
async def resolve_rows(*, database: Db, cipher: Cipher, caller: System, body: LazyBody[Resolve]) -> Resolved:  # noqa: ARG001
    return await resolving.resolve(database, cipher, body.parse())


@router.get("/{graduate_id}", response_model=GraduateAnswer, summary="Read a graduate")
async def read_graduate(*, database: Db, cipher: Cipher, caller: Caller, graduate_id: UUID) -> Response:
    row = await reading.graduate_in_scope(database, caller, graduate_id)
    return resource(answer_of(row, cipher, caller), row["version"])


@router.patch("/{graduate_id}", response_model=GraduateAnswer, summary="Change a graduate")
async def change_graduate(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    graduate_id: UUID,
    if_match: IfMatch,
    body: LazyBody[GraduatePatch],
) -> Response:
    row = await Graduates(database, cipher).change(caller, graduate_id, if_match, body)
    return resource(answer_of(row, cipher, caller, token_of(row)), row["version"])


@router.post("/{graduate_id}/withdraw", response_model=GraduateAnswer, summary="Take a graduate out of the population")
async def withdraw_graduate(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    graduate_id: UUID,
    if_match: IfMatch,
    body: LazyBody[Withdrawal],
    once: Once,
) -> Response:
    return await once.answer(
        Graduates(database, cipher).withdraw(caller, graduate_id, if_match, body, once),
        show=lambda row: resource(answer_of(row, cipher, caller, token_of(row)), row["version"]),
        again=lambda done: _again(database, cipher, caller, done),
    )


@router.get("/{graduate_id}/history", response_model=PageOf[VersionAnswer], summary="Every version of a graduate")
async def read_graduate_history(
    *, request: Request, database: Db, caller: Caller, graduate_id: UUID, page: Page
) -> Response:
    rows, following = await reading.page_of_history(database, caller, graduate_id, page)
    return page_response(request, [version_of(row) for row in rows], following)


async def _again(database: Db, cipher: Cipher, caller: Principal, done: Answered) -> Response:
    """The answer to a repeated request, as the caller may see it now."""
    row = await reading.graduate_in_scope(database, caller, UUID(done.object_id))
    return resource(answer_of(row, cipher, caller, token_of(row)), row["version"], done.status, done.location)
