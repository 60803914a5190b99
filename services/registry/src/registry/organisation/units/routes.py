"""Routes about the units of a school: colleges, majors and classes."""

from fastapi import APIRouter, Request, Response

from common.auth import Caller
from common.http import Db, IfMatch, LazyBody, Once, Page, PageOf, page_response, resource
from registry.organisation import commands, reading
from registry.organisation.answering import again, shown
from registry.organisation.domain import Kind
from registry.organisation.models import (
    ClassAnswer,
    ClassPatch,
    CollegeAnswer,
    CollegePatch,
    MajorAnswer,
    MajorPatch,
    NewClass,
    NewCollege,
    NewMajor,
)

router = APIRouter(prefix="/v1/schools/{school_code}", tags=["organisation"])


@router.post("/colleges", status_code=201, response_model=CollegeAnswer, summary="Create a college")
async def create_college(
    *, database: Db, caller: Caller, school_code: str, body: LazyBody[NewCollege], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.COLLEGE, school_code, body, once),
        show=lambda written: shown(CollegeAnswer, written, 201),
        again=lambda done: again(database, caller, CollegeAnswer, (Kind.COLLEGE, school_code, done.object_id), done),
    )


@router.get("/colleges", response_model=PageOf[CollegeAnswer], summary="List the colleges of a school")
async def list_colleges(*, request: Request, database: Db, caller: Caller, school_code: str, page: Page) -> Response:
    units, following = await reading.page_of_units(database, caller, Kind.COLLEGE, school_code, page)
    return page_response(request, [CollegeAnswer.of(unit) for unit in units], following)


@router.get("/colleges/{code}", response_model=CollegeAnswer, summary="Read a college")
async def read_college(*, database: Db, caller: Caller, school_code: str, code: str) -> Response:
    unit = await reading.unit_in_scope(database, caller, Kind.COLLEGE, school_code, code)
    return resource(CollegeAnswer.of(unit), unit.version)


@router.patch("/colleges/{code}", response_model=CollegeAnswer, summary="Change a college")
async def change_college(
    *, database: Db, caller: Caller, school_code: str, code: str, if_match: IfMatch, body: LazyBody[CollegePatch]
) -> Response:
    place = (Kind.COLLEGE, school_code, code)
    return shown(CollegeAnswer, await commands.change_unit(database, caller, place, if_match, body))


@router.post("/majors", status_code=201, response_model=MajorAnswer, summary="Create a major")
async def create_major(
    *, database: Db, caller: Caller, school_code: str, body: LazyBody[NewMajor], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.MAJOR, school_code, body, once),
        show=lambda written: shown(MajorAnswer, written, 201),
        again=lambda done: again(database, caller, MajorAnswer, (Kind.MAJOR, school_code, done.object_id), done),
    )


@router.get("/majors", response_model=PageOf[MajorAnswer], summary="List the majors of a school")
async def list_majors(*, request: Request, database: Db, caller: Caller, school_code: str, page: Page) -> Response:
    units, following = await reading.page_of_units(database, caller, Kind.MAJOR, school_code, page)
    return page_response(request, [MajorAnswer.of(unit) for unit in units], following)


@router.get("/majors/{code}", response_model=MajorAnswer, summary="Read a major")
async def read_major(*, database: Db, caller: Caller, school_code: str, code: str) -> Response:
    unit = await reading.unit_in_scope(database, caller, Kind.MAJOR, school_code, code)
    return resource(MajorAnswer.of(unit), unit.version)


@router.patch("/majors/{code}", response_model=MajorAnswer, summary="Change a major")
async def change_major(
    *, database: Db, caller: Caller, school_code: str, code: str, if_match: IfMatch, body: LazyBody[MajorPatch]
) -> Response:
    place = (Kind.MAJOR, school_code, code)
    return shown(MajorAnswer, await commands.change_unit(database, caller, place, if_match, body))


@router.post("/classes", status_code=201, response_model=ClassAnswer, summary="Create a class")
async def create_school_class(
    *, database: Db, caller: Caller, school_code: str, body: LazyBody[NewClass], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.CLASS, school_code, body, once),
        show=lambda written: shown(ClassAnswer, written, 201),
        again=lambda done: again(database, caller, ClassAnswer, (Kind.CLASS, school_code, done.object_id), done),
    )


@router.get("/classes", response_model=PageOf[ClassAnswer], summary="List the classes of a school")
async def list_school_classes(
    *, request: Request, database: Db, caller: Caller, school_code: str, page: Page
) -> Response:
    units, following = await reading.page_of_units(database, caller, Kind.CLASS, school_code, page)
    return page_response(request, [ClassAnswer.of(unit) for unit in units], following)


@router.get("/classes/{code}", response_model=ClassAnswer, summary="Read a class")
async def read_school_class(*, database: Db, caller: Caller, school_code: str, code: str) -> Response:
    unit = await reading.unit_in_scope(database, caller, Kind.CLASS, school_code, code)
    return resource(ClassAnswer.of(unit), unit.version)


@router.patch("/classes/{code}", response_model=ClassAnswer, summary="Change a class")
async def change_school_class(
    *, database: Db, caller: Caller, school_code: str, code: str, if_match: IfMatch, body: LazyBody[ClassPatch]
) -> Response:
    place = (Kind.CLASS, school_code, code)
    return shown(ClassAnswer, await commands.change_unit(database, caller, place, if_match, body))
