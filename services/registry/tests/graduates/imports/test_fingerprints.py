"""A line that says something else than the one before has another fingerprint, or a correction would be lost."""

from datetime import date

import pytest

from common.codes import Cell
from common.crypto import FieldCipher, KeyRing
from common.identifiers import Cohort, SchoolCode
from common.spreadsheets.cells import Month
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.guards import RosterTask
from registry.graduates.imports.plan import RosterPlanner

CIPHER = FieldCipher(KeyRing.generate())


def fingerprint(cell: Cell, title: str = "出生日期") -> bytes:
    header = COLUMNS.find([["学号", "姓名", title]])
    assert header is not None
    planner = RosterPlanner(header, RosterTask(SchoolCode("90001"), "xlsx", cohort=Cohort(2024)), CIPHER)
    return planner.read([(2, ["1", "张三", cell])])[0].fingerprint


@pytest.mark.parametrize(
    ("before", "after"),
    [(Month(1990, 3, 1), date(1990, 3, 1)), ("1999.1", 1999.1), ("199003", "19900301"), ("None", None)],
)
def test_another_meaning_has_another_fingerprint(before: Cell, after: Cell) -> None:
    assert fingerprint(before) != fingerprint(after)


def test_a_code_of_a_major_that_may_lack_its_zero_is_another_than_the_text() -> None:
    assert fingerprint(80901.0, "专业代码") != fingerprint("80901", "专业代码")
