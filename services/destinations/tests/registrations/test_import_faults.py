"""What is wrong with rows, files and their senders, and how it is shown."""

import csv
import io
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from office import FULL, HEADERS, Office, Row, counts, faults, workbook

from testing.tokens import TokenMint


@pytest.mark.parametrize("header", ["单位名称", "姓名"])
async def test_what_steers_a_device_is_no_text(office: Office, header: str) -> None:
    content = io.StringIO()
    writer = csv.DictWriter(content, HEADERS)
    writer.writeheader()
    writer.writerow(office.row(**FULL) | {header: "某\x07公司"})
    operation = await office.finished(await office.post(content.getvalue().encode(), "a.csv"))
    assert faults(operation) == [(2, header, "printable")]


async def test_every_fault_is_named_by_row_column_and_rule(office: Office, book: Any) -> None:
    rows: list[Row] = [
        office.row(**FULL),
        office.row(enrolled=False, **FULL),
        office.row(**FULL) | {"姓名": "李四"},
        office.row(毕业去向类别代码="99"),
        office.row(毕业去向类别代码="10", 毕业去向="待就业"),
        office.row(毕业去向="待就业", 单位名称="某公司"),
        office.row(**FULL) | {"统一社会信用代码": "91410100MA40ABCD16"},
        office.row(**FULL) | {"毕业年份": "2021"},
        office.row(**FULL) | {"签约日期": "去年"},
        office.row(**FULL) | {"学号": 1.1e17},
        office.row(**FULL) | {"单位所在地代码": "999999"},
    ]
    rows.append(dict(rows[0]))
    operation = await office.send(rows)
    assert operation["state"] == "failed"
    assert counts(operation) == (0, 0, 0, 11)
    assert sorted(faults(operation)) == [
        (3, "学号", "unknown_graduate"),
        (4, "姓名", "name_mismatch"),
        (5, "毕业去向类别代码", "unknown_code"),
        (6, "毕业去向类别代码", "code_label_disagree"),
        (7, "单位名称", "must_be_empty"),
        (8, "统一社会信用代码", "uscc_format"),
        (9, "毕业年份", "other_cohort"),
        (10, "签约日期", "date_format"),
        (11, "学号", "number_in_scientific_notation"),
        (12, "单位所在地代码", "unknown_code"),
        (13, "学号", "duplicate_in_file"),
    ]
    assert await office.registrations() == []
    shown = {each["row"]: each["value"] for each in operation["errors"]}
    assert shown[3] == "*****0002"
    assert shown[4] == "李***"
    assert shown[9] == "2021"
    report = await office.http.get(operation["error_report"], headers=office.headers)
    sheet = openpyxl.load_workbook(io.BytesIO(report.content)).active
    assert sheet.max_row == 12
    assert "生源信息中没有该毕业生" in str(sheet.cell(2, len(HEADERS) + 1).value)


async def test_a_number_is_repeated_whatever_the_rows_say_of_a_destination(office: Office) -> None:
    silent, faulty, good = office.row(), office.row(毕业去向="没有"), office.row(毕业去向="待就业")
    rows = [
        silent,
        silent | {"毕业去向": "待就业"},
        faulty,
        faulty | {"毕业去向": "待就业"},
        good,
        {"学号": f"\u202d{good['学号']}\u202c"},
        {"学号": 1.1e17},
        {"姓名": "某人"},
    ]
    operation = await office.send(rows, on_error="skip")
    assert counts(operation) == (1, 0, 2, 5)
    assert sorted(faults(operation)) == [
        (3, "学号", "duplicate_in_file"),
        (4, "毕业去向", "unknown_label"),
        (5, "学号", "duplicate_in_file"),
        (7, "学号", "duplicate_in_file"),
        (8, "学号", "number_in_scientific_notation"),
    ]


async def test_two_numbers_of_one_graduate_are_a_repetition(office: Office, book: Any) -> None:
    row = office.row(毕业去向="待就业")
    graduate_id, name = book.numbers[row["学号"]]
    book.numbers["K1"] = (graduate_id, name)
    operation = await office.send([row, {"考生号": "K1", "姓名": name, "毕业去向": "没有"}])
    assert sorted(faults(operation)) == [(3, "毕业去向", "unknown_label"), (3, "考生号", "duplicate_in_file")]


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"毕业去向类别代码": "10", "毕业去向": "躺平"}, "毕业去向", "unknown_label"),
        ({"毕业去向类别代码": "10", "毕业去向": "99"}, "毕业去向", "unknown_code"),
        ({"毕业去向类别代码": "躺平", "毕业去向": "待就业"}, "毕业去向类别代码", "unknown_label"),
        ({"毕业去向类别代码": "10", "毕业去向": "待就业"}, "毕业去向类别代码", "code_label_disagree"),
        ({"毕业去向": "**CLEAR**"}, "毕业去向", "required"),
        ({"毕业去向": "待就业", "单位行业": "教育"}, "单位行业", "must_be_empty"),
        ({"毕业去向": "待就业", "单位行业代码": "42"}, "单位行业代码", "must_be_empty"),
        ({"毕业去向": "待就业", "单位行业代码": "42", "单位行业": "教育"}, "单位行业代码", "must_be_empty"),
        (FULL | {"单位行业": "没有"}, "单位行业", "unknown_label"),
        (FULL | {"单位性质": "机关"}, "单位性质代码", "code_label_disagree"),
    ],
)
async def test_the_cell_at_fault_is_named(office: Office, cells: Row, column: str, rule: str) -> None:
    operation = await office.send([office.row(**cells)])
    (error,) = operation["errors"]
    assert (error["column"], error["rule"], error["value"]) == (column, rule, cells[column])


async def test_an_unknown_graduate_is_an_error_at_the_student_number(office: Office) -> None:
    row = {"考生号": "20410102000001", "姓名": "某人", "毕业去向": "待就业"}
    (with_the_column,) = (await office.send([row]))["errors"]
    assert (with_the_column["column"], with_the_column["value"]) == ("学号", None)
    content = workbook([row], headers=["考生号", "姓名", "毕业去向"])
    (without,) = (await office.finished(await office.post(content, "a.xlsx")))["errors"]
    assert (without["column"], without["value"]) == ("考生号", "**********0001")
    assert {with_the_column["rule"], without["rule"]} == {"unknown_graduate"}


async def test_columns_that_were_shifted_show_nobody(office: Office) -> None:
    row = office.row(毕业年份="2022年6月")
    rows = [row | {"毕业去向": row["姓名"]}, office.row(毕业去向="13800138000"), office.row(毕业去向类别代码="998")]
    operation = await office.send(rows)
    assert [(each["rule"], each["value"]) for each in operation["errors"]] == [
        ("unknown_label", "***"),
        ("unknown_code", "***********"),
        ("unknown_code", "998"),
    ]


async def test_a_row_before_the_previous_decision_is_at_fault(office: Office) -> None:
    row = office.row(毕业去向="待就业")
    await office.send([row], effective_on="2022-08-31")
    changed = row | {"毕业去向": "应征义务兵"}
    early = await office.send([changed], effective_on="2022-08-30")
    assert faults(early) == [(2, "学号", "before_previous_decision")]
    assert counts(await office.send([row], effective_on="2022-08-30")) == (0, 0, 1, 0)
    same_day = await office.send([changed], effective_on="2022-08-31")
    assert counts(same_day) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("day", "rule"), [("2999-01-01", "in_the_future"), ("86400", "day_format"), ("0001-01-01", "out_of_range")]
)
async def test_a_day_in_the_future_or_none_is_refused(office: Office, day: str, rule: str) -> None:
    answer = await office.post(workbook([office.row()]), "a.xlsx", effective_on=day)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"message": ""} == {
        "pointer": "/effective_on",
        "rule": rule,
        "message": "",
    }


@pytest.mark.parametrize(("cohort", "status"), [("1976", 422), ("1977", 202), ("2200", 202), ("2201", 422)])
async def test_a_cohort_that_registry_refuses_is_refused_at_once(office: Office, cohort: str, status: int) -> None:
    answer = await office.post(workbook([office.row()]), "a.xlsx", cohort=cohort)
    assert answer.status_code == status
    if status == 422:
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/cohort"]


async def test_who_may_import_what(office: Office, mint: TokenMint) -> None:
    content = workbook([office.row()])

    async def status(role: str, of: str = "10001", **scope: Any) -> int:
        headers = mint.headers(role, **scope)
        form = {"school_code": of, "cohort": "2022"}
        files = {"file": ("a.xlsx", content)}
        return (
            await office.http.post("/v1/imports/registrations", data=form, files=files, headers=headers)
        ).status_code

    assert await status("school_officer", school="10001") == 202
    assert await status("school_officer", "10002", school="10001") == 404
    assert await status("counsellor", "10002", school="10001", class_="K1") == 404
    assert await status("counsellor", school="10001", class_="K1") == 403
    assert await status("graduate", graduate=str(uuid4())) == 404


async def test_an_operation_is_seen_by_its_school_only(office: Office, mint: TokenMint) -> None:
    accepted = await office.post(workbook([office.row()]), "a.xlsx")
    stranger = mint.headers("school_officer", school="10002")
    assert (await office.http.get(accepted.headers["location"], headers=stranger)).status_code == 404


async def test_a_file_that_is_none_fails_with_a_rule(office: Office) -> None:
    operation = await office.finished(await office.post(workbook([], headers=["甲", "乙"]), "a.xlsx"))
    assert operation["state"] == "failed"
    assert operation["errors"][0]["rule"] in {"header_missing", "file_empty"}
    assert counts(operation) == (0, 0, 0, 0)
    assert operation["result"]["change_token"] is None
