"""Routes about schools, colleges, majors and classes."""

from fastapi import APIRouter, Request, Response

from common.auth import Caller
from common.http import Db, IfMatch, LazyBody, Once, Page, PageOf, page_response, resource
from registry.organisation import commands, reading
from registry.organisation.answering import again, shown
from registry.organisation.domain import Kind
from registry.organisation.models import NewSchool, SchoolAnswer, SchoolPatch

router = APIRouter(prefix="/v1/schools", tags=["organisation"])


@router.post("", status_code=201, response_model=SchoolAnswer, summary="Create a school")
async def create_school(*, database: Db, caller: Caller, body: LazyBody[NewSchool], once: Once) -> Response:
    return await once.answer(
        commands.create_school(database, caller, body, once),
        show=lambda written: shown(SchoolAnswer, written, 201),
        again=lambda done: again(database, caller, SchoolAnswer, (Kind.SCHOOL, done.object_id, done.object_id), done),
    )


@router.get("", response_model=PageOf[SchoolAnswer], summary="List the schools in scope")
async def list_schools(*, request: Request, database: Db, caller: Caller, page: Page) -> Response:
    units, following = await reading.page_of_schools(database, caller, page)
    return page_response(request, [SchoolAnswer.of(unit) for unit in units], following)


@router.get("/{school_code}", response_model=SchoolAnswer, summary="Read a school")
async def read_school(*, database: Db, caller: Caller, school_code: str) -> Response:
    unit = await reading.unit_in_scope(database, caller, Kind.SCHOOL, school_code, school_code)
    return resource(SchoolAnswer.of(unit), unit.version)


@router.patch("/{school_code}", response_model=SchoolAnswer, summary="Change a school")
async def change_school(
    *, database: Db, caller: Caller, school_code: str, if_match: IfMatch, body: LazyBody[SchoolPatch]
) -> Response:
    place = (Kind.SCHOOL, school_code, school_code)
    return shown(SchoolAnswer, await commands.change_unit(database, caller, place, if_match, body))
