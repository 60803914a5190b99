"""Routes about schools, colleges, majors and classes."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from fastapi import Response

from common.auth import Caller, Principal
from common.database import Database
from common.errors import ExpectedVersion
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Paging, Router, answer, page_of, resource
from common.identifiers import SchoolCode
from common.once import Once
from registry.organisation import commands, storage
from registry.organisation.announcements import last_change
from registry.organisation.commands import WrittenUnit
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

router = Router(prefix="/v1/schools", tags=["organisation"])

_COLLECTIONS: Mapping[Kind, str] = {Kind.COLLEGE: "colleges", Kind.MAJOR: "majors", Kind.CLASS: "classes"}


def address_of(place: Place) -> str:
    """The path by which a unit is read."""
    school = f"/v1/schools/{place.school_code}"
    if place.kind is Kind.SCHOOL:
        return school
    return f"{school}/{_COLLECTIONS[place.kind]}/{quote(place.code, safe='')}"


@router.post("", status_code=201, response_model=SchoolAnswer, summary="Create a school")
async def create_school(*, database: Db, caller: Caller, body: NewSchool, once: IdempotencyKey) -> Response:
    return await _create(database, caller, SchoolAnswer, body.unit(), once)


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
    *, database: Db, caller: Caller, school_code: SchoolCode, if_match: IfMatch, body: SchoolPatch
) -> Response:
    place = Place(Kind.SCHOOL, school_code, school_code)
    return await _change(database, caller, SchoolAnswer, place, if_match, body)


@router.post("/{school_code}/colleges", status_code=201, response_model=CollegeAnswer, summary="Create a college")
async def create_college(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: NewCollege, once: IdempotencyKey
) -> Response:
    return await _create(database, caller, CollegeAnswer, body.unit(Kind.COLLEGE, school_code), once)


@router.get("/{school_code}/colleges", summary="List the colleges of a school")
async def list_colleges(*, database: Db, caller: Caller, school_code: SchoolCode, page: Page) -> PageOf[CollegeAnswer]:
    found = await _listed(database, caller, Kind.COLLEGE, school_code, page)
    return page_of(page, found, lambda each: each.code, CollegeAnswer.of)


@router.get("/{school_code}/colleges/{code}", response_model=CollegeAnswer, summary="Read a college")
async def read_college(*, database: Db, caller: Caller, school_code: SchoolCode, code: str) -> Response:
    return await _read(database, caller, CollegeAnswer, Place(Kind.COLLEGE, school_code, code))


@router.patch("/{school_code}/colleges/{code}", response_model=CollegeAnswer, summary="Change a college")
async def change_college(
    *, database: Db, caller: Caller, school_code: SchoolCode, code: str, if_match: IfMatch, body: CollegePatch
) -> Response:
    place = Place(Kind.COLLEGE, school_code, code)
    return await _change(database, caller, CollegeAnswer, place, if_match, body)


@router.post("/{school_code}/majors", status_code=201, response_model=MajorAnswer, summary="Create a major")
async def create_major(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: NewMajor, once: IdempotencyKey
) -> Response:
    return await _create(database, caller, MajorAnswer, body.unit(Kind.MAJOR, school_code), once)


@router.get("/{school_code}/majors", summary="List the majors of a school")
async def list_majors(*, database: Db, caller: Caller, school_code: SchoolCode, page: Page) -> PageOf[MajorAnswer]:
    found = await _listed(database, caller, Kind.MAJOR, school_code, page)
    return page_of(page, found, lambda each: each.code, MajorAnswer.of)


@router.get("/{school_code}/majors/{code}", response_model=MajorAnswer, summary="Read a major")
async def read_major(*, database: Db, caller: Caller, school_code: SchoolCode, code: str) -> Response:
    return await _read(database, caller, MajorAnswer, Place(Kind.MAJOR, school_code, code))


@router.patch("/{school_code}/majors/{code}", response_model=MajorAnswer, summary="Change a major")
async def change_major(
    *, database: Db, caller: Caller, school_code: SchoolCode, code: str, if_match: IfMatch, body: MajorPatch
) -> Response:
    place = Place(Kind.MAJOR, school_code, code)
    return await _change(database, caller, MajorAnswer, place, if_match, body)


@router.post("/{school_code}/classes", status_code=201, response_model=ClassAnswer, summary="Create a class")
async def create_school_class(
    *, database: Db, caller: Caller, school_code: SchoolCode, body: NewClass, once: IdempotencyKey
) -> Response:
    return await _create(database, caller, ClassAnswer, body.unit(Kind.CLASS, school_code), once)


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
    *, database: Db, caller: Caller, school_code: SchoolCode, code: str, if_match: IfMatch, body: ClassPatch
) -> Response:
    place = Place(Kind.CLASS, school_code, code)
    return await _change(database, caller, ClassAnswer, place, if_match, body)


async def _listed(
    database: Database, caller: Principal, kind: Kind, school_code: SchoolCode, page: Paging
) -> list[OrganisationUnit]:
    after = page.after(str)
    async with database.reading() as connection:
        await storage.require_school(connection, caller, school_code)
        return await storage.listed(
            connection, kind, school_code, after=after[0] if after else None, limit=page.limit + 1
        )


async def _read(database: Database, caller: Principal, answer_of: type[CollegeAnswer], place: Place) -> Response:
    async with database.reading() as connection:
        found = await storage.get(connection, caller, place)
    return resource(answer_of.of(found), found.version)


async def _create(
    database: Database, caller: Principal, answer_of: type[CollegeAnswer], new: OrganisationUnit, once: Once | None
) -> Response:
    # a repetition has the same payload, hence the same place
    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, new=new), once),
        show=lambda written: resource(
            answer_of.of(written.stored, written.change_token), written.version, 201, address_of(new.place)
        ),
        again=lambda _done: _found(database, caller, new.place),
    )


async def _found(database: Database, caller: Principal, place: Place) -> WrittenUnit:
    """What was created, as the caller may see it now."""
    async with database.reading() as connection:
        stored = await storage.get(connection, caller, place)
        sequence = await storage.current_sequence(connection, place.school_code)
    return WrittenUnit(stored, last_change(place.school_code, sequence))


async def _change(
    database: Database,
    caller: Principal,
    answer_of: type[CollegeAnswer],
    place: Place,
    expected: ExpectedVersion,
    patch: CollegePatch,
) -> Response:
    act = partial(commands.change, caller=caller, place=place, expected=expected, given=patch.given())
    written = await database.act(caller.actor, act)
    return resource(answer_of.of(written.stored, written.change_token), written.version)
