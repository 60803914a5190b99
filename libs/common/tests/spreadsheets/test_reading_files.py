"""Files as people make them are read cell for cell; files made to hurt end their own reader, nothing else."""

import io
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from common.codes import Cell
from common.errors import Invalid, TransientError
from common.spreadsheets import NumberedRow, blocks_of, child, kind_of, unpacked, write_workbook
from common.spreadsheets.headers import SEARCHED_ROWS

# every reading starts a process
pytestmark = pytest.mark.server


@dataclass
class Sheet:
    rows: list[list[Cell]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


async def portions(content: bytes, filename: str, find_header: Any = None) -> AsyncIterator[list[NumberedRow]]:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 100_000):
            yield content[start : start + 100_000]

    async for packed_rows, rows in blocks_of(kind_of(filename, content), parts(), find_header):
        assert unpacked(packed_rows) == rows
        yield rows


async def read(content: bytes, filename: str, find_header: Any = None) -> Sheet:
    sheet = Sheet()
    async for portion in portions(content, filename, find_header):
        for number, cells in portion:
            sheet.numbers.append(number)
            sheet.rows.append(cells)
    return sheet


def workbook(fill: Callable[[Any], None]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    fill(book)
    book.close()
    return content.getvalue()


def one_sheet(rows: dict[int, list[Any]]) -> bytes:
    """Rows by the number that the spreadsheet program shows."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for number, cells in rows.items():
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(number - 1, column, cell)

    return workbook(fill)


def packed(members: dict[str, bytes], **options: Any) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


async def rule_of(content: bytes, filename: str) -> str:
    with pytest.raises(Invalid) as refused:
        await read(content, filename)
    (problem,) = refused.value.problems
    assert problem.pointer == "/file"
    assert not problem.message.zh.isascii()
    assert problem.message.en.isascii()
    return problem.rule


async def test_cells_keep_their_kind() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["学号", 3.5, 271, True])
        sheet.write_datetime(0, 4, date(2024, 6, 15), day)
        sheet.write_datetime(0, 5, datetime(2024, 6, 15, 10, 30), clock)  # noqa: DTZ001
        sheet.write_formula(0, 6, "=1+1", None, 2)
        sheet.write_string(0, 7, "  ")
        sheet.write_string(0, 8, "end")

    sheet = await read(workbook(fill), "名单.XLSX")
    assert sheet.rows == [["学号", 3.5, 271.0, True, date(2024, 6, 15), date(2024, 6, 15), 2.0, None, "end"]]
    assert [type(cell) for cell in sheet.rows[0][:4]] == [str, float, float, bool]


async def test_rows_carry_the_numbers_that_the_program_shows() -> None:
    content = one_sheet({3: [None, "header"], 4: [None, "a"], 7: [None, "b"], 9: [None, None, "c"]})
    sheet = await read(content, "a.xlsx")
    assert list(zip(sheet.numbers, sheet.rows, strict=True)) == [
        (3, [None, "header"]), (4, [None, "a"]), (7, [None, "b"]), (9, [None, None, "c"]),
    ]  # fmt: skip


async def test_the_first_visible_sheet_with_data_counts() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("说明")
        hidden = book.add_worksheet("字典")
        hidden.write(0, 0, "hidden")
        hidden.hide()
        book.add_worksheet("数据").write(0, 0, "data")
        book.add_worksheet("later").write(0, 0, "later")

    sheet = await read(workbook(fill), "a.xlsx")
    assert sheet.rows == [["data"]]


SHEETS: dict[str, list[list[Any]]] = {
    "说明": [["请勿修改"], [1]],
    "名单": [["2024 届"], ["学号", "姓名"], ["1", "张三"]],
    "代码": [["代码", "名称"], ["10", "签约"]],
    "附表": [["学号", "姓名", "性别"], ["2", "李四", "男"]],
}


def has_header(rows: Sequence[Sequence[Cell]]) -> bool:
    return any(row[:2] == ["学号", "姓名"] for row in rows)


def sheets(*names: str, hidden: str = "") -> bytes:
    def fill(book: Any) -> None:
        for name in names:
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(SHEETS[name]):
                sheet.write_row(number, 0, cells)
            # the active sheet is never hidden
            sheet.hide() if name == hidden else sheet.activate()

    return workbook(fill)


@pytest.mark.parametrize(
    ("names", "hidden", "read_one"),
    [
        (["说明", "名单", "代码"], "", "名单"),
        (["代码", "附表"], "", "附表"),
        (["名单", "附表"], "附表", "名单"),
        (["名单", "附表", "代码"], "名单", "附表"),
        (["代码", "附表"], "附表", "代码"),
        (["说明", "代码"], "", "说明"),
    ],
)
async def test_the_visible_sheet_with_the_header_counts(names: list[str], hidden: str, read_one: str) -> None:
    sheet = await read(sheets(*names, hidden=hidden), "a.xlsx", has_header)
    assert sheet.rows == SHEETS[read_one]
    assert sheet.numbers == list(range(1, len(SHEETS[read_one]) + 1))


async def test_two_visible_sheets_with_the_header_are_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        await read(sheets("说明", "名单", "附表"), "a.xlsx", has_header)
    (problem,) = refused.value.problems
    assert (problem.rule, problem.pointer) == ("several_tables", "/file")
    assert problem.message.zh.endswith("：名单、附表")
    assert problem.message.en.endswith(": 名单, 附表")


async def test_a_header_far_down_makes_no_table() -> None:
    assert child.UPPER_ROWS == SEARCHED_ROWS
    notes = [[f"说明 {number}"] for number in range(SEARCHED_ROWS)]

    def fill(book: Any) -> None:
        for name, rows in (("先", [*notes, ["学号", "姓名"]]), ("后", [["学号", "姓名"], ["1", "张三"]])):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)

    assert (await read(workbook(fill), "a.xlsx", has_header)).rows == [["学号", "姓名"], ["1", "张三"]]


async def test_sheets_of_old_workbooks_are_told_apart_too() -> None:
    book, content = xlwt.Workbook(), io.BytesIO()
    for name in ("说明", "名单"):
        sheet = book.add_sheet(name)
        for number, cells in enumerate(SHEETS[name]):
            for column, cell in enumerate(cells):
                sheet.write(number, column, cell)
    book.save(content)
    assert (await read(content.getvalue(), "a.xls", has_header)).rows == SHEETS["名单"]


async def test_a_merged_header_stands_in_its_first_cell() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "2024 届毕业生")
        sheet.write_row(1, 0, ["学号", "姓名"])

    assert (await read(workbook(fill), "a.xlsx")).rows == [["2024 届毕业生"], ["学号", "姓名"]]


async def test_old_workbooks_are_read_too() -> None:
    book, content = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, cell in enumerate(["学号", 12.5, True]):
        sheet.write(2, column, cell)
    sheet.write(2, 3, date(2024, 7, 1), day)
    book.save(content)
    found = await read(content.getvalue(), "a.xls")
    assert (found.numbers, found.rows) == ([3], [["学号", 12.5, True, date(2024, 7, 1)]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_text_files_in_any_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    lines = [["学号", "姓名"], ["0012", '"张,三;\t㐀"'], [], ['="0013"', '"李\n四"'], ["14", "王"]]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"
    sheet = await read(text.encode(encoding), "a.csv")
    assert sheet.rows == [["学号", "姓名"], ["0012", "张,三;\t㐀"], ["0013", "李\n四"], ["14", "王"]]
    assert sheet.numbers == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"a,b\x00,c\n", "text_encoding"), (b"\xff\xff\xff\xff,\n", "text_encoding"), (b"," * 9 + b"\n\n", "file_empty")],
)
async def test_text_that_is_none_is_refused(content: bytes, rule: str) -> None:
    assert await rule_of(content, "a.csv") == rule


@pytest.mark.parametrize(
    "content", ['学号,姓名\n1,"陈一\n2,王二\n', '学号,单位名称\n1,甲\n2,"某所\n3,乙', '学号,姓名\n1,"陈"一\n']
)
async def test_a_quote_that_is_never_closed_swallows_no_row(content: str) -> None:
    assert await rule_of(content.encode(), "a.csv") == "file_corrupt"


async def test_a_cell_of_a_megabyte_is_refused() -> None:
    assert await rule_of(b"a\n" + b"b" * 1_000_000, "a.csv") == "file_corrupt"


async def test_a_text_file_with_too_many_rows_or_columns_is_refused() -> None:
    assert await rule_of(b"a\n" * (child.MAX_ROWS + 1), "a.csv") == "too_many_rows"
    assert await rule_of(b",".join([b"x"] * (child.MAX_COLUMNS + 1)), "a.csv") == "too_many_columns"
    kept = await read(b",".join([b"x"] * child.MAX_COLUMNS) + b"," * 50, "a.csv")
    assert len(kept.rows[0]) == child.MAX_COLUMNS


async def test_a_text_file_with_too_many_cells_is_refused() -> None:
    row = b",".join([b"x"] * child.MAX_COLUMNS) + b"\n"
    assert await rule_of(row * (child.MAX_CELLS // child.MAX_COLUMNS + 1), "a.csv") == "too_many_cells"


async def test_a_file_that_breaks_off_on_its_way_ends_the_reading() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        raise TransientError

    with pytest.raises(TransientError):
        [block async for block in blocks_of("csv", parts())]


async def test_a_bomb_is_refused_while_it_inflates() -> None:
    plain = one_sheet({1: ["a"]})
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    bomb = packed({**members, "xl/media/image1.png": b"\0" * (child.MAX_UNPACKED + 1)})
    assert len(bomb) < 1024 * 1024
    assert await rule_of(bomb, "a.xlsx") == "file_too_large"
    ratio = packed({**members, "xl/media/image1.png": b"\0" * (child.RATIO_FROM * 2)})
    assert await rule_of(ratio, "a.xlsx") == "file_too_large"


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ({"xl/vbaProject.bin": b"x"}, "file_has_macros"),
        ({"xl/externalLinks/externalLink1.xml": b"x"}, "file_has_links"),
        ({"inner.zip": packed({"a": b"a"})}, "file_corrupt"),
        ({f"xl/media/{number}.png": b"x" for number in range(60)}, "file_too_large"),
    ],
)
async def test_what_a_plain_workbook_has_no_use_for_is_refused(extra: dict[str, bytes], rule: str) -> None:
    with zipfile.ZipFile(io.BytesIO(one_sheet({1: ["a"]}))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert await rule_of(packed({**members, **extra}), "a.xlsx") == rule


async def test_broken_and_foreign_files_are_refused() -> None:
    whole = one_sheet({1: ["a"]})
    assert await rule_of(whole[: len(whole) // 2], "a.xlsx") == "file_corrupt"
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    assert await rule_of(bytes(flipped), "a.xlsx") == "file_corrupt"
    assert await rule_of(packed({"word/document.xml": b"x"}), "a.xlsx") == "file_type_mismatch"
    assert await rule_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls") == "file_corrupt"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert await rule_of(locked, "a.xlsx") == "file_encrypted"
    assert await rule_of(locked, "a.xls") == "file_encrypted"
    assert await rule_of(whole, "a.xls") == "file_type_mismatch"
    assert await rule_of(one_sheet({}), "a.xlsx") == "file_empty"


async def test_a_cell_at_the_far_corner_does_not_take_the_service_along() -> None:
    content = one_sheet({1: ["a"], 1_048_576: [None] * 16_383 + ["z"]})
    assert await rule_of(content, "a.xlsx") in {"file_too_large", "file_too_slow", "too_many_columns"}


async def test_ten_thousand_rows_of_forty_columns_are_read_within_two_seconds() -> None:
    row = ["2020123456", "计算机科学与技术", 3.0, "张三", "410102", "2024-06-15", None, "本科"] * 5
    content = one_sheet(dict.fromkeys(range(1, 10_001), row))
    began = time.process_time()
    sheet = await read(content, "a.xlsx")
    assert len(sheet.rows) == 10_000
    assert time.process_time() - began < 2


async def test_rows_come_in_portions() -> None:
    sizes = [len(portion) async for portion in portions(b"a,b\n" * 1000, "a.csv")]
    assert sum(sizes) == 1000
    assert max(sizes) <= child.FRAME_ROWS


RISKY = ["=1+1", "+86", "-1", "@sum", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠1", "\x00=1"]


async def test_a_written_text_is_never_a_formula_and_comes_back_as_it_was() -> None:
    content = write_workbook(["=evil", "b"], [[text, "plain"] for text in RISKY])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(str(row[0].value).startswith("'") for row in sheet.iter_rows())
    back = await read(content, "a.xlsx")
    assert [str(row[0]).strip() for row in back.rows[1:]] == [text.replace("\0", "").strip() for text in RISKY]


async def test_reasons_become_the_last_column() -> None:
    rows: list[list[Any]] = [["1", date(2024, 6, 15)], ["2"], ["3", float("nan")]]
    content = write_workbook(["学号", "日期"], rows, ["第一", "第二", "第三"])
    assert (await read(content, "a.xlsx")).rows == [
        ["学号", "日期", "错误原因 / Reason"],
        ["1", date(2024, 6, 15), "第一"],
        ["2", None, "第二"],
        ["3", None, "第三"],
    ]
