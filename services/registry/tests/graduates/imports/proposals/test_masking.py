"""What is shown of a cell: never what names a person, whatever its header says."""

import re
from datetime import date

import pytest

from common.codes import Cell
from registry.graduates.domain.fields import COLUMNS
from registry.graduates.imports.proposals.masking import sample, samples

SECRETS = [
    "张三",
    "欧阳询",
    "11010119900307002X",
    "13800138000",
    "2020123456",
    "0001",
    "zhangsan@example.cn",
    "河南省郑州市金水区文化路一百号",
    "张三，河南省郑州市金水区文化路一百号",
    "13800138000 张三",
    "E12345678",
    "010-12345678",
]


@pytest.mark.parametrize("field", [None, *COLUMNS])
def test_no_cell_about_a_person_is_shown_in_clear_under_any_header(field: str | None) -> None:
    for secret in SECRETS:
        shown = sample(secret, field)
        assert shown != secret
        assert not any(each in shown for each in SECRETS)
        assert not re.search("张三|文化路", shown)


@pytest.mark.parametrize(
    ("cell", "field", "shown"),
    [
        ("欧阳询", "name", "欧***"),
        ("欧阳询", None, "***"),
        ("欧", "name", "*"),
        ("11010119900307002X", "student_number", "1101**********002X"),
        (13800138000.0, None, "138****8000"),
        ("zhangsan@x.cn", "name", "z***@x.cn"),
        ("河南省郑州市金水区文化路 100 号", None, "河南省郑州市***"),
        ("男", "sex_code", "男"),
        ("男", None, "*"),
        ("410102", "origin_place_code", "410102"),
        ("410199", "origin_place_code", "******"),
        ("健康", "health_status_code", "**"),
        (date(1990, 3, 7), "birth_date", "****-**-**"),
        ("很" * 100, None, "*" * 40),
    ],
)
def test_masks(cell: Cell, field: str | None, shown: str) -> None:
    assert sample(cell, field) == shown


def test_the_first_three_cells_that_hold_something_are_shown() -> None:
    assert samples([None, " ", "a", "bb", None, "ccc", "d"], None) == ["*", "**", "***"]
