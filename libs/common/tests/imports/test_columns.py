"""Which of several columns fills a field, and which of several sheets is read."""

from dataclasses import replace

import pytest

from common.codes import Cell
from common.imports import Columns, HeaderMapping

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


NUMBERED = Columns(
    {"number": ("号", "no"), "name": ("名",), "rest": ("余",)},
    needed=[{"name"}, {"number"}],
    other_forms=[[{"no"}], [{"number"}, {"rest"}]],
    usual_sheet="名单",
)


@pytest.mark.parametrize(
    ("sheets", "read"),
    [
        ({"一": ["号", "名"], "二": ["余", "说明"]}, ["一"]),
        ({"一": ["号", "余"], "二": ["号", "名"]}, ["二"]),
        ({"一": ["号", "余"], "二": ["no", "余"]}, ["二"]),
        ({"一": ["号", "余"], "二": ["名", "余"]}, ["一"]),
        ({"一": ["号", "名"], "二": ["号", "名"]}, ["一", "二"]),
        ({"一": ["号", "名"], " 名单": ["号", "名"]}, [" 名单"]),
        ({"一": ["号", "名"], "名单": ["号", "余"]}, ["一"]),
        ({"一": ["名", "余"], "名单": ["余", "说明"]}, []),
    ],
)
def test_of_several_sheets_the_best_is_read(sheets: dict[str, list[Cell]], read: list[str]) -> None:
    found = NUMBERED.sheets_of([(name, [titles]) for name, titles in sheets.items()])
    assert [list(sheets)[place] for place in found] == read


MAPPED = Columns(
    {"number": ("号",), "name": ("名",), "sex": ("性别代码",), "sex_label": ("性别",), "phone": ("电话", "手机")},
    needed=[{"number"}, {"name"}],
    mappings=[
        HeaderMapping("short", {"甲": "number", "名": "name", "手机": None}),
        HeaderMapping("same", {"手机": "phone", "名": "name", "甲": "number", "乙": "sex", "性别": None}),
    ],
)
NAMED = replace(
    MAPPED, mappings=[HeaderMapping("named", {"甲": "number", "名（一）": None, "乙": "sex"}, is_named=True)]
)
IN_ANOTHER_FORM = replace(
    MAPPED, other_forms=[[{"甲"}]], mappings=[HeaderMapping("named", {"甲": None, "名": "name"}, is_named=True)]
)


@pytest.mark.parametrize(
    ("columns", "titles", "mapping", "read"),
    [
        (MAPPED, ["甲", "名", "手机"], "short", {"number": "甲", "name": "名"}),
        (MAPPED, [" 甲 ", "*名", "手机：", ""], "short", {"number": "甲", "name": "*名"}),
        (
            MAPPED,
            ["手机", "甲", "乙", "性别", "名"],
            "same",
            {"phone": "手机", "number": "甲", "sex": "乙", "name": "名"},
        ),
        (MAPPED, ["号", "名", "手机"], None, {"number": "号", "name": "名", "phone": "手机"}),
        (MAPPED, ["号", "甲", "名", "手机"], None, {"number": "号", "name": "名", "phone": "手机"}),
        (NAMED, ["号", "甲", "名", "乙", "性别"], "named", {"number": "甲", "name": "名", "sex": "乙"}),
        (NAMED, ["号", "名", "手机"], "named", None),
        (NAMED, ["甲", "名（一）"], "named", None),
        (IN_ANOTHER_FORM, ["甲", "名"], "named", None),
        (NAMED, ["甲", "名（一）", "名"], "named", {"number": "甲", "name": "名"}),
    ],
)
def test_what_people_have_mapped_counts_before_header_texts(
    columns: Columns, titles: list[str], mapping: str | None, read: dict[str, str] | None
) -> None:
    header = columns.find([["某校"], titles])
    assert (header and dict(header.texts)) == read
    if header:
        assert header.mapping == mapping


def test_a_mapping_of_a_deep_header_fits_it() -> None:
    mapping = HeaderMapping("deep", {"号": "number", "名": "name", "性别代码": "sex", "其他": None})
    deep = [["号", "名", "性别", None, "其他"], [None, None, "代码", "名称", None]]
    header = replace(MAPPED, mappings=[mapping]).find([*deep, ["1", "甲", "1", "男"]])
    assert header is not None
    assert (header.mapping, header.titles) == (None, ["号", "名", "性别代码", "名称", "其他"])
    whole = replace(mapping, columns={**mapping.columns, header.titles[3]: None})
    header = replace(MAPPED, mappings=[whole]).find([*deep, ["1", "甲", "1", "男"]])
    assert header is not None
    assert (header.mapping, header.texts["sex"]) == ("deep", "性别代码")
