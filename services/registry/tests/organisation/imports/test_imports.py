"""Files of units through HTTP and the worker: what is stored, announced and reported, and the template for them."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import openpyxl
import pytest

from common.operations import OperationRunner

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

UNITS = """\
类型,代码,名称,学院代码,专业代码,国标代码,目录年份,前身代码,院校代码
班级,K1,软件一班,C1,080902,,,,
专业,080902,软件工程,C1,,080902,2012,080611 080699,
专业,080611,软件工程（旧）,,,,,,
专业,080699,软件测试,,,,,,
学院,C1,计算机学院,,,,,,
"""


def counts(operation: Json) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


async def events(rows: Rows, school: str) -> list[Json]:
    return await rows("SELECT sequence, data FROM outbox WHERE key = :school ORDER BY id", school=school)


async def test_a_file_of_units_is_foretold_stored_once_and_announced(
    officer: httpx.AsyncClient, school: str, imported_units: Imported, rows: Rows
) -> None:
    foretold = await imported_units(UNITS.encode(), dry_run="true")
    assert (foretold["state"], counts(foretold), foretold["result"]["change_token"]) == (
        "succeeded",
        [5, 0, 0, 0],
        None,
    )
    assert len(await events(rows, school)) == 1
    stored = await imported_units(UNITS.encode())
    assert (stored["state"], counts(stored)) == ("succeeded", [5, 0, 0, 0])
    major = (await officer.get(f"/v1/schools/{school}/majors/080902")).json()
    said = {
        "college_code": "C1",
        "national_code": "080902",
        "catalogue_year": 2012,
        "predecessors": ["080611", "080699"],
    }
    assert major | said | {"name": "软件工程", "version": 1} == major
    school_class = (await officer.get(f"/v1/schools/{school}/classes/K1")).json()
    assert (school_class["college_code"], school_class["major_code"]) == ("C1", "080902")
    announced = await events(rows, school)
    assert [event["sequence"] for event in announced] == [1, 2, 3, 4, 5, 6]
    assert [event["data"]["code"] for event in announced][1:] == ["C1", "080902", "080611", "080699", "K1"]
    assert announced[2]["data"] | said == announced[2]["data"]
    entries = await rows(
        "SELECT action, count(*) AS times FROM audit_entries WHERE school_code = :school AND object_kind <> 'operation'"
        " GROUP BY action",
        school=school,
    )
    assert {each["action"]: each["times"] for each in entries} == {
        "school.create": 1,
        "college.create": 1,
        "major.create": 3,
        "class.create": 1,
    }
    again = await imported_units(UNITS.encode())
    assert (counts(again), again["result"]["change_token"]) == ([0, 0, 5, 0], None)
    assert len(await events(rows, school)) == 6
    renamed = await imported_units("类型,代码,名称\n学院,C1,计算机与软件学院\n专业,080902,\n".encode())
    assert counts(renamed) == [0, 1, 1, 0]
    assert (await events(rows, school))[-1]["data"]["changed_fields"] == ["name"]
    assert (await officer.get(f"/v1/schools/{school}/colleges/C1")).headers["etag"] == '"2"'


async def test_faulty_rows_are_reported_and_the_others_kept_if_asked(
    officer: httpx.AsyncClient, school: str, imported_units: Imported
) -> None:
    content = (
        UNITS
        + "学院,C2,别校学院,,,,,,10001\n学院,C1,又一个,,,,,,\n专业,M9,循环,,,,,M9,\n班级,K9,九班,C9,,,,,\n,,,,,,,,\n"
    ).encode()
    refused = await imported_units(content)
    expected = [
        (7, "院校代码", "other_school"),
        (8, "代码", "duplicate_unit"),
        (9, "前身代码", "lineage_cycle"),
        (10, "学院代码", "unknown_unit"),
    ]
    assert (refused["state"], counts(refused)) == ("failed", [0, 0, 0, 4])
    assert [(each["row"], each["column"], each["rule"]) for each in refused["errors"]] == expected
    assert all(each["message"] for each in refused["errors"])
    assert (await officer.get(f"/v1/schools/{school}/colleges")).json()["items"] == []
    foretold = await imported_units(content, on_error="skip", dry_run="true")
    kept = await imported_units(content, on_error="skip")
    assert (kept["state"], counts(kept)) == ("succeeded", [5, 0, 0, 4])
    assert (counts(foretold), foretold["errors"]) == (counts(kept), kept["errors"])
    assert kept["error_report"]


async def test_a_column_that_fills_no_field_is_named(imported_units: Imported) -> None:
    ended = await imported_units("类型,代码,名称,负责人\n学院,C1,理学院,某人\n".encode())
    assert (counts(ended), ended["result"]["ignored_columns"]) == ([1, 0, 0, 0], ["负责人"])
    lacking = await imported_units("代码,名称\nC1,理学院\n".encode())
    assert (lacking["state"], [each["rule"] for each in lacking["errors"]]) == ("failed", ["header_missing"])


async def test_an_import_that_is_cancelled_stores_nothing_and_the_file_does_it_again(
    officer: httpx.AsyncClient, school: str, imported_units: Imported, units_runner: OperationRunner
) -> None:
    form = {"school_code": school, "on_error": "skip"}
    taken = await officer.post("/v1/imports/units", data=form, files={"file": ("units.csv", UNITS.encode())})
    assert (await officer.post(f"{taken.headers['location']}/cancel")).status_code == 200
    while await units_runner.run_once():
        pass
    ended = (await officer.get(taken.headers["location"])).json()
    assert (ended["state"], counts(ended)) == ("cancelled", [0, 0, 0, 0])
    assert counts(await imported_units(UNITS.encode(), on_error="skip")) == [5, 0, 0, 0]


async def test_who_may_send_units(client: Callable[..., httpx.AsyncClient], school: str) -> None:
    file: Json = {"data": {"school_code": school}, "files": {"file": ("units.csv", UNITS.encode())}}
    for role, scope, status in [
        ("admin", {}, 202),
        ("school_officer", {"school": "10001"}, 404),
        ("college_officer", {"school": school, "college": "C1"}, 403),
        ("counsellor", {"school": school, "class_": "K1"}, 403),
        ("graduate", {"graduate": "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"}, 404),
    ]:
        assert (await client(role, **scope).post("/v1/imports/units", **file)).status_code == status, role
    answer = await client("admin").post(
        "/v1/imports/units", data={"school_code": school, "cohort": "2024"}, files=file["files"]
    )
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/cohort"]


@pytest.mark.parametrize(("form", "kind"), [("xlsx", "xlsx"), ("csv", "csv")])
async def test_the_template_is_an_upload_that_changes_nothing(
    officer: httpx.AsyncClient, school: str, imported_units: Imported, form: str, kind: str
) -> None:
    assert counts(await imported_units(UNITS.encode())) == [5, 0, 0, 0]
    template = await officer.get("/v1/templates/units", params={"format": form, "school": school})
    assert (template.status_code, template.headers["content-disposition"]) == (
        200,
        f'attachment; filename="units.{kind}"',
    )
    ended = await imported_units(template.content, f"units.{kind}")
    assert (ended["state"], counts(ended), ended["result"]["ignored_columns"]) == ("succeeded", [0, 0, 0, 0], [])


async def test_a_workbook_to_fill_in_has_texts_and_drop_downs(
    officer: httpx.AsyncClient, school: str, imported_units: Imported
) -> None:
    assert counts(await imported_units(UNITS.encode())) == [5, 0, 0, 0]
    template = await officer.get("/v1/templates/units", params={"school": school})
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    sheet, choices = book.worksheets
    titles = [cell.value for cell in sheet[1]]
    assert titles == ["类型", "代码", "名称", "学院代码", "专业代码", "国标代码", "目录年份", "前身代码"]
    columns = sheet.column_dimensions["A"]
    assert (columns.min, columns.max, columns.number_format) == (1, len(titles), "@")
    shown = {
        titles[openpyxl.utils.range_boundaries(str(each.sqref))[0] - 1]: each
        for each in sheet.data_validations.dataValidation
    }
    listed = {}
    for title, each in shown.items():
        assert each.promptTitle == title
        if each.type == "list":
            cells = choices[each.formula1.partition("!")[2].replace("$", "")]
            listed[title] = [row[0].value for row in (cells if isinstance(cells, tuple) else ((cells,),))]
    assert listed == {
        "类型": ["学院", "专业", "班级"],
        "学院代码": ["C1"],
        "专业代码": ["080611", "080699", "080902"],
        "前身代码": ["080611", "080699", "080902"],
    }
    assert [shown[title].showErrorMessage for title in ("类型", "学院代码")] == [True, False]
    sheet.append(["专业", "080903", "网络工程", "C1", None, "080903", "2012", "080699"])
    filled = io.BytesIO()
    book.save(filled)
    assert counts(await imported_units(filled.getvalue(), "units.xlsx")) == [1, 0, 0, 0]


async def test_a_template_shows_units_of_a_school_in_scope_only(
    client: Callable[..., httpx.AsyncClient], school: str
) -> None:
    foreign = client("school_officer", school="10001")
    assert (await foreign.get("/v1/templates/units", params={"school": school})).status_code == 404
    assert (await foreign.get("/v1/templates/units")).status_code == 200
    assert (await foreign.get("/v1/templates/units", params={"format": "pdf"})).status_code == 400
    assert (await client().get("/v1/templates/units")).status_code == 401
