"""Routes about schools, colleges, majors and classes."""

from fastapi import APIRouter, Response

from common.auth import Caller, Principal
from common.database import Database
from common.http import Answered, Db, IfMatch, LazyBody, Once, Page, PageOf, Paging, page_of, resource
from common.identifiers import SchoolCode
from registry.organisation import commands, storage
from registry.organisation.announcements import last_change
from registry.organisation.commands import WrittenUnit, address_of
from registry.organisation.domain import Kind, OrganisationUnit, Place
from registry.organisation.wire import (
    ClassAnswer,
    ClassPatch,
    CollegeAnswer,
    CollegePatch,
    MajorAnswer,
    MajorPatch,
    NewClass,
    NewCollege,
    NewMajor,
    NewSchool,
    SchoolAnswer,
    SchoolPatch,
)

router = APIRouter(prefix="/v1/schools", tags=["organisation"])


@router.post("", status_code=201, response_model=SchoolAnswer, summary="Create a school")
async def create_school(*, database: Db, caller: Caller, body: LazyBody[NewSchool], once: Once) -> Response:
    return await once.answer(
        commands.create_school(database, caller, body, once),
        show=lambda written: _written(SchoolAnswer, written, 201),
        again=lambda done: _again(
            database, caller, SchoolAnswer, Place(Kind.SCHOOL, SchoolCode(done.object_id), done.object_id), done
        ),
    )


@router.get("", summary="List the schools in scope")
async def list_schools(*, database: Db, caller: Caller, page: Page) -> PageOf[SchoolAnswer]:
    after = page.after(str)
    async with database.reading() as connection:
        found = await storage.listed_schools(
            connection, caller, after=after[0] if after else None, limit=page.limit + 1
        )
    return page_of(page, found, lambda school: school.code, SchoolAnswer.of)


@router.get("/{school_code}", response_model=SchoolAnswer, summary="Read a school")
async def read_school(*, database: Db, caller: Caller, school_code: SchoolCode) -> Response:
    return await _read(database, caller, SchoolAnswer, Place(Kind.SCHOOL, school_code, school_code))


@router.patch("/{school_code}", response_model=SchoolAnswer, summary="Change a school")
async def change_school(
    *, database: Db, caller: Caller, school_code: SchoolCode, if_match: IfMatch, body: LazyBody[SchoolPatch]
) -> Response:
    place = Place(Kind.SCHOOL, school_code, school_code)
    return _written(SchoolAnswer, await commands.change_unit(database, caller, place, if_match, body))


@router.post("/{school_code}/colleges", status_code=201, response_model=CollegeAnswer, summary="Create a college")
async def create_college(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: LazyBody[NewCollege], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.COLLEGE, school_code, body, once),
        show=lambda written: _written(CollegeAnswer, written, 201),
        again=lambda done: _again(
            database, caller, CollegeAnswer, Place(Kind.COLLEGE, school_code, done.object_id), done
        ),
    )


@router.get("/{school_code}/colleges", summary="List the colleges of a school")
async def list_colleges(*, database: Db, caller: Caller, school_code: SchoolCode, page: Page) -> PageOf[CollegeAnswer]:
    found = await _listed(database, caller, Kind.COLLEGE, school_code, page)
    return page_of(page, found, lambda each: each.code, CollegeAnswer.of)


@router.get("/{school_code}/colleges/{code}", response_model=CollegeAnswer, summary="Read a college")
async def read_college(*, database: Db, caller: Caller, school_code: SchoolCode, code: str) -> Response:
    return await _read(database, caller, CollegeAnswer, Place(Kind.COLLEGE, school_code, code))


@router.patch("/{school_code}/colleges/{code}", response_model=CollegeAnswer, summary="Change a college")
async def change_college(
    *,
    database: Db,
    caller: Caller,
    school_code: SchoolCode,
    code: str,
    if_match: IfMatch,
    body: LazyBody[CollegePatch],
) -> Response:
    place = Place(Kind.COLLEGE, school_code, code)
    return _written(CollegeAnswer, await commands.change_unit(database, caller, place, if_match, body))


@router.post("/{school_code}/majors", status_code=201, response_model=MajorAnswer, summary="Create a major")
async def create_major(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: LazyBody[NewMajor], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.MAJOR, school_code, body, once),
        show=lambda written: _written(MajorAnswer, written, 201),
        again=lambda done: _again(database, caller, MajorAnswer, Place(Kind.MAJOR, school_code, done.object_id), done),
    )


@router.get("/{school_code}/majors", summary="List the majors of a school")
async def list_majors(*, database: Db, caller: Caller, school_code: SchoolCode, page: Page) -> PageOf[MajorAnswer]:
    found = await _listed(database, caller, Kind.MAJOR, school_code, page)
    return page_of(page, found, lambda each: each.code, MajorAnswer.of)


@router.get("/{school_code}/majors/{code}", response_model=MajorAnswer, summary="Read a major")
async def read_major(*, database: Db, caller: Caller, school_code: SchoolCode, code: str) -> Response:
    return await _read(database, caller, MajorAnswer, Place(Kind.MAJOR, school_code, code))


@router.patch("/{school_code}/majors/{code}", response_model=MajorAnswer, summary="Change a major")
async def change_major(
    *, database: Db, caller: Caller, school_code: SchoolCode, code: str, if_match: IfMatch, body: LazyBody[MajorPatch]
) -> Response:
    place = Place(Kind.MAJOR, school_code, code)
    return _written(MajorAnswer, await commands.change_unit(database, caller, place, if_match, body))


@router.post("/{school_code}/classes", status_code=201, response_model=ClassAnswer, summary="Create a class")
async def create_school_class(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: LazyBody[NewClass], once: Once
) -> Response:
    return await once.answer(
        commands.create_unit(database, caller, Kind.CLASS, school_code, body, once),
        show=lambda written: _written(ClassAnswer, written, 201),
        again=lambda done: _again(database, caller, ClassAnswer, Place(Kind.CLASS, school_code, done.object_id), done),
    )


@router.get("/{school_code}/classes", summary="List the classes of a school")
async def list_school_classes(
    *, database: Db, caller: Caller, school_code: SchoolCode, page: Page
) -> PageOf[ClassAnswer]:
    found = await _listed(database, caller, Kind.CLASS, school_code, page)
    return page_of(page, found, lambda each: each.code, ClassAnswer.of)


@router.get("/{school_code}/classes/{code}", response_model=ClassAnswer, summary="Read a class")
async def read_school_class(*, database: Db, caller: Caller, school_code: SchoolCode, code: str) -> Response:
    return await _read(database, caller, ClassAnswer, Place(Kind.CLASS, school_code, code))


@router.patch("/{school_code}/classes/{code}", response_model=ClassAnswer, summary="Change a class")
async def change_school_class(
    *, database: Db, caller: Caller, school_code: SchoolCode, code: str, if_match: IfMatch, body: LazyBody[ClassPatch]
) -> Response:
    place = Place(Kind.CLASS, school_code, code)
    return _written(ClassAnswer, await commands.change_unit(database, caller, place, if_match, body))


async def _listed(
    database: Database, caller: Principal, kind: Kind, school_code: SchoolCode, page: Paging
) -> list[OrganisationUnit]:
    after = page.after(str)
    async with database.reading() as connection:
        await storage.require_school(connection, caller, school_code)
        return await storage.listed(
            connection, kind, school_code, after=after[0] if after else None, limit=page.limit + 1
        )


async def _read(database: Database, caller: Principal, answer: type[CollegeAnswer], place: Place) -> Response:
    async with database.reading() as connection:
        found = await storage.get(connection, caller, place)
    return resource(answer.of(found), found.version)


def _written(answer: type[CollegeAnswer], written: WrittenUnit, status: int = 200) -> Response:
    """The unit after a write; a new one with its address."""
    location = address_of(written.stored.place) if status == 201 else None
    return resource(answer.of(written.stored, written.change_token), written.version, status, location)


async def _again(
    database: Database, caller: Principal, answer: type[CollegeAnswer], place: Place, done: Answered
) -> Response:
    """The answer to a repeated request, as the caller may see it now."""
    async with database.reading() as connection:
        found = await storage.get(connection, caller, place)
        sequence = await storage.current_sequence(connection, place.school_code)
    return resource(
        answer.of(found, last_change(place.school_code, sequence)), found.version, done.status, done.location
    )
