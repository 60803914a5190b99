from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.codes.spelling import cell_text
from common.spreadsheets import headers
from common.spreadsheets.cells import (
    CLEAR,
    CellProblem,
    Month,
    Unclear,
    as_day,
    as_year,
    identifier_text,
    is_blank,
    is_clear,
    is_month,
)
from common.spreadsheets.headers import Header, find_header

SYNONYMS = {"学号": "number", "姓名": "name", "学生姓名": "name", "学历（层次）": "level"}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("201907", date(2019, 7, 1)),
        (201907, date(2019, 7, 1)),
        (201907.0, date(2019, 7, 1)),
        ("201907.0", date(2019, 7, 1)),
        ("2019-07-01", date(2019, 7, 1)),
        ("2019/7/1", date(2019, 7, 1)),
        ("2019.7.1", date(2019, 7, 1)),
        ("2019年7月1日", date(2019, 7, 1)),
        ("2019年7月", date(2019, 7, 1)),
        ("2019-07", date(2019, 7, 1)),
        ("20190701", date(2019, 7, 1)),
        (20190701, date(2019, 7, 1)),
        (43647, date(2019, 7, 1)),
        ("43647", date(2019, 7, 1)),
        (43647.5, date(2019, 7, 1)),
        ("2019-07-01 00:00:00", date(2019, 7, 1)),
        ("2019-07-01T08:30:00", date(2019, 7, 1)),
        (date(2019, 7, 1), date(2019, 7, 1)),
        (datetime(2019, 7, 1, 12, 0), date(2019, 7, 1)),  # noqa: DTZ001 - cells carry no zone
        ("２０１９年７月１日", date(2019, 7, 1)),
        ("2019 年 7 月 1 日", date(2019, 7, 1)),
        ("2019\u3000年7 月", date(2019, 7, 1)),
        ("2019 - 07 - 01", date(2019, 7, 1)),
        ("2019 / 7 / 1 08:30", date(2019, 7, 1)),
        ("2019年7月1日 08:30", date(2019, 7, 1)),
    ],
)
def test_a_day_is_read_from_every_shape_it_comes_in(cell: Cell, day: date) -> None:
    assert as_day(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        *("2019-13-01", "2019-02-30", "July", "12", "201913", "0019-01-01", True, "", 1e17, "1-1-1", "2019 07 01"),
        *(float("nan"), float("inf"), "nan", "inf", "1e400", 1e300, -43647, "-43647", -1.5, 80_000, 9_999, "9" * 5_000),
    ],
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    with pytest.raises(CellProblem, match="date_format"):
        as_day(cell)


@pytest.mark.parametrize("cell", [1999.1, 2024.1, 2101.1])
def test_a_number_that_may_have_lost_the_zero_of_october_is_no_day(cell: float) -> None:
    with pytest.raises(CellProblem, match="number_with_decimals"):
        as_day(cell)


@pytest.mark.parametrize(
    ("cell", "month"), [(1999.2, 2), (1999.9, 9), (1999.11, 11), (1999.01, 1), ("1999.1", 1), ("1999.10", 10)]
)
def test_a_number_that_names_one_month_only_is_read(cell: Cell, month: int) -> None:
    assert as_day(cell) == date(1999, month, 1)
    assert is_month(cell)


def test_a_month_has_another_text_than_its_first_day() -> None:
    month = Month(1990, 3, 1)
    assert (cell_text(month), cell_text(date(1990, 3, 1))) == ("1990-03", "1990-03-01")
    assert (as_day(month), is_month(month)) == (date(1990, 3, 1), True)
    assert (as_day(cell_text(month)), is_month(cell_text(month))) == (date(1990, 3, 1), True)


@pytest.mark.parametrize(
    ("cell", "month_only"),
    [
        ("199003", True),
        (199003.0, True),
        ("199003.0", True),
        ("1990-03", True),
        ("1990年3月", True),
        ("1990 年 3 月", True),
        ("1990-03-01", False),
        ("19900301", False),
        ("1990年3月1日", False),
        (32933, False),
        (date(1990, 3, 1), False),
    ],
)
def test_a_month_is_told_from_its_first_day(cell: Cell, month_only: bool) -> None:
    assert as_day(cell) == date(1990, 3, 1)
    assert is_month(cell) is month_only


@pytest.mark.parametrize(
    "cell", ["2024", 2024, 2024.0, "2024.0", "2024届", "2024年6月", "202406", "20240630", "2024-06-30", " ２０２４ 届"]
)
def test_a_year_is_read_from_every_shape_it_comes_in(cell: Cell) -> None:
    assert as_year(cell) == 2024


@pytest.mark.parametrize("cell", ["24届", "20246", 45473.0, "", None, "届", float("nan"), 1e300, True])
def test_what_names_no_year(cell: Cell) -> None:
    assert as_year(cell) is None


def test_a_day_has_its_year() -> None:
    assert as_year(date(2024, 6, 30)) == 2024


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_breaks_the_readers(cell: Cell) -> None:
    readers: tuple[Callable[[Cell], object], ...] = (as_day, identifier_text, as_year)
    for read in readers:
        try:
            read(cell)
        except CellProblem:
            continue


@given(st.dates(date(1927, 6, 1), date(2100, 12, 31)))
def test_a_day_survives_each_spelling(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for cell in (
        day,
        day.isoformat(),
        f"{day:%Y%m%d}",
        int(f"{day:%Y%m%d}"),
        f"{day.year}/{day.month}/{day.day}",
        serial,
    ):
        assert as_day(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        1.10101200001011e17,
        "1.1E+17",
        "1E+17",
        "1.1e17",
        "1.10101E+17",
        "2.02E+13",
        110101200001011234,
        float("nan"),
        float("inf"),
    ],
)
def test_an_identifier_that_was_rounded_is_refused(cell: Cell) -> None:
    with pytest.raises(CellProblem, match="number_in_scientific_notation"):
        identifier_text(cell)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [(2022.1, "number_with_decimals"), (True, "cell_is_no_text"), (date(2022, 10, 1), "cell_is_no_text")],
)
def test_what_is_no_identifier_is_refused(cell: Cell, rule: str) -> None:
    with pytest.raises(CellProblem, match=rule):
        identifier_text(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (20200101.0, "20200101"),
        ("０１２", "012"),
        ("'0012", "0012"),
        ("2018E8013261034", "2018E8013261034"),
        ("2020.0", "2020"),
        (None, ""),
        ("11010119900307002X", "11010119900307002X"),
    ],
)
def test_an_identifier_keeps_its_digits(cell: Cell, text: str) -> None:
    assert identifier_text(cell) == text


def test_blank_and_clear() -> None:
    assert is_blank(None)
    assert is_blank(" \u3000")
    assert not is_blank(0)
    assert is_clear(f" {CLEAR} ")
    assert not is_clear("CLEAR")


def test_the_header_is_found_below_notes() -> None:
    rows: list[list[Cell]] = [
        ["2024届毕业生生源信息", None, None],
        ["说明：学号为文本"],
        ["*学号", " 姓 名 ", "学历(层次)"],
        ["1", "姓名", "x"],
    ]
    header = find_header(rows, SYNONYMS)
    assert header is not None
    assert (header.row, header.positions) == (2, {"number": 0, "name": 1, "level": 2})
    assert header.texts["name"] == "姓 名"
    assert header.cell(["7"], "number") == "7"
    assert header.cell(["7"], "name") is None


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("'张三", "张三"),
        (" '2019-07-01", "2019-07-01"),
        ("''", "'"),
        ("''t Hooft", "'t Hooft"),
        ("O'Neill", "O'Neill"),
        (7, 7),
    ],
)
def test_a_cell_is_read_without_its_text_mark(cell: Cell, plain: Cell) -> None:
    header = find_header([["学号", "姓名"]], SYNONYMS)
    assert header is not None
    assert header.cell(["1", cell], "name") == plain


def test_a_row_that_fills_no_known_column_is_no_data_row() -> None:
    header = Header(0, {"student_number": 1, "name": 2}, {})
    blank: list[list[Cell]] = [[1, None, " "], [2, "'"], [3]]
    filled: list[list[Cell]] = [[None, None, "张三"], [4, "1"]]
    assert not any(header.fills(row) for row in blank)
    assert all(header.fills(row) for row in filled)


def test_the_left_of_two_columns_counts() -> None:
    header = find_header([["*姓名", "学生姓名", "学号"]], SYNONYMS)
    assert header is not None
    assert header.positions == {"name": 0, "number": 2}


@pytest.mark.parametrize(
    ("row", "positions"),
    [
        (["姓名（曾用名）", "学号（新）", "学号", "姓名"], {"name": 3, "number": 2}),
        (["姓名（必填）", "学号"], {"name": 0, "number": 1}),
        (["姓名（曾用名）", "姓名（现用名）", "学号"], {"name": 0, "number": 2}),
        (["学历", "学历（层次）", "学号", "姓名"], {"level": 1, "number": 2, "name": 3}),
        (["姓名：", "学生姓名", "学号"], {"name": 0, "number": 2}),
    ],
)
def test_a_header_as_it_stands_counts_before_one_with_a_remark(row: list[Cell], positions: dict[str, int]) -> None:
    header = find_header([row], SYNONYMS)
    assert header is not None
    assert header.positions == positions
    assert header.texts == {field: row[position] for field, position in positions.items()}


def test_a_table_without_known_columns_has_no_header() -> None:
    assert find_header([["学号"], ["1"]], SYNONYMS) is None
    assert find_header([], SYNONYMS) is None


GROUPED = {
    "学号": "number",
    "姓名": "name",
    "专业": "major_name",
    "专业代码": "major",
    "专业名称": "major_name",
    "性别": "sex",
}


BOTH = {"number": 0, "name": 1}


@pytest.mark.parametrize(
    ("rows", "positions", "last"),
    [
        ([["学号", "姓名", "专业", None], [None, None, "代码", "名称"]], {**BOTH, "major": 2, "major_name": 3}, 1),
        ([["学号", "姓名", *["专业"] * 2], ["学号", "姓名", "代码", "名称"]], {**BOTH, "major": 2, "major_name": 3}, 1),
        ([["名单", "名单"], ["学号", "基本", "基本"], [None, "姓名", "性别"]], {"number": 0, "name": 1, "sex": 2}, 2),
        ([["学号", "姓名", "专业", "专业"], ["学号", "姓名", "代码", "备注"]], {"number": 0, "name": 1, "major": 2}, 1),
        ([["信息", None, "其他"], ["学号", "姓名", None], [None, None, "性别"]], {"number": 0, "name": 1, "sex": 2}, 2),
        ([["学号", "姓名", "专业"], ["代码", "名称", "代码"]], {"number": 0, "name": 1, "major_name": 2}, 0),
        ([["学号", "姓名", "专业"], [1.0, None, "代码"]], {"number": 0, "name": 1, "major_name": 2}, 0),
        ([["学号", "姓名"], ["1", "甲"], ["学号", "姓名"]], {"number": 0, "name": 1}, 0),
    ],
)  # fmt: skip
def test_a_header_may_have_rows_of_groups(rows: list[list[Cell]], positions: dict[str, int], last: int) -> None:
    header = find_header([*rows, ["2022001", "甲一", "080901", "数学"]], GROUPED)
    assert header is not None
    assert (header.positions, header.row) == (positions, last)


def test_titles_of_a_deep_header_are_read_like_the_header() -> None:
    deep = find_header([["学号", "姓名", "专业", None], [None, None, "代码", "名称"]], GROUPED)
    assert deep is not None
    assert deep.titles == ["学号", "姓名", "专业代码", "专业名称"]
    flat = find_header([deep.titles], GROUPED)
    assert flat is not None
    assert flat.positions == deep.positions


def test_a_note_that_covers_known_columns_is_no_data_row() -> None:
    header = Header(0, {"student_number": 1, "name": 2}, {})
    assert not header.fills(["制表人：甲", *[Unclear("merged_across", "制表人：甲")] * 2])
    assert header.fills([None, Unclear("cell_error", "#N/A")])


def test_no_memo_keeps_what_stands_in_the_upper_rows() -> None:
    assert find_header([["学号", "姓名"], ["2024001", "欧阳某某"], ["2024002", "上官某某"]], SYNONYMS)
    memos = (each.cache_info() for each in vars(headers).values() if hasattr(each, "cache_info"))
    assert not any(memo.currsize for memo in memos)
