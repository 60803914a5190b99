"""Which field a column may fill: contract examples, and what holds for any columns in any order."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.codes import Cell
from registry.graduates.imports.columns import COLUMNS, FIELDS, HEADERS
from registry.graduates.imports.proposals.matching import (
    Match,
    SeenColumn,
    exact_fields,
    located,
    matched,
    missing,
)

IDS: Sequence[Cell] = ["11010119900307002X", "110101199003070011", "11010119900307002x", *["11010119900307002X"] * 7]
MOBILES: Sequence[Cell] = ["13800138000", 13800138000.0, "+86 138-0013-8000"]
PLACES: Sequence[Cell] = ["410102", 110101.0, "'110101"]

Saved = dict[str, dict[str, str | None]]


def proposed(
    columns: Sequence[SeenColumn], saved: Saved | None = None
) -> list[tuple[str | None, float | None, str | None]]:
    header = located([[column.header for column in columns]], (saved or {}).values())
    exact = exact_fields(header) if header else {}
    return [(each.field, each.score, each.how) for each in matched(columns, exact, saved or {})]


def test_the_examples_of_the_contract() -> None:
    headers = ["身份证件号码", "毕业生姓名", "所学专业名称", "现家庭住址", "备注"]
    fields = ["citizen_id", "name", "major_name", "residence_address", None]
    assert [field for field, _, _ in proposed([SeenColumn(each) for each in headers])] == fields
    # of another person, and so like the graduate's that only people can tell
    assert proposed([SeenColumn("联系人电话")]) == [("phone", 0.89, "similar")]
    assert proposed([SeenColumn("联系人电话"), SeenColumn("手机号"), SeenColumn("姓名")])[0] == (None, None, None)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([("学号", ()), ("姓名", ()), ("学生编号", ())], ["student_number", "name", None]),
        ([("学生编号", ()), ("生编号", ())], ["student_number", "exam_number"]),
        ([("学历", ()), ("学历代码", ())], [None, "education_level_code"]),
        (
            [("姓名", ()), ("院系", ()), ("学校代码", ()), ("届别", ())],
            ["name", "college_name", "school_code", "cohort"],
        ),
        ([("甲", IDS), ("乙", MOBILES), ("丙", PLACES)], ["citizen_id", "phone", "origin_place_code"]),
        ([("甲", [*IDS, "x"]), ("乙", [*MOBILES, "x"])], ["citizen_id", None]),
        ([("甲", [None, " "]), ("乙", [])], [None, None]),
        ([("班级号码", MOBILES)], ["phone"]),
        ([("家庭电", MOBILES)], ["home_phone"]),
        ([("户籍地所在", PLACES), ("生源地码", PLACES)], ["household_place_code", "origin_place_code"]),
        ([("甲", IDS), ("乙", IDS)], [None, "citizen_id"]),
    ],
)
def test_columns_and_fields_that_may_belong_together(
    columns: list[tuple[str, Sequence[Cell]]], expected: list[str | None]
) -> None:
    assert [field for field, _, _ in proposed([SeenColumn(*each) for each in columns])] == expected


def test_what_is_saved_counts_before_what_is_alike_and_alone_where_it_fits_the_file() -> None:
    saved: Saved = {
        "二": {"编": "student_number", "学生": None},
        "三": {"编": "exam_number", "名": "name", "谁": "name"},
    }
    columns = [SeenColumn(each) for each in ("编 ", "姓名", "学生", "电话")]
    assert proposed(columns, saved) == [
        ("exam_number", 1.0, "saved"),
        ("name", 1.0, "exact"),
        (None, 1.0, "saved"),
        ("phone", 1.0, "exact"),
    ]
    saved["四"] = {"编": "student_number", "姓名": None, "学生": "name", "电话": "home_phone", "gone": "no_field"}
    saved["五"] = {"编": "student_number", "姓名": None, "学生": "name", "电话": "home_phone"}
    assert proposed(columns, saved) == [
        ("student_number", 1.0, "saved"),
        (None, 1.0, "saved"),
        ("name", 1.0, "saved"),
        ("home_phone", 1.0, "saved"),
    ]


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["某校 2024 届"], ["学号", "姓名"], ["1", "张三"]], 1),
        ([["某校"], ["学生编号", "学生名字", "备注"], ["1", "张三", "理学院"]], 1),
        ([["基本信息", "", "联系"], ["学生编号", "学生名字", "联系人电话"]], 1),
        ([["理学院", "软件专业", "2024001", "张三"], ["文学院", "历史专业", "2024002", "李四"]], None),
        ([["理学院", "软件专业", 2024001.0]], None),
        ([["甲", "乙"], ["丙", "丁"]], None),
    ],
)
def test_a_header_is_found_though_none_of_its_texts_is_known(rows: list[list[Cell]], row: int | None) -> None:
    header = located(rows, [])
    assert (header and header.row) == row


def test_every_known_text_is_proposed_for_its_own_field() -> None:
    for column, texts in HEADERS.items():
        for text in texts:
            (match,) = matched([SeenColumn(text)], {}, {})
            assert (match.field and FIELDS[match.field], match.score) == (column.removesuffix("_label"), 1.0), text
    assert missing([Match("name", 1.0, "exact")], ("student_number", "name")) == ["student_number"]


KNOWN = sorted(text for texts in COLUMNS.headers.values() for text in texts)
HEADS = st.one_of(
    st.sampled_from(KNOWN),
    st.builds("{}{}".format, st.sampled_from(KNOWN), st.sampled_from("的码一名号")),
    st.text("学生编号姓名电话地址专业院系班级", min_size=1, max_size=6),
)
COLUMN = st.builds(SeenColumn, HEADS, st.sampled_from([(), IDS, MOBILES, PLACES]))


@settings(max_examples=25)
@given(
    st.lists(COLUMN, max_size=6, unique_by=lambda column: column.header),
    st.dictionaries(HEADS, st.sampled_from([None, *FIELDS]), max_size=3),
    st.randoms(),
)
def test_no_field_is_proposed_twice_and_the_order_of_columns_changes_nothing(
    columns: list[SeenColumn], saved: dict[str, str | None], random: Random
) -> None:
    found = proposed(columns, {"saved": saved})
    fields = [field for field, _, _ in found if field]
    assert len(fields) == len(set(fields))
    by_header = dict(zip([each.header for each in columns], found, strict=True))
    shuffled = random.sample(columns, len(columns))
    again = proposed(shuffled, {"saved": saved})
    assert dict(zip([each.header for each in shuffled], again, strict=True)) == by_header
