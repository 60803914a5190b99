import io
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import openpyxl
import pytest
from changing import moved
from importing import Imported, Json, Rows, counts, faults, roster

from common.codes.rules import rules
from common.contracts import ChangeToken
from common.contracts.graduate import GraduateData
from common.database import UnitOfWork
from registry.graduates.imports.operations import RosterImport

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


def changed(table: list[list[Any]], row: int, column: str, value: object) -> list[list[Any]]:
    copy = [list(cells) for cells in table]
    copy[row][HEADER.index(column)] = value
    return copy


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
    assert (
        await rows("SELECT version FROM graduates WHERE school_code = :school", school=school) == [{"version": 1}] * 2
    )
    assert await rows("SELECT version FROM graduate_versions WHERE school_code = :school", school=school) == []


async def test_a_row_that_changes_what_no_event_shows_makes_a_version_alone(
    imported: Imported, files: Any, school: str, rows: Rows
) -> None:
    await imported(files.xlsx(TABLE))
    done = await imported(files.xlsx(changed(TABLE, 3, "手机号", "13900139000")))
    assert (counts(done), done["result"]["change_token"]) == ([0, 1, 1, 0], None)
    stands = "SELECT version, sequence FROM graduates WHERE school_code = :school ORDER BY version"
    assert await rows(stands, school=school) == [{"version": 1, "sequence": 1}, {"version": 2, "sequence": 1}]
    again = await imported(files.xlsx(changed(TABLE, 3, "学历", "本科生毕业")), authoritative="accept")
    assert ChangeToken.decode(again["result"]["change_token"]).sequence == 2


async def test_a_changed_row_makes_one_version_and_one_event(
    imported: Imported, files: Any, school: str, rows: Rows
) -> None:
    first = await imported(files.xlsx(TABLE))
    done = await imported(files.xlsx(changed(TABLE, 3, "学历", "本科生毕业")), authoritative="accept")
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
    given = {"sex_code": "2", "change_reason": "学籍更正"}
    await officer.patch(f"/v1/graduates/{item['id']}", json=given, headers={"If-Match": '"1"'})
    assert faults(await imported(files.xlsx(TABLE))) == [(3, "性别", "authoritative_differs")]
    assert counts(await imported(files.xlsx(TABLE), authoritative="accept")) == [0, 1, 1, 0]
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


async def test_columns_that_were_shifted_show_nobody(imported: Imported, files: Any) -> None:
    table = [
        HEADER,
        changed([ZHANG], 0, "学历", "张三")[0],
        changed([LI], 0, "性别", "11010119900307002X")[0],
        changed([["0003", *LI[1:]]], 0, "学历", "电话13800138000")[0],
        changed([["0004", *LI[1:]]], 0, "性别", "410102")[0],
    ]
    done = await imported(files.xlsx(table))
    assert [error["value"] for error in done["errors"]] == ["**", "*****************X", "电话***********", "410102"]


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


async def test_the_sheet_with_the_roster_is_found(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx([["填写说明"], ["学号为文本"]], 名单=TABLE, 代码表=[["学历"], ["本科"]]))
    assert (done["state"], counts(done)) == ("succeeded", [2, 0, 0, 0])


async def test_two_rosters_in_one_workbook_are_refused(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx([["填写说明"]], 一班=TABLE, 二班=[HEADER, ["0003", *ZHANG[1:]]]))
    assert (done["state"], counts(done)) == ("failed", [0, 0, 0, 0])
    (error,) = done["errors"]
    assert (error["row"], error["rule"]) == (None, "several_tables")
    assert "一班、二班" in error["message"]


async def test_a_number_that_is_none_is_a_fault_of_its_row(imported: Imported, files: Any) -> None:
    table = [[*HEADER, "学制"], [*ZHANG, "nan"], [*LI, "2.5"]]
    done = await imported(files.csv(table), "roster.csv", on_error="skip")
    assert (counts(done), faults(done)) == ([1, 0, 0, 1], [(2, "学制", "number_format")])


async def test_a_failure_of_our_own_has_the_four_counts(
    imported: Imported, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(roster: RosterImport, unit: UnitOfWork) -> None:
        raise RuntimeError

    monkeypatch.setattr(RosterImport, "lock", fail)
    done = await imported(files.xlsx(TABLE))
    assert (done["state"], counts(done), done["result"]["change_token"]) == ("failed", [0, 0, 0, 0], None)
    assert [error["rule"] in rules() for error in done["errors"]] == [True]


async def test_an_empty_roster_is_no_error(imported: Imported, files: Any) -> None:
    done = await imported(files.xlsx([HEADER, [None] * 3]))
    assert (done["state"], counts(done)) == ("succeeded", [0, 0, 0, 0])


async def test_a_row_with_nothing_but_a_serial_number_is_no_data_row(imported: Imported, files: Any) -> None:
    table = [["序号", "学号", "姓名"], [1, "1", "张三"], [2, None, " "], [3, "'", None]]
    done = await imported(files.xlsx(table))
    assert (done["state"], counts(done), done["errors"]) == ("succeeded", [1, 0, 0, 0], [])


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


async def test_a_class_with_a_long_name_is_created_once(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: str
) -> None:
    header, name = ["学号", "姓名", "班级"], "数学与应用数学（师范）" * 10
    assert counts(await imported(files.xlsx([header, ["1", "张三", name], ["2", "李四", name]]))) == [2, 0, 0, 0]
    assert counts(await imported(files.csv([header, ["1", "张 三", name]]), "a.csv")) == [0, 0, 1, 0]
    (found,) = (await officer.get(f"/v1/schools/{school}/classes")).json()["items"]
    assert found["name"] == name
    items = (await officer.get("/v1/graduates", params={"class": found["code"]})).json()["items"]
    assert {item["student_number"] for item in items} == {"1", "2"}


async def test_classes_of_two_colleges_may_have_one_name(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: str
) -> None:
    header = ["学号", "姓名", "院系代码", "专业代码", "班级"]
    table = [header, ["1", "张三", "CA", "M1", "1班"], ["2", "李四", "CB", "M2", "1班"]]
    assert counts(await imported(files.xlsx(table))) == [2, 0, 0, 0]
    assert [item["class_code"] for item in await roster(officer)] == ["1班", "M2-1班"]
    classes = (await officer.get(f"/v1/schools/{school}/classes")).json()["items"]
    assert [(each["name"], each["college_code"], each["major_code"]) for each in classes] == [
        ("1班", "CA", "M1"),
        ("1班", "CB", "M2"),
    ]
    other_spelling = [header, ["2", "李 四", "CB", "M2", "1 班"], ["1", "张 三", "CA", "M1", "1 班"]]
    for again in (table, other_spelling):
        assert counts(await imported(files.xlsx(again))) == [0, 0, 2, 0]


async def test_who_has_left_stays_outside_whatever_a_file_says(
    imported: Imported, files: Any, officer: httpx.AsyncClient, client: Any, school: str
) -> None:
    await imported(files.xlsx(TABLE))
    item = (await roster(officer))[0]
    await moved(client, school, [item["id"]], "transfer")
    assert counts(await imported(files.xlsx(TABLE))) == [0, 0, 2, 0]
    assert (await officer.get(f"/v1/graduates/{item['id']}")).json()["status"] == "transferred"


async def test_no_row_takes_a_graduate_into_or_out_of_the_population(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    left: list[Any] = [*LI]
    left[HEADER.index("学历")] = "本科生肄业"
    table: list[list[Any]] = [HEADER, ZHANG, left]
    await imported(files.xlsx(table))
    assert [item["status"] for item in await roster(officer)] == ["registered", "withdrawn"]
    swapped = changed(changed([["填表说明"], *table], 2, "学历", "本科生肄业"), 3, "学历", "本科生结业")
    refused = await imported(files.xlsx(swapped), on_error="skip")
    assert counts(refused) == [0, 0, 0, 2]
    assert faults(refused) == [(each, "学历", "needs_population_change") for each in (3, 4)]
    erased = await imported(files.xlsx(changed(swapped, 3, "学历", "**CLEAR**")), on_error="skip")
    assert counts(erased) == [0, 0, 0, 2]
    assert [item["version"] for item in await roster(officer)] == [1, 1]


@pytest.mark.parametrize(
    ("role", "scope", "form", "status"),
    [
        (None, {}, {}, 401),
        ("school_officer", {"school": "10001"}, {}, 404),
        ("counsellor", {"school": "10001", "class_": "K"}, {}, 404),
        ("graduate", {"graduate": "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"}, {}, 404),
        ("admin", {}, {"school_code": "99999"}, 404),
        ("counsellor", {"school": "99999", "class_": "K"}, {"school_code": "99999"}, 404),
        ("counsellor", {"school": "OWN", "class_": "K"}, {}, 403),
        ("college_officer", {"school": "OWN"}, {}, 404),
        ("college_officer", {"school": "OWN", "college": "C1"}, {"authoritative": "accept"}, 403),
        ("college_officer", {"school": "OWN", "college": "C1"}, {}, 202),
        ("admin", {}, {"authoritative": "accept"}, 403),
        ("provincial_officer", {"province": "410000"}, {}, 403),
        ("counsellor", {"school": "OWN", "class_": "K"}, {"cohort": "x"}, 422),
        ("school_officer", {"school": "OWN"}, {"cohort": "x"}, 422),
        ("school_officer", {"school": "OWN"}, {"authoritative": "yes"}, 422),
        ("school_officer", {"school": "OWN"}, {"sheet": "a\x00"}, 422),
        ("school_officer", {"school": "OWN"}, {"source_name": "x" * 201}, 422),
        ("school_officer", {"school": "OWN"}, {"source_name": "2024１23456"}, 422),
        ("school_officer", {"school": "OWN"}, {"authoritative": "accept", "source_name": "学籍处 2024-06"}, 202),
    ],
)
async def test_the_order_of_refusal(
    client: Callable[..., httpx.AsyncClient],
    files: Any,
    school: str,
    role: str | None,
    scope: Json,
    form: dict[str, str],
    status: int,
) -> None:
    caller = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    upload = {"file": ("a.xlsx", files.xlsx(TABLE))}
    sent = {"school_code": school, "cohort": "2024", "dry_run": "true"} | form
    assert (await caller.post("/v1/imports/graduates", data=sent, files=upload)).status_code == status


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
