"""Files as people make them are read cell for cell; files made to hurt end their own reader, nothing else."""

import io
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
from common.sheet_reader import __main__ as child
from common.sheet_reader import limits, package
from common.spreadsheets import SPREADSHEETS, NumberedRow, blocks_of, unpacked, write_workbook
from common.spreadsheets.cells import Unclear
from common.spreadsheets.headers import SEARCHED_ROWS

# every reading starts a process
pytestmark = pytest.mark.server


@dataclass
class Sheet:
    rows: list[list[Cell]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


async def portions(content: bytes, choose: Any = None) -> AsyncIterator[list[NumberedRow]]:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 100_000):
            yield content[start : start + 100_000]

    async for packed_rows, rows in blocks_of(SPREADSHEETS.kind_of(content), parts(), choose):
        assert unpacked(packed_rows) == rows
        yield rows


async def read(content: bytes, choose: Any = None) -> Sheet:
    sheet = Sheet()
    async for portion in portions(content, choose):
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


def rule_at(cell: Cell) -> str | None:
    return cell.rule if isinstance(cell, Unclear) else None


async def rule_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        await read(content)
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

    sheet = await read(workbook(fill))
    assert sheet.rows == [["学号", 3.5, 271.0, True, date(2024, 6, 15), date(2024, 6, 15), 2.0, None, "end"]]
    assert [type(cell) for cell in sheet.rows[0][:4]] == [str, float, float, bool]


async def test_rows_carry_the_numbers_that_the_program_shows() -> None:
    content = one_sheet({3: [None, "header"], 4: [None, "a"], 7: [None, "b"], 9: [None, None, "c"]})
    sheet = await read(content)
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

    sheet = await read(workbook(fill))
    assert sheet.rows == [["data"]]


SHEETS: dict[str, list[list[Any]]] = {
    "说明": [["请勿修改"], [1]],
    "名单": [["2024 届"], ["学号", "姓名"], ["1", "张三"]],
    "代码": [["代码", "名称"], ["10", "签约"]],
    "附表": [["学号", "姓名", "性别"], ["2", "李四", "男"]],
}


def has_header(sheets: Sequence[tuple[str, Sequence[Sequence[Cell]]]]) -> list[int]:
    return [at for at, (_, rows) in enumerate(sheets) if any(row[:2] == ["学号", "姓名"] for row in rows)]


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
    sheet = await read(sheets(*names, hidden=hidden), has_header)
    assert sheet.rows == SHEETS[read_one]
    assert sheet.numbers == list(range(1, len(SHEETS[read_one]) + 1))


async def test_two_visible_sheets_with_the_header_are_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        await read(sheets("说明", "名单", "附表"), has_header)
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

    assert (await read(workbook(fill), has_header)).rows == [["学号", "姓名"], ["1", "张三"]]


async def test_sheets_of_old_workbooks_are_told_apart_too() -> None:
    book, content = xlwt.Workbook(), io.BytesIO()
    for name in ("说明", "名单"):
        sheet = book.add_sheet(name)
        for number, cells in enumerate(SHEETS[name]):
            for column, cell in enumerate(cells):
                sheet.write(number, column, cell)
    book.save(content)
    assert (await read(content.getvalue(), has_header)).rows == SHEETS["名单"]


async def test_a_merged_title_stands_in_every_cell() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "2024 届毕业生")
        sheet.write_row(1, 0, ["学号", "姓名"])

    assert (await read(workbook(fill))).rows == [["2024 届毕业生"] * 4, ["学号", "姓名"]]


async def test_old_workbooks_are_read_too() -> None:
    book, content = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, cell in enumerate(["学号", 12.5, True]):
        sheet.write(2, column, cell)
    sheet.write(2, 3, date(2024, 7, 1), day)
    book.save(content)
    found = await read(content.getvalue())
    assert (found.numbers, found.rows) == ([3], [["学号", 12.5, True, date(2024, 7, 1)]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_text_files_in_any_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    lines = [["学号", "姓名"], ["0012", '"张,三;\t㐀"'], [], ['="0013"', '"李\n四"'], ["14", "王"]]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"
    sheet = await read(text.encode(encoding))
    assert sheet.rows == [["学号", "姓名"], ["0012", "张,三;\t㐀"], ["0013", "李\n四"], ["14", "王"]]
    assert sheet.numbers == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        *((each, "text_encoding") for each in (b"a,b\x00,c\n", b"ab,c\x00,d\n", b"a,b\x00,cd\n")),
        (b"\xff\xff\xff\xff,\n", "text_encoding"),
        (b"," * 9 + b"\n\n", "file_empty"),
    ],
)
async def test_text_that_is_none_is_refused(content: bytes, rule: str) -> None:
    assert await rule_of(content) == rule


@pytest.mark.parametrize(
    ("content", "cell"),
    [
        ('学号,姓名\n1,"陈一\n2,王二\n', '"陈一'),
        ('学号,单位名称\n1,"某所\n2,王二\n3,乙', '"某所'),
        ('学号,姓名\n1,"陈"一\n2,王二\n', '"陈"一'),
        ('学号,单位名称\n1,"甲"乙"丙"\n2,王二\n', '"甲"乙"丙"'),
        ('学号,姓名\n1,"陈一\n2,王二\n3,"丁"\n', '"陈一'),
    ],
)
async def test_a_stray_quote_is_named_and_swallows_no_row(content: str, cell: str) -> None:
    sheet = await read(content.encode())
    assert sheet.rows[1:3] == [["1", Unclear("stray_quote", cell)], ["2", "王二"]]
    assert rule_at(sheet.rows[1][1]) == "stray_quote"


async def test_a_broken_character_or_a_cell_of_a_megabyte_is_named() -> None:
    good = "学号,姓名\n1,甲\n" * 20
    for line in (b"2," + "张".encode()[:2] + b"\n", b"2,a\0b\n"):
        sheet = await read(good.encode() + line)
        assert [rule_at(cell) for cell in sheet.rows[-1]] == [None, "broken_character"]
    sheet = await read(b"a\n" + b"b" * 1_000_000)
    assert rule_at(sheet.rows[1][0]) == "length"


async def test_a_text_file_with_too_many_rows_or_columns_is_refused() -> None:
    assert await rule_of(b"a\n" * (limits.MAX_ROWS + 1)) == "too_many_rows"
    assert await rule_of(b",".join([b"x"] * (limits.MAX_COLUMNS + 1))) == "too_many_columns"
    kept = await read(b",".join([b"x"] * limits.MAX_COLUMNS) + b"," * 50)
    assert len(kept.rows[0]) == limits.MAX_COLUMNS


async def test_a_text_file_with_too_many_cells_is_refused() -> None:
    row = b",".join([b"x"] * limits.MAX_COLUMNS) + b"\n"
    assert await rule_of(row * (limits.MAX_CELLS // limits.MAX_COLUMNS + 1)) == "too_many_cells"


async def test_a_file_that_breaks_off_on_its_way_ends_the_reading() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        raise TransientError

    with pytest.raises(TransientError):
        [block async for block in blocks_of("csv", parts())]


def repacked(extra: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(one_sheet({1: ["a"]}))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return packed({**members, **extra})


def test_a_bomb_is_refused_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 3 * 1024**2)
    bomb = repacked({"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 4 * 1024**2})
    assert len(bomb) < 100_000
    with pytest.raises(limits.Refusal, match="file_too_large"):
        list(child.read("xlsx", bomb, lambda _: 0))


async def test_what_is_not_read_costs_nothing() -> None:
    pictures = {f"xl/media/image{number}.png": b"\0" * 10**7 for number in range(60)}
    assert (await read(repacked({**pictures, "xl/embeddings/a.zip": packed({"a": b"a"})}))).rows == [["a"]]


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ({"xl/VBAproject.bin": b"x"}, "file_has_macros"),
        ({"xl\\externalLinks\\externalLink1.xml": b"x"}, "file_has_links"),
    ],
)
async def test_macros_and_links_are_refused(extra: dict[str, bytes], rule: str) -> None:
    assert await rule_of(repacked(extra)) == rule


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"word/document.xml": b"<document/>"}, ".docx"),
        ({"xl/workbook.bin": b"x"}, ".xlsb"),
        ({"content.xml": b"<x/>"}, ".ods"),
        ({"a.txt": b"x"}, ".zip"),
    ],
)
async def test_what_is_no_workbook_is_named(members: dict[str, bytes], name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read(packed(members))
    (problem,) = refused.value.problems
    assert problem.rule == "file_type"
    assert problem.message.zh.endswith(f"：{name}")


async def test_broken_and_foreign_files_are_refused() -> None:
    whole = one_sheet({1: ["a"]})
    assert await rule_of(whole[: len(whole) // 2]) == "file_corrupt"
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    assert await rule_of(bytes(flipped)) == "file_corrupt"
    assert await rule_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "file_corrupt"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert await rule_of(locked) == "file_encrypted"
    assert await rule_of(one_sheet({})) == "file_empty"


async def test_a_cell_at_the_far_corner_does_not_take_the_service_along() -> None:
    content = one_sheet({1: ["a"], 1_048_576: [None] * 16_383 + ["z"]})
    assert await rule_of(content) in {"file_too_large", "file_too_slow", "too_many_columns"}


async def test_ten_thousand_rows_of_forty_columns_are_read() -> None:
    row = ["2020123456", "计算机科学与技术", 3.0, "张三", "410102", "2024-06-15", None, "本科"] * 5
    content = one_sheet(dict.fromkeys(range(1, 10_001), row))
    assert len((await read(content)).rows) == 10_000


async def test_rows_come_in_portions() -> None:
    sizes = [len(portion) async for portion in portions(b"a,b\n" * 1000)]
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
    back, written = await read(content), [text.replace("\0", "") for text in ["=evil", *RISKY]]
    assert [str(row[0]).strip() for row in back.rows] == [text.strip() for text in written]
    assert [rule_at(row[0]) for row in back.rows] == [None] * len(written)


async def test_a_formula_that_was_reported_is_none_the_less_one_in_the_report() -> None:
    formula = Unclear("formula_without_value", "=A1&B1")
    [_, [cell, plain]] = (await read(write_workbook(["a", "b"], [[formula, "x"]]))).rows
    assert (cell, rule_at(cell), plain) == (formula, formula.rule, "x")


async def test_reasons_become_the_last_column() -> None:
    rows: list[list[Any]] = [["1", date(2024, 6, 15)], ["2"], ["3", float("nan")]]
    content = write_workbook(["学号", "日期"], rows, ["第一", "第二", "第三"])
    assert (await read(content)).rows == [
        ["学号", "日期", "错误原因 / Reason"],
        ["1", date(2024, 6, 15), "第一"],
        ["2", None, "第二"],
        ["3", None, "第三"],
    ]
