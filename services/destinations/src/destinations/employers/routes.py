"""Routes of employers."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.auth import Caller, Principal, Role, require
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, PageOf, Router, answer, resource
from common.http.paging import Paging
from common.once import Answered
from destinations.employers import commands
from destinations.employers.domain import Employer, EmployerId
from destinations.employers.wire import (
    EmployerAnswer,
    EmployerPatch,
    FoundAnswer,
    FoundEmployers,
    HiresAnswer,
    HiresAsked,
    Merge,
    Search,
)

router = Router(prefix="/v1/employers", tags=["employers"])

Searcher = Annotated[Principal, Depends(require(*commands.SEARCHERS))]
Reader = Annotated[Principal, Depends(require(*commands.READERS))]
Officer = Annotated[Principal, Depends(require(Role.SCHOOL_OFFICER))]

HIRES_PAGE = 200
"""Employers of one answer."""


@router.post("/search", summary="Find employers by USCC, or by a name: as it is, as it was, or one like it")
async def search_employers(*, caller: Searcher, database: Db, body: Search) -> FoundEmployers:
    async with database.reading() as connection:
        found = await commands.search(connection, caller=caller, uscc=body.uscc, name=body.name)
    return FoundEmployers(items=[FoundAnswer.of(each) for each in found])


@router.post(
    "/hires",
    summary="Employers that effective registrations of a school's cohorts name, with their contacts",
    dependencies=[Depends(require(Role.SYSTEM))],
)
async def list_hires(*, caller: Caller, database: Db, cipher: Cipher, body: HiresAsked) -> PageOf[HiresAnswer]:
    page = Paging(HIRES_PAGE, body.cursor, f"{router.prefix}/hires")
    after = page.last_seen(UUID)
    act = partial(
        commands.hires,
        cipher=cipher,
        school_code=body.school_code,
        cohorts=set(body.cohorts),
        after=None if after is None else EmployerId(after),
        limit=HIRES_PAGE + 1,
    )
    kept, cursor = page.cut(await database.act(caller.actor, act), lambda each: each.employer_id)
    return PageOf(items=[HiresAnswer.model_validate(each) for each in kept], next_cursor=cursor)


@router.get("/{employer_id}", response_model=EmployerAnswer, summary="Read an employer")
async def read_employer(*, caller: Reader, database: Db, employer_id: UUID) -> Response:
    return _shown(await _found(database, caller, employer_id))


@router.patch(
    "/{employer_id}",
    response_model=EmployerAnswer,
    summary="Correct an employer that no other school names",
    description="Registrations keep their words; they are warned about where they differ.",
)
async def change_employer(
    *, caller: Officer, database: Db, employer_id: UUID, if_match: IfMatch, body: EmployerPatch
) -> Response:
    act = partial(
        commands.change, caller=caller, employer_id=EmployerId(employer_id), expected=if_match, patch=body.changes()
    )
    return _shown(await database.act(caller.actor, act))


@router.post(
    "/{employer_id}/merge",
    response_model=EmployerAnswer,
    summary="Merge an employer into another one",
    description="School officers merge employers without USCC of their school. One with a USCC is merged into none of "
    "another.",
)
async def merge_employer(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    employer_id: UUID,
    if_match: IfMatch,
    body: Merge,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.merge,
        caller=caller,
        cipher=cipher,
        employer_id=EmployerId(employer_id),
        expected=if_match,
        into=EmployerId(body.into),
        reason=body.reason,
    )

    async def again(done: Answered) -> Employer:
        return await _found(database, caller, UUID(done.object_id))

    return await answer(database.act(caller.actor, act, once), show=_shown, again=again)


async def _found(database: Database, caller: Principal, employer_id: UUID) -> Employer:
    async with database.reading() as connection:
        return await commands.find(connection, caller=caller, employer_id=EmployerId(employer_id))


def _shown(employer: Employer) -> Response:
    return resource(EmployerAnswer.model_validate(employer), employer.version)
