"""Which rows are equal, and what differs: whatever a spreadsheet program has made of a cell."""

from datetime import date

import pytest

from common.codes import Cell
from destinations.filing.formats import FORMATS, Format
from destinations.filing.formats.layouts import Of
from destinations.reconciliations.domain import Difference, counted
from destinations.reconciliations.operations.cells import Comparison

LAYOUT = FORMATS[Format.A]
PLACES = {at: at for at, each in enumerate(LAYOUT.columns) if each.of is not Of.NOTHING}
OURS: dict[str, Cell] = {
    "学号": "0012",
    "姓名": "张三",
    "出生日期": "2002-03-04",
    "毕业年份": "2024",
    "毕业去向类别代码": "10",
    "毕业去向": "签就业协议形式就业",
    "签约日期": "2024-06-15",
    "单位名称": "某某（郑州）公司",
    "单位所在地代码": "410102",
}


def cells(said: dict[str, Cell]) -> list[Cell]:
    return [said.get(each.header) for each in LAYOUT.columns]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, ()),
        ({"毕业去向类别代码": 10.0, "单位所在地代码": 410102.0, "毕业年份": 2024.0}, ()),
        ({"签约日期": date(2024, 6, 15), "出生日期": "2002/3/4"}, ()),
        ({"单位名称": " 某某(郑州)公司 ", "学号": "'0012"}, ()),
        ({"单位名称": "另一公司"}, ("employer_name",)),
        ({"单位名称": None}, ("employer_name",)),
        ({"单位地址": "某路"}, ("employer_address",)),
        ({"姓名": "张四"}, ("name",)),
        ({"毕业去向类别代码": "11", "毕业去向": "签劳动合同形式就业"}, ("destination_code",)),
        ({"毕业去向": "签劳动合同形式就业"}, ("destination_code",)),
        ({"签约日期": "2024-06-16", "单位名称": "另一公司"}, ("signed_on", "employer_name")),
        ({"毕业去向类别代码": True}, ("destination_code",)),
    ],
)
def test_what_differs(changed: dict[str, Cell], fields: tuple[str, ...]) -> None:
    comparison = Comparison(LAYOUT, PLACES)
    ours, theirs = comparison.row(cells(OURS)), comparison.row(cells(OURS | changed))
    assert ours.key == theirs.key == "0012"
    assert comparison.differing(ours, theirs) == fields
    assert (ours.cells == theirs.cells) is (not fields)


def test_numbers_that_differ_in_capitals_are_two_persons() -> None:
    comparison = Comparison(LAYOUT, PLACES)
    numbers = ("2020a1", "2020A1", " ２０２０a1", "'2020a1")
    keys = [comparison.key(cells(OURS | {"学号": each})) for each in numbers]
    assert keys == ["2020a1", "2020A1", "2020a1", "2020a1"]
    assert [comparison.row(cells(OURS | {"学号": each})).key for each in numbers] == keys


def test_columns_in_another_order_and_fewer_ones_are_compared_by_their_headers() -> None:
    kept = [at for at in PLACES if LAYOUT.columns[at].header in OURS]
    shuffled = {at: place for place, at in enumerate(reversed(kept))}
    ours = Comparison(LAYOUT, {at: at for at in kept}).row(cells(OURS))
    theirs = Comparison(LAYOUT, shuffled).row([OURS[LAYOUT.columns[at].header] for at in reversed(kept)])
    assert ours == theirs


def test_the_counts_add_up() -> None:
    found = [
        (Difference.DIFFERENT, ("name", "signed_on")),
        (Difference.DIFFERENT, ("name",)),
        (Difference.MISSING, ()),
        (Difference.EXTRA, ()),
        (Difference.EXTRA, ()),
    ]
    assert counted(5, found).to_json() == {
        "ours": 5 + 2 + 1,
        "theirs": 5 + 2 + 2,
        "equal": 5,
        "different": 2,
        "missing": 1,
        "extra": 2,
        "by_field": {"name": 2, "signed_on": 1},
    }
