"""A row of an erased person changes nothing, in whatever form of file and whatever else it says."""

import pytest
from planning import Roster

from common.codes import Cell
from common.imports import Fault

LI = {"student_number": "2", "exam_number": "E2", "name": "李四", "citizen_id": "110101200203077774"}
CITIZEN_ID = "11010119900307002X"
ROSTER = Roster([LI], erased=[("student_number", "1"), ("exam_number", "E1"), ("citizen_id", CITIZEN_ID)])
A, E = ("学号", "考生号", "姓名", "身份证号"), ("xh", "ksh", "sfzh", "xm")


@pytest.mark.parametrize(
    ("titles", "cells", "column"),
    [
        (A, ["1", None, "张三", None], "student_number"),
        (A, [" １", "E9", "张三", None], "student_number"),
        (A, ["9", "E1", "王五", None], "exam_number"),
        (A, ["9", None, "王五", "11010119900307002x"], "citizen_id"),
        (A, ["2", None, "李四", CITIZEN_ID], "citizen_id"),
        (A, [None, "E1", "张三", None], "exam_number"),
        (A, ["1", "E2", "**CLEAR**", "12"], "student_number"),
        (A, ["1", "E9", "张***", "1101**********002X"], "student_number"),
        (("学生姓名", "考生号"), ["张三", "E1"], "exam_number"),
        (("考生号", "政治面貌"), ["E1", "群众"], "exam_number"),
        (E, ["1", None, None, "张三"], "student_number"),
        (E, [None, None, CITIZEN_ID, "张三"], "citizen_id"),
        (E, [None, "E1", None, "李四"], "exam_number"),
    ],
)
@pytest.mark.parametrize("college", [None, "C1"])
def test_it_is_unchanged_and_warned_of(
    titles: tuple[str, ...], cells: list[Cell], column: str, college: str | None
) -> None:
    for row in ROSTER.planned(titles, [cells, cells], college_code=college):
        assert (row.is_unchanged, row.faults, row.warnings) == (True, [], [Fault(column, "erased_person")])
        assert row.units == {}


def test_a_number_that_a_graduate_has_is_that_graduates() -> None:
    roster = Roster([LI], erased=[("exam_number", "E2"), ("student_number", "E2")])
    (row,) = roster.planned(A, [["2", "E2", "李四", None]])
    assert (row.is_unchanged, row.faults, row.warnings) == (False, [], [])
