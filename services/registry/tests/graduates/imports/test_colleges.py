"""A row without a college takes that of its major, if the rows of the whole file name exactly one."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import httpx
import pytest
from importing import Imported, Rows, counts

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode
from common.imports import run_import
from common.operations import OperationRunner
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.graduates.imports.load import load_book
from registry.graduates.imports.operations import KIND, roster_import
from registry.graduates.imports.write import store_book
from registry.organisation.domain import Kind
from registry.organisation.storage import units_of

HEADER = ["学号", "姓名", "院系代码", "专业代码"]
OPEN = ["1", "张三", None, "M1"]
FIRST = ["2", "李四", "C1", "M1"]
SECOND = ["3", "王五", "C2", "M1"]
OTHER = ["4", "赵六", None, "M2"]


@pytest.fixture(params=[1, 5_000])
def runner(request: pytest.FixtureRequest, database: Database, cipher: FieldCipher) -> OperationRunner:
    """A worker with chunks of some lines."""
    kind = roster_import(cipher, request.param)
    handlers, empty_results = {KIND: partial(run_import, kind)}, {KIND: kind.empty_result}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results=empty_results)


def spelled(rows: Sequence[list[Any]]) -> list[list[Any]]:
    """The same rows in another spelling."""
    return [[number, " ".join(name), *units] for number, name, *units in rows]


async def colleges(officer: httpx.AsyncClient) -> dict[str, str | None]:
    items = (await officer.get("/v1/graduates")).json()["items"]
    return {item["student_number"]: item["college_code"] for item in items}


@pytest.mark.parametrize("on_error", ["reject", "skip"])
@pytest.mark.parametrize("rows", [[OPEN, FIRST, OTHER], [FIRST, OTHER, OPEN]])
async def test_the_only_college_of_a_major_counts_wherever_it_stands(
    imported: Imported, files: Any, officer: httpx.AsyncClient, rows: Sequence[list[Any]], on_error: str
) -> None:
    first = await imported(files.xlsx([HEADER, *rows]), on_error=on_error)
    assert (counts(first), first["result"]["units_created"]) == ([3, 0, 0, 0], 3)
    assert await colleges(officer) == {"1": "C1", "2": "C1", "4": None}
    for table in (rows, spelled(rows)):
        again = await imported(files.xlsx([HEADER, *table]), on_error=on_error)
        assert (counts(again), again["result"]["units_created"]) == ([0, 0, 3, 0], 0)


@pytest.mark.parametrize("on_error", ["reject", "skip"])
@pytest.mark.parametrize("rows", [[OPEN, FIRST, SECOND], [SECOND, OPEN, FIRST]])
async def test_two_colleges_of_a_major_are_none(
    imported: Imported, files: Any, officer: httpx.AsyncClient, rows: Sequence[list[Any]], on_error: str
) -> None:
    assert counts(await imported(files.xlsx([HEADER, *rows]), on_error=on_error)) == [3, 0, 0, 0]
    assert await colleges(officer) == {"1": None, "2": "C1", "3": "C2"}
    assert counts(await imported(files.xlsx([HEADER, *spelled(rows)]), on_error=on_error)) == [0, 0, 3, 0]


async def test_a_faulty_row_names_no_college(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: str
) -> None:
    faulty = ["3", None, "C2", "M1"]
    done = await imported(files.xlsx([HEADER, OPEN, faulty, FIRST]), on_error="skip")
    assert counts(done) == [2, 0, 0, 1]
    assert await colleges(officer) == {"1": "C1", "2": "C1"}
    items = (await officer.get(f"/v1/schools/{school}/colleges")).json()["items"]
    assert [item["code"] for item in items] == ["C1"]


@pytest.mark.parametrize("how", [{"dry_run": "true"}, {"on_error": "reject"}])
async def test_units_of_a_file_that_is_not_stored_are_not_stored(
    imported: Imported, files: Any, school: str, rows: Rows, how: dict[str, str]
) -> None:
    await imported(files.xlsx([HEADER, OPEN, FIRST, ["3", None, "C2", "M1"]]), **how)
    for table in ("colleges", "majors"):
        stored = await rows(f"SELECT count(*) AS n FROM {table} WHERE school_code = :school", school=school)
        assert stored == [{"n": 0}]


async def test_a_college_that_a_major_gets_later_reaches_the_same_file_in_any_spelling(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    same = files.xlsx([HEADER, OPEN, OTHER])
    await imported(same)
    await imported(files.xlsx([HEADER, FIRST]))
    assert counts(await imported(same)) == [0, 1, 1, 0]
    assert await colleges(officer) == {"1": "C1", "2": "C1", "4": None}
    assert counts(await imported(files.xlsx([HEADER, *spelled([OPEN, OTHER])]))) == [0, 0, 2, 0]


async def test_another_major_brings_its_college(imported: Imported, files: Any, officer: httpx.AsyncClient) -> None:
    majors = ["M2", "M3", "M4", "M1", None]
    stored = [[str(number), "张三", "C1", "M1"] for number in range(len(majors))]
    taught = [["7", "李四", "C2", "M2"], ["8", "王五", "C2", "M3"], ["9", "赵六", "C3", "M3"]]
    await imported(files.xlsx([HEADER, *stored, *taught]))
    moved = [[str(number), "张三", None, major] for number, major in enumerate(majors)]
    assert counts(await imported(files.xlsx([HEADER, *moved]), authoritative="accept")) == [0, 3, 2, 0]
    found = await colleges(officer)
    assert [found[str(number)] for number in range(len(majors))] == ["C2", None, None, "C1", "C1"]
    assert counts(await imported(files.xlsx([HEADER, *spelled(moved)]))) == [0, 0, 5, 0]


async def test_who_studies_one_of_two_majors_of_a_name_stays_there(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    header = ["学号", "姓名", "专业代码", "专业", "手机号"]
    same = [["1", "张三", "080902", "软件工程", None], ["2", "李四", "083500", "软件工程", None]]
    await imported(files.xlsx([header, *same]))
    by_name = [[number, name, None, major, "13900139000"] for number, name, _, major, _ in same]
    assert counts(await imported(files.xlsx([header, *by_name]), authoritative="accept")) == [0, 2, 0, 0]
    found = (await officer.get("/v1/graduates")).json()["items"]
    assert {each["student_number"]: each["major_code"] for each in found} == {"1": "080902", "2": "083500"}


async def test_a_code_made_of_a_name_means_the_same_unit_when_it_comes_back(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    college, major = "软件学院（中外合作）", "软件工程：师范"
    await imported(files.xlsx([["学号", "姓名", "院系", "专业"], ["1", "张三", college, major]]))
    header = ["学号", "姓名", "院系代码", "院系", "专业代码", "专业"]
    again = await imported(files.xlsx([header, ["1", "张三", college, college, major, major]]))
    assert (counts(again), again["result"]["units_created"], again["errors"]) == ([0, 0, 1, 0], 0, [])


async def test_majors_of_a_roster_get_national_codes_that_events_say_and_an_officer_may_take(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: SchoolCode, rows: Rows
) -> None:
    named = "SELECT data ->> 'code' AS code, data ->> 'national_code' AS said FROM outbox"
    of_majors = f"{named} WHERE school_code = :school AND data ->> 'unit_kind' = 'major' ORDER BY sequence"
    base = f"/v1/schools/{school}/majors"
    for code in ("080902", "080903"):
        await officer.post(base, json={"code": code, "name": code})
    taken = await officer.patch(f"{base}/080903", json={"national_code": None}, headers={"If-Match": '"1"'})
    assert taken.json()["national_code_source"] == "officer"
    header = ["学号", "姓名", "专业代码", "国标代码"]
    table = [["1", "甲乙", "080901", None], ["2", "丙丁", "080902", None], ["3", "戊己", "080903", "080903"]]
    for row in [*table, ["4", "庚辛", "M1", "080910T"]]:
        await imported(files.xlsx([header, row]))
    found = (await officer.get(base)).json()["items"]
    assert [(each["code"], each["national_code"], each["national_code_source"]) for each in found] == [
        ("080901", "080901", "major_code"),
        ("080902", "080902", "major_code"),
        ("080903", None, "officer"),
        ("M1", "080910T", "roster"),
    ]
    # one event for each major that came, and one more where a stored one got its code
    said = [(each["code"], each["said"]) for each in await rows(of_majors, school=school)]
    assert said == [
        *[("080902", None), ("080903", None), ("080901", "080901"), ("080902", "080902"), ("M1", "080910T")]
    ]


async def test_of_two_imports_that_name_two_colleges_the_later_resolves_again(
    database: Database, school: SchoolCode, admin: httpx.AsyncClient
) -> None:
    async def resolved(college: str) -> UnitBook:
        async with database.reading() as connection:
            book = await load_book(connection, school)
        book.codes_of({"college": UnitNamed(college, None), "major": UnitNamed("M1", None)})
        return book

    async def stored(book: UnitBook) -> bool:
        async with database.transaction(SYSTEM) as unit:
            done = await store_book(unit, school, book)
            await unit.commit()
        return done

    for code in ("C1", "C2"):
        await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": code})
    await admin.post(f"/v1/schools/{school}/majors", json={"code": "M1", "name": "数学"})
    first, second = await resolved("C1"), await resolved("C2")
    assert await stored(first)
    assert not await stored(second)
    assert await stored(await resolved("C2"))
    assert (await admin.get(f"/v1/schools/{school}/majors/M1")).json()["college_code"] is None
    async with database.reading() as connection:
        (major,) = [each for each in await units_of(connection, school) if each.kind is Kind.MAJOR]
    assert major.several_colleges
