"""Rosters that are read by a saved mapping."""

import io
from functools import partial
from typing import Any

import httpx
import openpyxl
from importing import Imported, Json, counts, faults, roster

from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.imports import ImportKind
from common.operations import OperationContext, OperationRunner, Outcome
from registry.graduates.imports.operations import KIND, import_roster, roster_import
from testing.waiting import eventually

ODD = {"编": "student_number", "谁": "name", "打哪个": "phone", "学院名称": None, "手机号": None}
HEADER = [*ODD]
LINES = [["0001", "张三", "13800138000", "理学院", "13900139000"], ["0002", "李四", "139", None, None]]


async def save(officer: httpx.AsyncClient, school: str, name: str, columns: Json) -> None:
    saved = await officer.put(f"/v1/schools/{school}/import-mappings/{name}", json={"columns": columns})
    assert saved.status_code == 200, saved.text


async def test_a_file_with_exactly_the_headers_is_read_by_the_mapping(
    officer: httpx.AsyncClient, school: str, imported: Imported, files: Any
) -> None:
    await save(officer, school, "乙", {**ODD, "打哪个": None, "手机号": "phone"})
    await save(officer, school, "甲", {**ODD, "另": None})
    content = files.csv([["2024 届"], HEADER, *LINES])
    ended = await imported(content, on_error="skip")
    # without 另 in the file the mapping 甲 does not fit
    assert (ended["result"]["mapping"], ended["result"]["ignored_columns"]) == ("乙", ["打哪个", "学院名称"])
    assert (counts(ended), faults(ended)) == ([2, 0, 0, 0], [])
    await save(officer, school, "丙", ODD)
    ended = await imported(content, on_error="skip")
    # of two that fit the first by name
    assert (ended["result"]["mapping"], faults(ended)) == ("丙", [(4, "打哪个", "phone_format")])
    assert ended["result"]["ignored_columns"] == ["学院名称", "手机号"]
    assert [each["phone"] for each in await roster(officer)] == ["138****8000", None]
    report = openpyxl.load_workbook(io.BytesIO((await officer.get(ended["error_report"])).content))
    (cell,) = [cell for row in report.worksheets[0] for cell in row if cell.value == "139"]
    cell.value = "13700137000"
    corrected = io.BytesIO()
    report.save(corrected)
    ended = await imported(corrected.getvalue())
    assert (ended["result"]["mapping"], counts(ended), faults(ended)) == ("丙", [0, 1, 0, 0], [])
    plain = await imported(files.csv([["学号", "姓名"], ["0001", "张三"]]))
    assert (plain["result"]["mapping"], counts(plain)) == (None, [0, 0, 1, 0])


async def test_a_mapping_that_is_named_counts_as_far_as_it_goes(
    officer: httpx.AsyncClient, school: str, imported: Imported, files: Any
) -> None:
    await save(
        officer, school, "甲", {"编": "student_number", "学号": None, "层次": "education_level_code", "无": "phone"}
    )
    table = [["编", "学号", "姓名", "层次", "学历代码"], ["0001", "9", "张三", "本科毕业", "41"]]
    refused = await officer.post(
        "/v1/imports/graduates",
        data={"school_code": school, "cohort": "2024", "mapping": "乙"},
        files={"file": ("a.csv", files.csv(table))},
    )
    (error,) = refused.json()["errors"]
    assert (refused.status_code, refused.json()["code"], error["pointer"]) == (422, "unknown_mapping", "/mapping")
    assert error["message"].endswith("甲")
    ended = await imported(files.csv(table), mapping="甲", dry_run="true")
    assert ended["result"]["mapping"] == "甲"
    assert (counts(ended), ended["result"]["ignored_columns"]) == ([1, 0, 0, 0], ["学号", "学历代码"])


async def test_work_goes_on_by_the_mapping_that_it_began_with(
    officer: httpx.AsyncClient, school: str, files: Any, database: Database, cipher: FieldCipher
) -> None:
    async def dying(kind: ImportKind, context: OperationContext) -> Outcome:
        await import_roster(kind, context)
        raise TransientError

    async def submitted(name: str) -> str:
        answer = await officer.post(
            "/v1/imports/graduates",
            data={"school_code": school, "cohort": "2024", "mapping": name},
            files={"file": ("a.csv", files.csv([HEADER, LINES[0]]))},
        )
        assert answer.status_code == 202, answer.text
        return str(answer.headers["location"])

    await save(officer, school, "甲", ODD)
    begun = await submitted("甲")
    await OperationRunner(database.patient, {KIND: partial(dying, roster_import(cipher))}, cipher=cipher).run_once()
    late = await submitted("甲")
    assert (await officer.delete(f"/v1/schools/{school}/import-mappings/甲")).status_code == 204
    handler = partial(import_roster, roster_import(cipher))
    worker = OperationRunner(database.patient, {KIND: handler}, cipher=cipher)
    while (ended := (await officer.get(late)).json())["state"] not in ("succeeded", "failed"):
        await eventually(worker.run_once, describe="work for the worker")
    assert (ended["state"], [each["rule"] for each in ended["errors"]]) == ("failed", ["unknown_mapping"])
    while (ended := (await officer.get(begun)).json())["state"] not in ("succeeded", "failed"):
        await eventually(worker.run_once, describe="work for the worker")
    assert (ended["state"], ended["result"]["mapping"], counts(ended)) == ("succeeded", "甲", [1, 0, 0, 0])
