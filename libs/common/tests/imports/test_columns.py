"""Which of several columns fills a field."""

import pytest

from common.codes import Cell
from common.imports import Columns

COLUMNS = Columns({"name": ("姓名",), "phone": ("手机号", "联系电话")}, needed=[{"name"}, {"phone"}])


@pytest.mark.parametrize(
    ("titles", "below", "taken"),
    [
        (["姓名", "联系电话", "手机号"], [], 2),
        (["姓名", "手机号", "手机号"], [], 1),
        (["姓名", "手机号（家长）", "联系电话"], [], 2),
        (["姓名", "手机号（家长）", "手机号（本人）"], [], 1),
        (["姓名", "手机号", "联系电话"], [["甲", " ", None], ["乙", None, "1"]], 2),
        (["姓名", "联系电话", "手机号"], [["甲", "1"], ["乙", None, "2"]], 2),
        (["姓名", "手机号", "手机号（家长）"], [["甲"]], 1),
    ],
)
def test_the_best_column_is_taken(titles: list[Cell], below: list[list[Cell]], taken: int) -> None:
    header = COLUMNS.find([["某校"], titles, *below])
    assert header is not None
    assert (header.positions, header.texts["phone"]) == ({"name": 0, "phone": taken}, titles[taken])
