"""Which graduate a row means, by which numbers, and what of the roster or of the file contradicts it."""

from typing import Any

import httpx
import pytest
from importing import Imported, Json, Rows, Share, counts, faults, roster


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
        (3, "考生号", "unknown_graduate"),
        (5, "考生号", "duplicate_in_file"),
    ]


async def test_a_row_that_names_somebody_again_is_at_fault(imported: Imported, files: Any) -> None:
    header = ["学号", "考生号", "姓名"]
    await imported(files.xlsx([header, ["1", "E1", "张三"]]))
    table = [
        header,
        [None, "E1", "张三"],
        ["1", None, "张三"],
        ["2", "E2", "李四"],
        ["3", "E2", "王五"],
        [None, "E2", "李四"],
        ["4", "E4", "赵六"],
    ]
    done = await imported(files.xlsx(table), on_error="skip")
    assert counts(done) == [2, 0, 1, 3]
    assert faults(done) == [
        (3, "学号", "duplicate_in_file"),
        (5, "考生号", "duplicate_in_file"),
        (6, "考生号", "unknown_graduate"),
        (6, "考生号", "duplicate_in_file"),
    ]


@pytest.mark.parametrize(
    ("header", "cells", "fault"),
    [
        (["学号", "姓名", "出生日期"], ["1", "张三", "1990-03-08"], "出生日期"),
        (["学号", "姓名", "出生年月"], ["1", "张三", "199004"], "出生年月"),
        (["学号", "姓名", "入学年月"], ["1", "张三", "202407"], "入学年月"),
        (["学号", "姓名", "出生年月"], ["1", "张三", "199003"], None),
        (["学号", "姓名", "出生日期", "身份证号"], ["1", "张三", "1990-03-08", "E1234567"], None),
    ],
)
async def test_a_row_that_contradicts_the_roster_is_at_fault(
    imported: Imported, files: Any, header: list[str], cells: list[str], fault: str | None
) -> None:
    whole = ["学号", "姓名", "身份证号", "毕业日期"]
    await imported(files.xlsx([whole, ["1", "张三", "11010119900307002X", "2024-06-30"]]))
    done = await imported(files.xlsx([header, cells]), authoritative="accept")
    assert [error["column"] for error in done["errors"]] == ([fault] if fault else [])


async def test_a_citizen_id_that_contradicts_the_stored_birth_date_is_at_fault(imported: Imported, files: Any) -> None:
    await imported(files.xlsx([["学号", "姓名", "出生日期"], ["1", "张三", "1990-03-08"]]))
    done = await imported(files.xlsx([["学号", "姓名", "身份证号"], ["1", "张三", "11010119900307002X"]]))
    assert faults(done) == [(2, "身份证号", "birth_date_contradicts_citizen_id")]


@pytest.mark.parametrize(
    ("header", "cells", "column", "rule"),
    [
        (["*考生号", "姓名"], ["E1", "张三"], "*考生号", "unknown_graduate"),
        (["* 学生学号", "姓名", "考生号"], [None, "张三", None], "* 学生学号", "required"),
        (["学号", "姓名", "学历（层次）"], ["1", "张三", "幼儿园"], "学历（层次）", "unknown_label"),
        (["学号", "学生姓名"], ["1", "=张三"], "学生姓名", "formula_without_value"),
    ],
)
async def test_a_fault_is_named_as_the_file_names_its_column(
    imported: Imported, files: Any, header: list[str], cells: list[str], column: str, rule: str
) -> None:
    assert faults(await imported(files.csv([header, cells]), "a.csv")) == [(2, column, rule)]


async def test_a_citizen_id_of_another_graduate_is_refused(imported: Imported, files: Any, graduate: Json) -> None:
    done = await imported(files.xlsx([["学号", "姓名", "身份证号"], ["9", "李四", "11010119900307002X"]]))
    assert faults(done) == [(2, "身份证号", "citizen_id_in_use")]
    own = await imported(files.xlsx([["学号", "姓名", "身份证号"], ["2020001", "张三", "11010119900307002X"]]))
    assert counts(own) == [0, 0, 1, 0]


async def test_a_student_number_issued_anew_is_no_second_person(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    header = ["学号", "考生号", "姓名", "性别"]
    await imported(files.xlsx([header, ["1", "E1", "张三", "男"], ["2", "E2", "李四", "男"]]))
    one = (await roster(officer))[0]
    table = [
        header,
        ["3", "E1", "张三", "女"],
        ["2", "E1", "李四", "女"],
        ["2", "E2", "李四", "女"],
        ["4", "E3", "王五", "男"],
    ]
    for dry_run in ("true", "false"):
        form = {"on_error": "skip", "dry_run": dry_run, "authoritative": "accept"}
        done = await imported(files.xlsx(table[:2] + table[3:]), **form)
        assert (counts(done), faults(done)) == ([1, 1, 0, 1], [(2, "考生号", "exam_number_in_use")])
        assert one["id"] in done["errors"][0]["message"]
    moved = await imported(files.xlsx([header, table[2]]), authoritative="accept")
    assert faults(moved) == [(2, "考生号", "exam_number_in_use")]
    assert [each["student_number"] for each in await roster(officer)] == ["1", "2", "4"]


async def test_a_shared_examinee_number_is_kept_until_it_is_given_up(
    imported: Imported, files: Any, school: str, share_exam_number: Share, rows: Rows
) -> None:
    header = ["学号", "考生号", "姓名", "性别"]
    await imported(files.xlsx([header, ["1", "E1", "张三", "男"], ["2", "E2", "李四", "男"]]))
    await share_exam_number(school, "1", "2")
    exempt = "SELECT FROM graduates WHERE school_code = :school AND shared_exam_number_index IS NOT NULL"
    for number, exempted in (("E1", 1), ("E3", 0)):
        done = await imported(files.xlsx([header, ["2", number, "李四", "女"]]), authoritative="accept")
        assert (counts(done)[3], len(await rows(exempt, school=school))) == (0, exempted)
    back = await imported(files.xlsx([header, ["2", "E1", "李四", "女"]]), authoritative="accept")
    assert faults(back) == [(2, "考生号", "exam_number_in_use")]


async def test_unused_columns_and_odd_days_are_named(
    imported: Imported, files: Any, officer: httpx.AsyncClient
) -> None:
    header = [
        "序号",
        "联系方式",
        "学号",
        "手机号",
        "姓名",
        "身份证",
        "层次",
        "系部",
        "政治面貌名称",
        "毕业日期",
        "",
        "13800138000",
    ]
    cells = [
        1,
        "010-1234567",
        "1",
        "13800138000",
        "张三",
        "11010119900307002X",
        "本科",
        "数学系",
        "群众",
        "2027-06",
        "x",
        "y",
    ]
    other = [2, "010-1234567", "2", None, "李四", None, None, None, None, "2066-06-30", "x", None]
    for dry_run in ("true", "false"):
        done = await imported(files.xlsx([header, cells, other]), on_error="skip", dry_run=dry_run)
        assert (counts(done), faults(done)) == ([1, 0, 0, 1], [(3, "毕业日期", "far_from_cohort")])
        result = done["result"]
        assert result["ignored_columns"] == ["序号", "联系方式", "K", "***********"]
        assert result["warnings"] == {"unusual_for_cohort": 1}
        assert [(each["row"], each["column"], each["rule"]) for each in done["warnings"]] == [
            (2, "毕业日期", "unusual_for_cohort")
        ]
    (entry,) = await roster(officer)
    fields = ("phone", "citizen_id", "education_level_code", "college_code", "political_status_code")
    assert all(entry[field] is not None for field in fields)


async def test_a_citizen_id_that_is_repeated_and_taken_is_one_fault(imported: Imported, files: Any) -> None:
    header = ["学号", "姓名", "身份证号"]
    owner = ["1", "张三", "11010119900307002X"]
    await imported(files.xlsx([header, owner]))
    done = await imported(files.xlsx([header, owner, ["2", "李四", owner[2]]]))
    assert faults(done) == [(3, "身份证号", "duplicate_citizen_id")]


async def test_the_number_of_a_passport_is_kept_like_a_citizen_id(
    imported: Imported, files: Any, officer: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    header = ["学号", "姓名", "证件号", "出生日期"]
    done = await imported(
        files.xlsx([header, ["1", "Ann Lee", "e12345678", "2002-03-07"], ["2", "李四", "1101019900307", None]])
    )
    assert faults(done) == [(3, "证件号", "citizen_id_format")]
    done = await imported(files.xlsx([header, ["1", "Ann Lee", "e12345678", "2002-03-07"]]))
    assert (counts(done), done["errors"]) == ([1, 0, 0, 0], [])
    found = await officer.post("/v1/graduates/search", json={"citizen_id": " Ｅ12345678"})
    assert [item["citizen_id"] for item in found.json()["items"]] == ["*********"]
    assert "12345678" not in str(await rows("SELECT * FROM graduates WHERE school_code = :school", school=school))
