"""What a file may not change: the student register, another college's graduates, what it shows masked."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from planning import SCHOOL, Roster, found, keys, unit

from common.codes import Cell
from common.identifiers import Cohort
from common.imports import Fault
from registry.graduates.domain.entry import Entry
from registry.graduates.domain.fields import COLUMNS as TITLES
from registry.graduates.domain.fields import EDITING, Editing
from registry.graduates.domain.masking import HIDDEN, MASKS
from registry.graduates.imports.columns import COLUMNS, FIELDS
from registry.graduates.imports.guards import RosterTask
from registry.graduates.imports.plan import RosterPlanner
from registry.graduates.imports.rows import RosterRow, RowReader
from registry.organisation.domain import Kind

LOCKED = [field for field, editing in EDITING.items() if editing is Editing.LOCKED and field != "student_number"]
UNITS = (
    unit(Kind.COLLEGE, "C1", "理学院"),
    unit(Kind.COLLEGE, "C2", "文学院"),
    unit(Kind.MAJOR, "M1", "数学", college_code="C1"),
    unit(Kind.MAJOR, "M2", "历史", college_code="C2"),
    unit(Kind.CLASS, "K1", "一班"),
)
STORED: dict[str, Any] = {
    "student_number": "1",
    "exam_number": "E1",
    "name": "阿里木·买买提",
    "document_type_code": "1",
    "citizen_id": "11010119900307002X",
    "birth_date": date(1990, 3, 7),
    "sex_code": "1",
    "education_level_code": "31",
    "major_code": "M1",
    "college_code": "C1",
}
SAME: dict[str, Cell] = {
    "exam_number": " E1",
    "name": "阿里木．买买提",
    "document_type_code": "01",
    "citizen_id": "11010119900307002x",
    "birth_date": "1990年3月",
    "sex_code": "男性",
    "education_level_code": "本科",
    "major_code": "M1",
}
OTHER: dict[str, Cell] = {
    "exam_number": "E2",
    "name": "阿里木",
    "document_type_code": "3",
    "citizen_id": "E12345678",
    "birth_date": "2000-03-07",
    "sex_code": "女",
    "education_level_code": "本科生结业",
    "major_code": "M9",
}
NAMED: dict[str, Any] = {"student_number": "1", "name": "阿里木·买买提"}


def planned(line: dict[str, Cell], stored: dict[str, Any] = STORED, **task: Any) -> object:
    roster = Roster([stored] if stored else [], UNITS)
    (row,) = roster.planned([TITLES.get(field, field) for field in line], [list(line.values())], **task)
    return found([row])[0]


def fault(field: str, rule: str) -> list[Fault]:
    return [Fault(FIELDS[field], rule)]


@pytest.mark.parametrize("field", LOCKED)
def test_a_filled_field_of_the_register_is_overwritten_by_who_may(field: str) -> None:
    stored = {**STORED, "citizen_id": None} if field == "birth_date" else STORED
    for cell in (OTHER[field], "**CLEAR**"):
        refused = fault(field, "required" if (field, cell) == ("name", "**CLEAR**") else "authoritative_differs")
        assert planned({**NAMED, field: cell}, stored) == refused
        if refused[0].rule != "required":
            assert planned({**NAMED, field: cell}, stored, authoritative="accept") == 1


@pytest.mark.parametrize("field", LOCKED)
def test_another_spelling_and_an_empty_field_are_no_difference(field: str) -> None:
    assert planned({**NAMED, field: SAME[field]}) == 1
    assert planned({**NAMED, field: None if field == "name" else ""}) == (
        1 if field != "name" else fault("name", "required")
    )
    if field != "name":
        assert planned({**NAMED, field: OTHER[field]}, {**STORED, "citizen_id": None, field: None}) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"专业": "数学"}, 1),
        ({"专业": "历史"}, [Fault("major", "authoritative_differs")]),
        ({"专业": "物理"}, [Fault("major", "authoritative_differs")]),
        ({"专业代码": "M1", "专业": "应用数学"}, 1),
        ({"学历": "本科生肄业"}, [Fault("education_level", "needs_population_change")]),
        ({"院系": "文学院", "手机号": "13900139000", "班级": "二班"}, 1),
    ],
)
def test_the_major_is_compared_by_its_code_and_n_comes_first(line: dict[str, Cell], expected: object) -> None:
    assert planned({**NAMED, **line}) == expected


def test_all_that_differs_is_named_at_once() -> None:
    differs = planned({**NAMED, "sex_code": "女", "exam_number": "E2", "major_code": "M2"})
    assert isinstance(differs, list)
    assert {each.column for each in differs} == {"sex", "exam_number", "major"}


@pytest.mark.parametrize(
    ("line", "college", "expected"),
    [
        ({}, "C1", 1),
        ({"院系": "理学院"}, "C1", 1),
        ({"院系代码": "C1", "院系": "数学与统计学院"}, "C1", 1),
        ({"院系": "文学院"}, "C1", [Fault("college", "not_editable")]),
        ({"院系": "医学院"}, "C1", [Fault("college", "not_editable")]),
        ({"院系": "**CLEAR**"}, "C1", [Fault("college", "not_editable")]),
        ({}, "C2", [Fault("student_number", "not_editable")]),
        ({"院系": "文学院"}, "C2", [Fault("student_number", "not_editable")]),
        ({"student_number": "9", "院系代码": "C1"}, "C1", None),
        ({"student_number": "9", "专业": "数学"}, "C1", None),
        ({"student_number": "9", "专业": "历史"}, "C1", [Fault("college", "not_editable")]),
        ({"student_number": "9"}, "C1", [Fault("college", "not_editable")]),
        ({"student_number": "9", "院系代码": "C2"}, "C1", [Fault("college", "not_editable")]),
    ],
)
def test_the_rows_of_a_college_s_officer_stay_in_the_college(
    line: dict[str, Cell], college: str, expected: object
) -> None:
    assert planned({**NAMED, **line}, college_code=college) == expected


def test_a_graduate_without_a_college_is_in_none() -> None:
    nowhere = {**STORED, "college_code": None, "major_code": None}
    assert planned({**NAMED, "院系": "理学院"}, nowhere, college_code="C1") == fault("student_number", "not_editable")


@pytest.mark.parametrize("right", [True, False])
def test_what_is_stored_of_another_college_s_graduate_shows_in_no_fault(right: bool) -> None:
    stored = {**STORED, "phone": "13800138000"}
    line: dict[str, Cell] = {**NAMED, **(SAME if right else OTHER), "phone": None}
    refused = [Fault("student_number", "not_editable")]
    assert planned(line, stored, college_code="C2") == refused
    mask = "138****8000" if right else "139****8000"
    masked = [Fault("phone", "masked_value"), *refused]
    assert planned({**NAMED, "phone": mask}, stored, college_code="C2") == masked
    by_number: dict[str, Cell] = {"exam_number": "E1", "name": "阿里木·买买提" if right else "李四"}
    assert planned(by_number, stored, college_code="C2") == [Fault("exam_number", "not_editable")]
    titles, cells = [TITLES[each] for each in NAMED], list(NAMED.values())
    (row,) = Roster([stored], UNITS).planned(titles, [cells], college_code="C2")
    assert row.before == {}


def test_the_report_of_a_college_s_officer_masks_nothing_as_stored_elsewhere() -> None:
    roster = Roster([{**STORED, "phone": "13800138000"}], UNITS)
    known = replace(roster.known[0], line_fingerprint=b"the same line")
    row = RosterRow(known=known, fingerprint=b"the same line")
    titles = [TITLES[each] for each in (*NAMED, "phone")]
    header = COLUMNS.find([titles])
    assert header is not None
    for college, standing in ((None, ["name", "phone"]), ("C1", ["name", "phone"]), ("C2", [])):
        task = RosterTask(SCHOOL, "xlsx", cohort=Cohort(2024), college_code=college)
        assert list(RosterPlanner(header, task, keys()[0]).standing(row)) == standing


@pytest.mark.parametrize(("college", "named"), [(None, True), ("C1", False), ("C2", True)])
def test_who_has_a_number_is_named_within_the_reach_of_who_sends_the_file(college: str | None, named: bool) -> None:
    holder = {"student_number": "2", "exam_number": "E2", "name": "李四", "college_code": "C2"}
    line = {"student_number": "9", "exam_number": "E2", "name": "王五", "college_code": college or "C1"}
    roster = Roster([STORED, holder], UNITS)
    (row,) = roster.planned([TITLES[each] for each in line], [list(line.values())], college_code=college)
    assert row.faults == [Fault("exam_number", "exam_number_in_use", str(UUID(int=2)) if named else None)]


TEXTS: dict[str, str] = {
    "name": "阿里木·买买提",
    "citizen_id": "11010119900307002X",
    "phone": "13800138000",
    "home_phone": "+85212345678",
    "email": "zhang@x.cn",
} | dict.fromkeys(MASKS.keys() - {"name", "citizen_id", "phone", "home_phone", "email"}, "河南省郑州市科学大道 100 号")


@pytest.mark.parametrize("field", MASKS)
def test_a_mask_keeps_what_it_shows(field: str) -> None:
    clear, mask = TEXTS[field], MASKS[field](TEXTS[field])
    stored, line = {**NAMED, field: clear}, {**NAMED, field: mask}
    (row,) = Roster([stored]).planned([TITLES[each] for each in line], [list(line.values())])
    assert (row.faults, row.after[field], row.after == row.before) == ([], clear, True)
    refused = [Fault(field, "masked_value")]
    for cell in ("*" + mask, "***", mask.replace("*", "**")):
        assert planned({**line, field: cell}, stored) == refused
    assert planned({**line, "student_number": "9"}, stored) == refused
    if field != "name":
        assert planned(line, {**stored, field: None}) == refused


@pytest.mark.parametrize("clear", ["Ａ区１２号楼，科学大道 100 号", "安徽省，合肥市：一号院"])
def test_a_mask_keeps_a_text_in_any_width(clear: str) -> None:
    mask = MASKS["residence_address"](clear)
    assert planned({**NAMED, "residence_address": mask}, {**NAMED, "residence_address": clear}) == 1


def test_a_name_in_another_spelling_is_stored_only_by_who_may() -> None:
    stored = {**STORED, "name": "Li Na"}
    for authoritative, name in (("refuse", "Li Na"), ("accept", "LI NA")):
        roster = Roster([stored])
        (row,) = roster.planned(["学号", "姓名"], [["1", "LI NA"]], authoritative=authoritative)
        assert (row.faults, row.after["name"], row.after == row.before) == ([], name, name == "Li Na")


@pytest.mark.parametrize(
    ("key", "masked"),
    [
        ({"xh": "1"}, ["name", "citizen_id"]),
        ({"ksh": "E1"}, ["name"]),
        ({"ksh": "E9"}, ["name"]),
        ({}, ["name"]),
    ],
)
def test_an_error_report_shows_what_its_rows_are_found_by(key: dict[str, Cell], masked: list[str]) -> None:
    line = {"xh": None, "ksh": None, **key, "sfzh": STORED["citizen_id"], "xm": STORED["name"], "xbdm": "2"}
    (row,) = Roster([STORED]).planned([*line], [list(line.values())])
    assert "authoritative_differs" in {each.rule for each in row.faults}
    header = COLUMNS.find([list(line)])
    assert header is not None
    assert RowReader(header, SCHOOL, 2024).standing(row) == masked


def test_a_masked_name_agrees_with_the_one_that_it_masks() -> None:
    line: dict[str, Cell] = {"exam_number": "E1", "name": "阿***", "citizen_id": "1101**********002X"}
    assert planned(line) == 1
    assert planned({**line, "name": "李***"}) == [Fault("name", "masked_value")]


def test_every_masked_field_is_a_text_of_the_entry() -> None:
    assert MASKS.keys() <= Entry.__dataclass_fields__.keys()


def test_a_name_that_several_majors_have_is_that_of_the_own() -> None:
    bachelors, masters = (unit(Kind.MAJOR, code, "软件工程") for code in ("080902", "083500"))
    roster = Roster([{**STORED, "major_code": "083500"}], [*UNITS, bachelors, masters])
    assert found(roster.planned(["学号", "姓名", "专业"], [["1", STORED["name"], "软件 工程"]])) == [1]


def test_an_error_shows_of_no_cell_what_lists_do_not() -> None:
    line = {field: f"{TITLES[field]}的内容" for field in (*MASKS, *HIDDEN)} | {
        "student_number": "1",
        "major_name": "未婚",
    }
    line["marital_status_code"] = "未婚"
    header = COLUMNS.find([[TITLES[field] for field in line]])
    assert header is not None
    for field in (*MASKS, *HIDDEN):
        shown = COLUMNS.shown(header, [*line.values()], Fault(FIELDS[field], "length"))
        assert shown is not None
        assert line[field][1:] not in shown, field
    assert COLUMNS.shown(header, [*line.values()], Fault("major", "length")) == "未婚"
