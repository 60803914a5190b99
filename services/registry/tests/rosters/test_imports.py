import io
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import openpyxl
import pytest

from common.codes.rules import rules
from common.contracts import ChangeToken
from common.contracts.graduate import GraduateData

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

HEADER = [
    "学号",
    "姓名",
    "性别",
    "身份证号",
    "学历",
    "所在院系",
    "院系代码",
    "专业名称",
    "专业代码",
    "班级",
    "手机号",
    "入学日期",
]
ZHANG = [
    "0001",
    "张三",
    "男",
    "11010119900307002X",
    "本科生毕业",
    "理学院",
    "C1",
    "数学",
    "M1",
    "一班",
    "13800138000",
    "202009",
]
LI = ["0002", "李四", "女", None, "本科生结业", "理学院", "C1", "数学", "M1", "一班", None, "2020-09-01"]
TABLE: list[list[Any]] = [["2024 届生源信息（填表说明）"], HEADER, ZHANG, LI]


def counts(operation: Json) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


def faults(operation: Json) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["rule"]) for error in operation["errors"]]


def changed(table: list[list[Any]], row: int, column: str, value: object) -> list[list[Any]]:
    copy = [list(cells) for cells in table]
    copy[row][HEADER.index(column)] = value
    return copy


async def roster(officer: httpx.AsyncClient) -> list[Json]:
    """The school's graduates by student number."""
    items: list[Json] = (await officer.get("/v1/graduates")).json()["items"]
    return sorted(items, key=lambda item: str(item["student_number"]))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "gb18030"])
async def test_a_roster_comes_in_from_every_kind_of_file(
    imported: Imported, files: Any, officer: httpx.AsyncClient, kind: str
) -> None:
    content = files.csv(TABLE, "gb18030") if kind == "gb18030" else getattr(files, kind)(TABLE)
    done = await imported(content, f"生源.{'csv' if kind == 'gb18030' else kind}")
    assert (done["state"], counts(done), done["errors"]) == ("succeeded", [2, 0, 0, 0], [])
    items = await roster(officer)
    assert [(item["student_number"], item["status"], item["college_code"]) for item in items] == [
        ("0001", "registered", "C1"),
        ("0002", "completed", "C1"),
    ]
    assert [(item["major_code"], item["class_code"], item["enrolled_on"]) for item in items] == [
        ("M1", "一班", "2020-09-01")
    ] * 2


async def test_the_same_file_again_changes_nothing(imported: Imported, files: Any, school: str, rows: Rows) -> None:
    await imported(files.xlsx(TABLE))
    before = await rows("SELECT count(*) FROM outbox WHERE school_code = :school", school=school)
    again = await imported(files.xlsx(TABLE))
    other_spelling = await imported(files.csv(TABLE), "roster.csv")
    for done in (again, other_spelling):
        assert (done["state"], counts(done), done["result"]["change_token"]) == ("succeeded", [0, 0, 2, 0], None)
    assert await rows("SELECT count(*) FROM outbox WHERE school_code = :school", school=school) == before
    assert await rows(
        "SELECT count(*) AS n, max(version) AS last FROM graduate_versions WHERE school_code = :school", school=school
    ) == [{"n": 2, "last": 1}]


async def test_a_changed_row_makes_one_version_and_one_event(
    imported: Imported, files: Any, school: str, rows: Rows
) -> None:
    first = await imported(files.xlsx(TABLE))
    done = await imported(files.xlsx(changed(TABLE, 3, "学历", "本科生毕业")))
    assert counts(done) == [0, 1, 1, 0]
    token = ChangeToken.decode(done["result"]["change_token"])
    assert ChangeToken.decode(first["result"]["change_token"]).sequence == 1
    events = await rows("SELECT * FROM outbox WHERE key = :key ORDER BY sequence", key=token.key)
    assert [(event["type"], event["sequence"]) for event in events] == [
        ("quxiang.graduate.registered", 1),
        ("quxiang.graduate.changed", 2),
    ]
    data = GraduateData.model_validate(events[1]["data"])
    assert (data.status, data.changed_fields, data.version) == ("registered", ("education_level_code", "status"), 2)
    assert (events[0]["decided_on"], data.decided_on) == (date(2023, 9, 1), events[1]["decided_on"])
    assert data.decided_on is not None
    assert data.decided_on > date(2026, 1, 1)


async def test_blank_keeps_and_clear_erases(imported: Imported, files: Any, officer: httpx.AsyncClient) -> None:
    await imported(files.xlsx(TABLE))
    await imported(files.xlsx(changed(TABLE, 2, "手机号", None)))
    assert (await roster(officer))[0]["phone"] == "138****8000"
    done = await imported(files.xlsx(changed(TABLE, 2, "手机号", "**CLEAR**")))
    assert counts(done) == [0, 1, 1, 0]
    assert (await roster(officer))[0]["phone"] is None


async def test_an_edit_between_two_imports_is_set_back(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    await imported(files.xlsx(TABLE))
    item = (await roster(officer))[0]
    await officer.patch(f"/v1/graduates/{item['id']}", json={"sex_code": "2"}, headers={"If-Match": '"1"'})
    assert counts(await imported(files.xlsx(TABLE))) == [0, 1, 1, 0]
    assert (await roster(officer))[0]["sex_code"] == "1"


FAULTY = [
    HEADER,
    ZHANG,
    changed([LI], 0, "身份证号", 1.10101200001010e17)[0],
    changed([["0003", *LI[1:]]], 0, "学历", "硕士")[0],
    ["0003", "王五", "男", None, "幼儿园", *LI[5:]],
    ["0004", "赵六", "男", "11010119900307002X", *LI[4:]],
]
EXPECTED = [
    (3, "身份证号", "number_in_scientific_notation"),
    (5, "学历", "unknown_label"),
    (5, "学号", "duplicate_in_file"),
    (6, "身份证号", "duplicate_citizen_id"),
]


async def test_one_faulty_row_refuses_the_file(imported: Imported, files: Any, school: str, rows: Rows) -> None:
    done = await imported(files.xlsx(FAULTY))
    assert (done["state"], counts(done), done["result"]["change_token"]) == ("failed", [0, 0, 0, 3], None)
    assert sorted(faults(done)) == sorted(EXPECTED)
    assert done["errors_total"] == 4
    for table in ("graduates", "colleges", "majors", "graduate_versions"):
        stored = await rows(f"SELECT count(*) AS n FROM {table} WHERE school_code = :school", school=school)
        assert stored == [{"n": 0}]


async def test_skip_stores_the_good_rows(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx(FAULTY), on_error="skip")
    assert (done["state"], counts(done)) == ("succeeded", [2, 0, 0, 3])
    assert sorted(faults(done)) == sorted(EXPECTED)
    assert done["result"]["change_token"]


async def test_faulty_rows_are_explained(imported: Imported, files: Any, officer: httpx.AsyncClient) -> None:
    done = await imported(files.xlsx(FAULTY))
    assert all(error["rule"] in rules() and error["message"] for error in done["errors"])
    assert "11010119900307002X" not in str(done)
    shown = {error["row"]: error["value"] for error in done["errors"]}
    assert shown[6] == "1101**********002X"
    answer = await officer.get(done["error_report"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [len(table), table[0][:2], table[2][0]] == [4, ["学号", "姓名"], "0003"]
    assert "学历" in table[2][-1]
    assert "学号" in table[2][-1]


@pytest.mark.parametrize("on_error", ["reject", "skip"])
async def test_a_dry_run_tells_how_it_would_end(
    imported: Imported, files: Any, school: str, rows: Rows, on_error: str
) -> None:
    good = await imported(files.xlsx(TABLE), dry_run="true", on_error=on_error)
    assert (good["state"], counts(good), good["result"]["change_token"]) == ("succeeded", [2, 0, 0, 0], None)
    bad = await imported(files.xlsx(FAULTY), dry_run="true", on_error=on_error)
    assert (bad["state"], counts(bad)) == (
        ("failed", [0, 0, 0, 3]) if on_error == "reject" else ("succeeded", [2, 0, 0, 3])
    )
    stored = await rows("SELECT count(*) AS n FROM graduates WHERE school_code = :school", school=school)
    assert stored == [{"n": 0}]


async def test_a_file_without_the_columns_is_refused(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx([["a", "b"], [1, 2]]))
    assert (done["state"], counts(done)) == ("failed", [0, 0, 0, 0])
    assert [error["rule"] for error in done["errors"]] == ["header_missing"]


async def test_an_empty_roster_is_no_error(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx([HEADER, [None] * 3]))
    assert (done["state"], counts(done)) == ("succeeded", [0, 0, 0, 0])


async def test_rows_are_matched_by_examinee_number_if_the_name_agrees(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    header = ["学号", "考生号", "姓名", "性别"]
    await imported(files.xlsx([header, ["1", "E1", "张三", None]]))
    done = await imported(files.xlsx([header, [None, "E1", "张 三", "男"]]))
    assert counts(done) == [0, 1, 0, 0]
    assert (await roster(officer))[0]["sex_code"] == "1"
    table = [
        header,
        [None, "E1", "李四", "男"],
        [None, "E9", "张三", "男"],
        ["1", None, "张三", None],
        [None, "E1", "张三", None],
    ]
    refused = await imported(files.xlsx(table), on_error="skip")
    assert faults(refused) == [
        (2, "姓名", "name_mismatch"),
        (3, "学号", "required"),
        (5, "考生号", "duplicate_in_file"),
    ]


async def test_a_citizen_id_of_another_graduate_is_refused(imported: Imported, files: Any, graduate: Json) -> None:
    done = await imported(files.xlsx([["学号", "姓名", "身份证号"], ["9", "李四", "11010119900307002X"]]))
    assert faults(done) == [(2, "身份证号", "citizen_id_in_use")]
    own = await imported(files.xlsx([["学号", "姓名", "身份证号"], ["2020001", "张三", "11010119900307002X"]]))
    assert counts(own) == [0, 0, 1, 0]


async def test_no_college_in_the_row_means_that_of_the_major(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    await imported(files.xlsx([["学号", "姓名", "院系", "专业名称"], ["1", "张三", "理学院", "数学"]]))
    await imported(files.xlsx([["学号", "姓名", "专业名称"], ["2", "李四", "数学"], ["3", "王五", "物理"]]))
    items = await roster(officer)
    assert [(item["college_code"], item["major_code"]) for item in items] == [
        ("理学院", "数学"),
        ("理学院", "数学"),
        (None, "物理"),
    ]


async def test_withdrawn_graduates_stay_withdrawn(imported: Imported, files: Any, officer: httpx.AsyncClient) -> None:
    await imported(files.xlsx(TABLE))
    item = (await roster(officer))[0]
    path = f"/v1/graduates/{item['id']}/withdraw"
    await officer.post(path, json={"reason": "转学"}, headers={"If-Match": '"1"'})
    assert counts(await imported(files.xlsx(TABLE))) == [0, 0, 2, 0]
    assert (await officer.get(f"/v1/graduates/{item['id']}")).json()["status"] == "transferred"


async def test_a_roster_of_another_school_is_refused(
    client: Callable[..., httpx.AsyncClient], files: Any, school: str
) -> None:
    form = {"school_code": school, "cohort": "2024"}
    upload = {"file": ("a.xlsx", files.xlsx(TABLE))}
    for caller, status in (
        (client("school_officer", school="10001"), 404),
        (client("counsellor", school=school, class_="K"), 403),
        (client(), 401),
    ):
        assert (await caller.post("/v1/imports/graduates", data=form, files=upload)).status_code == status
    missing = await client("admin").post(
        "/v1/imports/graduates", data={"school_code": "99999", "cohort": "2024"}, files=upload
    )
    assert missing.status_code == 404


async def test_a_repeated_upload_is_one_operation(officer: httpx.AsyncClient, files: Any, school: str) -> None:
    form, key = {"school_code": school, "cohort": "2024"}, {"Idempotency-Key": "u"}
    content = files.xlsx(TABLE)
    sent = [
        await officer.post("/v1/imports/graduates", data=form, files={"file": ("a.xlsx", content)}, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [202, 202]
    assert sent[0].json()["id"] == sent[1].json()["id"]


async def test_nothing_personal_leaves_through_events(imported: Imported, files: Any, school: str, rows: Rows) -> None:
    await imported(files.xlsx(TABLE))
    for table in ("outbox", "audit_entries", "operations"):
        stored = str(await rows(f"SELECT * FROM {table} WHERE school_code = :school", school=school))
        for canary in ("张三", "李四", "11010119900307002X", "13800138000", "0001', ", "'0002"):
            assert canary not in stored
