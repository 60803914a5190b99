"""Routes of coverage."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from common.auth import Principal, Role, require
from common.errors import BadQuery, FieldProblem, Message
from common.http import Db, KnownOn, Page, PageOf, Router, page_of
from common.http.models import Whole
from common.http.paging import BadCursor
from common.identifiers import Cohort, SchoolCode
from destinations.coverage import storage
from destinations.coverage.domain import Asked, By, Narrowing, What
from destinations.coverage.wire import CoverageAnswer, MissingAnswer
from destinations.registrations.commands import scope_of

router = Router(prefix="/v1/coverage", tags=["coverage"])

_OFFICERS = (Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER)
# counts for all of them, the persons behind these for who looks after them
Reader: TypeAlias = Annotated[Principal, Depends(require(*_OFFICERS, Role.PROVINCIAL_OFFICER, Role.AUDITOR))]
Concerned: TypeAlias = Annotated[Principal, Depends(require(Role.GRADUATE, *_OFFICERS))]

_SCHOOL, _COHORT = Query(pattern=r"^[0-9]{5}$", description="院校代码"), Query(ge=1977, le=2200, description="届次")
_NEEDED = Message("请指定 school 与 cohort", "Say of which `school` and `cohort`")


@router.get("", summary="Count how far a cohort's registration is, in scope; by now or as it was known on a day")
async def read_coverage(
    *,
    database: Db,
    caller: Reader,
    school: Annotated[SchoolCode, _SCHOOL],
    cohort: Annotated[Whole, _COHORT],
    by: Annotated[By | None, Query(description="Without it there is one item, of all")] = None,
    known_on: KnownOn,
) -> CoverageAnswer:
    asked = Asked(school, Cohort(cohort), by, known_on.before)
    async with database.reading() as connection:
        found = await storage.coverage(connection, scope_of(caller), asked)
    return CoverageAnswer.of(asked, known_on.day, found)


async def read_narrowing(
    *,
    caller: Concerned,
    school: Annotated[SchoolCode | None, _SCHOOL] = None,
    cohort: Annotated[Whole | None, _COHORT] = None,
    what: Annotated[What | None, Query(description="Without it all kinds")] = None,
) -> Narrowing:
    """Of whom it is asked, and for what; a graduate asks for the own. Raises BadQuery."""
    absent = [name for name, given in {"school": school, "cohort": cohort}.items() if given is None]
    if absent and caller.role is not Role.GRADUATE:
        raise BadQuery([FieldProblem(name, "required", _NEEDED) for name in absent])
    kinds = tuple(What) if what is None else (what,)
    return Narrowing(school_code=school, cohort=None if cohort is None else Cohort(cohort), what=kinds)


@router.get("/missing", summary="List who misses what, by graduate; a graduate's own without parameters")
async def list_missing(
    *, database: Db, caller: Concerned, page: Page, narrowing: Annotated[Narrowing, Depends(read_narrowing)]
) -> PageOf[MissingAnswer]:
    after = page.after(UUID, str)
    if after is not None and after[1] not in set(What):
        raise BadCursor
    last = None if after is None else (after[0], What(after[1]))
    async with database.reading() as connection:
        found = await storage.missing(connection, scope_of(caller), narrowing, last, page.limit + 1)
    return page_of(page, found, lambda each: (each.graduate_id, each.what.value), MissingAnswer.model_validate)
