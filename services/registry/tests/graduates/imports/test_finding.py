"""Whom a row means, by the form of its file, and which files name columns to it (docs/roster-files.md)."""

from typing import Any
from uuid import UUID

import pytest
from file_forms import FORMAT_A, FORMAT_B, FORMAT_C, FORMAT_D, FORMAT_E
from planning import Roster, found

from common.codes import Cell
from common.imports import Fault
from common.spreadsheets.headers import find_header
from registry.graduates.domain.fields import COLUMNS as OF_TEMPLATE
from registry.graduates.imports.columns import COLUMNS, FIELDS

ZHANG = {"student_number": "1", "exam_number": "E1", "name": "张三", "citizen_id": "11010119900307002X"}
LI = {"student_number": "2", "exam_number": "E2", "name": "李四"}
ROSTER = Roster([ZHANG, LI])
A, B = ("学号", "考生号", "姓名", "身份证号"), ("学生姓名", "考生号")
D, E = ("考生号", "政治面貌"), ("xh", "ksh", "sfzh", "xm")


def unknown(column: str) -> list[Fault]:
    return [Fault(column, "unknown_graduate")]


@pytest.mark.parametrize(
    ("titles", "cells", "expected"),
    [
        (A, ["1", None, "张三", None], 1),
        (A, ["9", None, "张三", None], None),
        (A, ["9", "E9", "张三", None], None),
        (A, ["3", "E1", "王五", None], [Fault("exam_number", "exam_number_in_use", str(UUID(int=1)))]),
        (A, [None, "E2", "李 四", None], 2),
        (A, [None, "E2", "张三", None], [Fault("name", "name_mismatch")]),
        (A, [None, "E9", "张三", None], unknown("exam_number")),
        (A, [None, None, "张三", ZHANG["citizen_id"]], [Fault("student_number", "required")]),
        (A, [None, "E9", "张三", ZHANG["citizen_id"]], unknown("exam_number")),
        (A, ["**CLEAR**", "E1", "张三", None], [Fault("student_number", "required")]),
        (A, ["1", "E1", "**CLEAR**", None], [Fault("name", "required")]),
        (B, ["张三", "E1"], 1),
        (B, ["李四", "E1"], [Fault("name", "name_mismatch")]),
        (B, ["王五", "E9"], unknown("exam_number")),
        (B, ["王五", None], [Fault("exam_number", "required")]),
        (D, ["E2", "群众"], 2),
        (D, ["E9", "群众"], unknown("exam_number")),
        (D, [None, "群众"], [Fault("exam_number", "required")]),
        (("学号", *D), ["2", None, "群众"], 2),
        (("学号", *D), ["9", None, "群众"], unknown("student_number")),
        (E, ["2", None, None, "李四"], 2),
        (E, ["9", None, None, "王五"], None),
        (E, [None, "E2", None, "李四"], 2),
        (E, [None, None, ZHANG["citizen_id"], "张三"], 1),
        (E, [None, "E9", ZHANG["citizen_id"], "张三"], [Fault("exam_number", "authoritative_differs")]),
        (E, [None, None, ZHANG["citizen_id"], "李四"], [Fault("name", "name_mismatch")]),
        (E, [None, "E2", ZHANG["citizen_id"], "李四"], [Fault("citizen_id", "citizen_id_in_use")]),
        (E, [None, None, "110101200203077774", "王五"], unknown("citizen_id")),
        (E, [None, "E9", None, "王五"], unknown("exam_number")),
        (E, [None, None, None, "王五"], [Fault("student_number", "required")]),
        (E[2:], [ZHANG["citizen_id"], "张三"], 1),
    ],
)
def test_a_row_is_found_as_its_form_says(titles: Any, cells: list[Cell], expected: object) -> None:
    assert found(ROSTER.planned(titles, [cells])) == [expected]


def test_a_shared_examinee_number_names_nobody() -> None:
    roster = Roster([ZHANG, {**LI, "exam_number": "E1"}])
    rows = roster.planned(B, [["张三", "E1"]])
    assert found(rows) == [[Fault("exam_number", "ambiguous")]]


def test_a_person_named_in_two_ways_is_named_twice() -> None:
    lines: list[list[Cell]] = [[None, "E1", None, "张三"], [None, None, ZHANG["citizen_id"], "张三"]]
    assert found(ROSTER.planned(E, lines)) == [1, [Fault("citizen_id", "duplicate_in_file")]]


USED: dict[tuple[str, ...], set[str]] = {
    FORMAT_A: {*FORMAT_A[:20]},
    FORMAT_C: {*FORMAT_C} - {"协议编号", "院校名称", "拟毕业去向", "备注"},
    FORMAT_D: {*FORMAT_D[:21]} - {"院校名称", "院校所在省代码"},
    FORMAT_E: {*FORMAT_E} - {"yxmc", "zylb", "bz"},
}


@pytest.mark.parametrize("titles", USED)
def test_of_each_form_the_roster_s_columns_are_read_and_no_others(titles: tuple[str, ...]) -> None:
    header = COLUMNS.find([list(titles)])
    assert header is not None
    assert {*header.texts.values()} == USED[titles]
    assert header.texts.get("phone") in {None, "手机号"}


def test_of_the_six_sheets_that_of_the_roster_is_read() -> None:
    sheets = [(name, [list(row) for row in rows]) for name, rows in FORMAT_B.items()]
    assert [sheets[place][0] for place in COLUMNS.sheets_of(sheets)] == ["学生基础信息"]


@pytest.mark.parametrize(
    "titles", [["学号", "备注"], ["姓名", "性别"], ["姓名", "身份证号"], ["学号", "性别"], ["sfzh", "xb"]]
)
def test_a_file_that_names_no_graduates_is_none(titles: list[Cell]) -> None:
    assert COLUMNS.find([titles]) is None


def test_each_header_of_the_template_is_that_of_its_field() -> None:
    titles = list(OF_TEMPLATE.values())
    header = find_header([titles], COLUMNS.field_of_header)
    assert header is not None
    for field, title in OF_TEMPLATE.items():
        column = FIELDS.get(field, field)
        assert title in {header.texts.get(column), header.texts.get(f"{column}_label")}, field
    assert len(header.positions) == len(titles)
