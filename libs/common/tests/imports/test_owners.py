from datetime import date

import pytest

from common.codes import Cell
from common.imports import foreign_cells
from common.spreadsheets.headers import Header

HEADER = Header(0, {"school": 0, "cohort": 1}, {"school": "院校代码", "cohort": "毕业年份"})


def foreign(school: Cell, cohort: Cell, code: str = "10001") -> list[tuple[str, str]]:
    return [(each.column, each.rule) for each in foreign_cells(HEADER, [school, cohort], code, 2024)]


@pytest.mark.parametrize(
    ("school", "code"),
    [
        ("10001", "10001"),
        (10001.0, "10001"),
        ("10001.0", "10001"),
        ("'10001", "10001"),
        (" １０００１ ", "10001"),
        ("4111010001", "10001"),
        (4111010001.0, "10001"),
        (1234.0, "01234"),
        ("1234", "01234"),
        (4111001234, "01234"),
        (None, "10001"),
        (" ", "10001"),
    ],
)
def test_a_row_belongs_to_the_school_of_the_form(school: Cell, code: str) -> None:
    assert foreign(school, None, code) == []


@pytest.mark.parametrize(
    ("school", "rule"),
    [
        ("10002", "other_school"),
        ("4111010002", "other_school"),
        ("411110001", "other_school"),
        ("北京大学", "other_school"),
        ("1", "other_school"),
        ("4.11E+09", "number_in_scientific_notation"),
        (float("nan"), "number_in_scientific_notation"),
    ],
)
def test_a_row_of_another_school_is_at_fault(school: Cell, rule: str) -> None:
    assert foreign(school, None) == [("school", rule)]


@pytest.mark.parametrize("cohort", ["2024", 2024.0, "2024届", "2024年6月", 202406, date(2024, 6, 30), None])
def test_a_row_belongs_to_the_cohort_of_the_form(cohort: Cell) -> None:
    assert foreign(None, cohort) == []


@pytest.mark.parametrize("cohort", ["2023届", 202306, date(2023, 6, 30), "届", "20246", float("inf")])
def test_a_row_of_another_cohort_is_at_fault(cohort: Cell) -> None:
    assert foreign(None, cohort) == [("cohort", "other_cohort")]
