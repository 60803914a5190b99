from collections.abc import Sequence

import pytest

from common.codes import Cell
from common.spreadsheets.masking import without_persons


@pytest.mark.parametrize(
    ("cell", "identifying", "shown"),
    [
        ("幼儿园", ["张三"], "幼儿园"),
        ("410102", ["张三"], "410102"),
        (410102.0, [], "410102"),
        ("20241345", [], "20241345"),
        ("202401001", [], "*********"),
        ("13800138000", [], "***********"),
        ("电话:13800138000 转", [], "电话:*********** 转"),
        ("11010119900307002X", [], "*****************X"),
        ("张三", ["张三"], "**"),
        ("张三的家长", ["0001", "张三"], "**的家长"),
        ("A-17", ["A-17"], "****"),
        ("班级 2020A17", ["2020A17", "2020A1"], "班级 *******"),
        (271.0, ["1", None, " "], "271"),
        (None, ["张三"], ""),
    ],
)
def test_what_identifies_a_person_is_not_shown(cell: Cell, identifying: Sequence[Cell], shown: str) -> None:
    assert without_persons(cell, identifying) == shown


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("91110000600037341L", "91110000600037341L"),
        ("9111000060003734", "9111000060003734"),
        ("13800138000", "***********"),
        ("11010119900307002X", "******************"),
        ("某公司 13800138000", "某公司 ***********"),
    ],
)
def test_an_employers_number_is_shown_and_a_persons_is_not(cell: str, shown: str) -> None:
    assert without_persons(cell, [], numbered=True) == shown
