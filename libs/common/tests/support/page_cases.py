"""What each statement of docs/spreadsheets.md means: cells and files, and what becomes of them."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import openpyxl
from written_sheets import Written, by_xlwt

from common.sheet_reader import __main__ as child
from common.sheet_reader import package


class Error(NamedTuple):
    """A cell is at fault by this rule."""

    rule: str


class Refused:
    """A file is refused by this rule; the names are what the rule is about."""

    def __init__(self, rule: str, *names: str) -> None:
        self.rule, self.names = rule, names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused) and (self.rule, self.names) == (other.rule, other.names)

    def __repr__(self) -> str:
        return f"Refused{(self.rule, *self.names)}"


Rows = Mapping[int, Mapping[str, object]]
Make = Callable[[], bytes]


def number(value: float, code: str = "General") -> Written:
    return Written("number", value, code)


def text(value: str) -> Written:
    return Written("text", value)


def everywhere(said: object, *columns: str) -> dict[str, object]:
    return dict.fromkeys(columns or ("number", "name", "born"), said)


LOST, DECIMALS, OTHERWISE = map(
    Error, ("number_in_scientific_notation", "number_with_decimals", "number_shown_otherwise")
)
NO_TEXT, SHOWN_ERROR, FORMULA = map(Error, ("cell_is_no_text", "cell_error", "formula_without_value"))

CELLS: dict[str, list[tuple[Written, dict[str, object]]]] = {
    "There is one principle: a sheet is read as it is shown.": [(number(7, "0000000"), {"number": "0000007"})],
    "A number in the format General, or its own digits and nothing else": [
        (number(20240601), {**everywhere("20240601", "number", "name"), "born": date(2024, 6, 1)}),
        (number(22001, "0"), everywhere("22001", "number", "name")),
        (number(2022.1), {"name": "2022.1"}),
    ],
    "A number that its format shows as `0022001`, `03`, `2022.10`, `学001`": [
        (number(22001, "0000000"), everywhere("0022001", "number", "name")),
        (number(3, "00"), everywhere("03", "number", "name")),
        (number(2022.1, "0.00"), {**everywhere("2022.10", "number", "name"), "born": date(2022, 10, 1)}),
        (number(1, '"学"000'), everywhere("学001", "number", "name")),
        (number(22002, "0.00"), {"number": "22002"}),
    ],
    "A number of more than 15 digits, or in a scientific format; the text `1.1E+17` among identifiers": [
        (number(110101200001011000), everywhere(LOST)),
        (number(201800000000, "0.00E+00"), everywhere(LOST)),
        (text("1.1E+17"), {"number": LOST, "name": "1.1E+17"}),
    ],
    "A General number with decimals (2022.1) among identifiers; one such as 1999.1 among days, which may have been"
    " 1999.10": [
        (number(2022.1), {"number": DECIMALS}),
        (number(1999.1), {"born": DECIMALS}),
        (number(1999.2), {"born": date(1999, 2, 1)}),
        (text("1999.1"), {"number": "1999.1", "born": date(1999, 1, 1)}),
    ],
    '`="0012"` in a .csv, `\'0012`': [(text("'0012"), everywhere("0012", "number", "name"))],
    "A number that its format hides, or rounds to another one": [
        (number(7, ";;;"), everywhere(OTHERWISE)),
        (number(2.5, "0"), everywhere(OTHERWISE)),
    ],
    "A day, in a column of days": [
        (Written("day", date(2001, 2, 3), "yyyy-mm-dd"), {"born": date(2001, 2, 3), "is_month": False}),
        (Written("day", date(2022, 10, 1), "yyyy/m"), {"born": date(2022, 10, 1), "is_month": True}),
    ],
    "A day, true or false, in a column of identifiers or texts; a time in any column": [
        (Written("day", date(2001, 2, 3), "yyyy-mm-dd"), everywhere(NO_TEXT, "number", "name")),
        (Written("boolean", True), everywhere(NO_TEXT, "number", "name")),
        (number(0.5, "h:mm"), everywhere(NO_TEXT)),
    ],
    "An error such as `#N/A` or `#REF!`; `####`": [
        (Written("error", "#N/A"), everywhere(SHOWN_ERROR)),
        (Written("error", "#REF!"), everywhere(SHOWN_ERROR)),
        (text("####"), everywhere(SHOWN_ERROR)),
    ],
    "A formula without a saved result; a text that begins with `=`": [
        (Written("formula", "1+1"), everywhere(FORMULA)),
        (text("=1+1"), everywhere(FORMULA)),
    ],
    "A broken character": [(text("甲\ufffd"), everywhere(Error("broken_character")))],
}
"""Statement → what a program writes into a cell, and what is then read of it in a column."""


def csv(words: str, encoding: str = "utf-8") -> bytes:
    return words.encode(encoding)


Areas = Sequence[str]


def book(*sheets: tuple[str, Sequence[Sequence[Any]]], hidden: str = "", areas: Areas = ()) -> bytes:
    made, content = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for area in areas:
            sheet.merge_cells(area)
    made.active = next(at for at, (name, _) in enumerate(sheets) if name != hidden)
    made.save(content)
    return content.getvalue()


def merged(rows: Sequence[Sequence[Any]], *areas: str) -> Make:
    return lambda: book(("a", rows), areas=areas)


def archive(members: Mapping[str, bytes], base: bytes = b"") -> bytes:
    content = io.BytesIO(base)
    with zipfile.ZipFile(content, "a") as packed:
        for name, member in members.items():
            packed.writestr(name, member)
    return content.getvalue()


TABLE = [["学号", "姓名"], ["0012", "张三"]]
READ: Rows = {2: {"number": "0012", "name": "张三"}}
NOTES = ("说明", [["请勿修改"]])


def workbook() -> bytes:
    return book(("名单", TABLE))


def old_workbook() -> bytes:
    return by_xlwt([[text(cell) for cell in row] for row in TABLE])


def biff5(*, password: bool = False) -> bytes:
    """A workbook of Excel 5.0/95 in GBK: nothing but its records."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    for row, cells in enumerate(TABLE):
        for column, words in enumerate(cells):
            label = words.encode("gbk")
            sheet += record(0x204, struct.pack("<HHHH", row, column, 0, len(label)) + label)

    def start(at: int) -> bytes:
        begun = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x2F, bytes(4)) * password
        return begun + record(0x42, struct.pack("<H", 936)) + record(0x85, struct.pack("<IHB", at, 0, 1) + b"a") + END

    return start(len(start(0))) + sheet + END


END = struct.pack("<HH", 0x0A, 0)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def with_unreadable_picture() -> bytes:
    """A picture whose checksum is wrong: who unpacks it fails."""
    return archive({"xl/media/image1.png": b"PICTURE"}, workbook()).replace(b"PICTURE", b"PICTURES"[1:])


def with_hidden_rows() -> bytes:
    made, content = openpyxl.load_workbook(io.BytesIO(workbook())), io.BytesIO()
    made["名单"].row_dimensions[2].hidden = made["名单"].column_dimensions["A"].hidden = True
    made.save(content)
    return content.getvalue()


def below(notes: int) -> Make:
    return lambda: book(("名单", [*([[f"注{at}"] for at in range(notes)]), *TABLE]))


GROUPED: list[list[Any]] = [
    ["2024 届名单", None, None, None],
    ["学生信息", None, None, None],
    ["学号", "姓名", "专业", None],
    [None, None, "代码", "名称"],
    ["1", "甲", "0301", "法学"],
]

FILES: dict[str, list[tuple[Make, Rows | Refused]]] = {
    "What is not certain is never guessed; it is an error at its row and column that says how to mend it.": [
        (lambda: csv("学号,姓名\n1,甲\n2,#N/A\n"), {2: {"number": "1", "name": "甲"}, 3: {"name": SHOWN_ERROR}})
    ],
    "A cell that shows nothing keeps what is stored, `**CLEAR**` erases it.": [
        (lambda: csv("学号,姓名\n1, \n2,**CLEAR**\n"), {2: {"number": "1"}, 3: {"number": "2", "name": None}})
    ],
    ".xlsx, .xls (Excel 5.0/95 and later), .csv (UTF-8, UTF-16, GB18030; comma, semicolon or tab)": [
        (workbook, READ),
        (old_workbook, READ),
        (biff5, READ),
        (lambda: csv("学号,姓名\n0012,张三\n"), READ),
        (lambda: csv("学号;姓名\n0012;张三\n", "utf-16"), READ),
        (lambda: csv("学号\t姓名\n0012\t张三\n", "gb18030"), READ),
        (lambda: csv("学号,姓名\n0012,张三\n", "utf-16-le"), READ),
        (lambda: csv("学号;姓名\n0012;张三\n", "utf-16-be"), READ),
        (lambda: csv("学号\t,姓名\t\n0012\t,张三\t\n", "gb18030"), READ),
        (lambda: csv('"学号\t";"姓名\t"\n"0012\t";"张三\t"\n'), READ),
    ],
    "Pictures, printer settings": [(with_unreadable_picture, READ)],
    "Many sheets": [(lambda: book(*((f"{at}", NOTES[1]) for at in range(300)), ("名单", TABLE)), READ)],
    ".xlsb, .ods, .docx, .dbf, PDF, a web page or XML saved as .xls, Excel 4.0 and earlier": [
        (lambda: archive({"xl/workbook.bin": b"x"}), Refused("file_type", ".xlsb")),
        (lambda: archive({"content.xml": b"<x/>"}), Refused("file_type", ".ods")),
        (lambda: archive({"word/document.xml": b"<x/>"}), Refused("file_type", ".docx")),
        (lambda: b"\x03\x18\x06\x01" + bytes(60), Refused("file_type", "dBase")),
        (lambda: b"%PDF-1.7", Refused("file_type", "PDF")),
        (lambda: b"<html><table><tr><td>1</td></tr></table></html>", Refused("file_type", "HTML/XML")),
        (lambda: csv('<?xml version="1.0"?><Workbook/>', "utf-16"), Refused("file_type", "HTML/XML")),
        (lambda: b"\x09\x04\x06\x00\x00\x04\x10\x00\x00\x00", Refused("file_type", "Excel 4.0")),
        (lambda: b"\x09\x02\x06\x00\x00\x03\x10\x00\x00\x00", Refused("file_type", "Excel 3.0")),
    ],
    "A password": [
        (lambda: COMPOUND + bytes(504) + "EncryptedPackage".encode("utf-16-le"), Refused("file_encrypted")),
        (lambda: biff5(password=True), Refused("file_encrypted")),
    ],
    "Macros; an .xlsx with links to other workbooks": [
        (lambda: archive({"xl/vbaProject.bin": b"x"}, workbook()), Refused("file_has_macros")),
        (lambda: old_workbook() + "_VBA_PROJECT_CUR".encode("utf-16-le"), Refused("file_has_macros")),
        (lambda: archive({"xl/externalLinks/externalLink1.xml": b"x"}, workbook()), Refused("file_has_links")),
    ],
    "Damaged, empty, a text in another encoding": [
        (lambda: workbook()[:2000], Refused("file_corrupt")),
        (lambda: COMPOUND + bytes(600), Refused("file_corrupt")),
        (lambda: b" \n", Refused("file_empty")),
        (lambda: book(("a", [])), Refused("file_empty")),
        (lambda: b"\xff\xff\xff\xff,\n", Refused("text_encoding")),
    ],
    "A hidden sheet is read only if no other has any content; hidden rows and columns are read.": [
        (lambda: book(("空", []), ("名单", TABLE), hidden="名单"), READ),
        (lambda: book(NOTES, ("名单", TABLE), hidden="名单"), Refused("header_missing")),
        (with_hidden_rows, READ),
    ],
    "Where two visible sheets have the header that is needed, the file is refused (`several_tables`).": [
        (lambda: book(NOTES, ("一班", TABLE), ("二班", TABLE)), Refused("several_tables", "一班", "二班")),
        (lambda: book(NOTES, ("一班", TABLE), ("二班", TABLE), hidden="二班"), READ),
    ],
    "The header stands in the first 30 rows that hold anything and has one to three rows.": [
        (below(29), {31: READ[2]}),
        (below(30), Refused("header_missing")),
        (lambda: csv(",\n" * 40 + "学号,姓名\n1,甲\n"), {42: {"number": "1", "name": "甲"}}),
        (lambda: csv("学籍,,姓名\n学号,备注,\n1,,甲\n"), {3: {"number": "1", "name": "甲"}}),
        (lambda: csv("信息,,\n专业,,学号\n代码,名称,\n0301,法学,1\n"), {4: {"number": "1", "major": "0301"}}),
    ],
    "代码 below 专业 is 专业代码.": [
        (lambda: csv("学号,专业,\n,代码,名称\n1,0301,法学\n"), {3: {"number": "1", "major": "0301"}})
    ],
    "Merged groups, titles and notes do no harm.": [
        (
            merged(GROUPED, "A1:D1", "A2:D2", "A3:A4", "B3:B4", "C3:D3"),
            {5: {"number": "1", "name": "甲", "major": "0301"}},
        ),
    ],
    "A file without the columns that are needed is refused (`header_missing`).": [
        (lambda: csv("姓名,专业代码\n甲,0301\n"), Refused("header_missing"))
    ],
    "1999.1 in a .csv, unless in quotes": [
        (
            lambda: csv('学号,姓名,出生日期\n1,甲,1999.1\n2,1999.1,"1999.1"\n"3",丙,1999.10\n1999.1,丁,\n'),
            {
                2: {"number": "1", "name": "甲", "born": DECIMALS},
                3: {"number": "2", "name": "1999.1", "born": date(1999, 1, 1)},
                4: {"number": "3", "name": "丙", "born": date(1999, 10, 1)},
                5: {"number": DECIMALS, "name": "丁"},
            },
        )
    ],
    '`="0012"` in a .csv, `\'0012`': [(lambda: csv('学号,姓名\n"=""0012""",张三\n'), READ)],
    "A merged area": [
        (
            merged([["学号", "姓名"], ["1", "甲"], ["2", None]], "B2:B3"),
            {2: {"number": "1", "name": "甲"}, 3: {"number": "2", "name": "甲"}},
        ),
        (
            merged([["学号", "姓名"], ["1", "甲"], [None, "乙"]], "A2:A3"),
            {2: {"number": "1", "name": "甲"}, 3: {"number": Error("duplicate_in_file"), "name": "乙"}},
        ),
    ],
    "A row of nothing but cells merged across columns": [
        (
            merged([["学号", "姓名"], ["1", "甲"], ["注", None]], "A3:B3"),
            {2: {"number": "1", "name": "甲"}, 3: {"name": Error("merged_across")}},
        ),
        (merged([["序号", "学号", "姓名"], ["1", "1", "甲"], ["注"]], "A3:C3"), {2: {"number": "1", "name": "甲"}}),
    ],
    "A quote in a .csv that has no partner": [
        (
            lambda: csv('学号,姓名\n1,"甲\n2,乙\n'),
            {2: {"number": "1", "name": Error("stray_quote")}, 3: {"number": "2", "name": "乙"}},
        )
    ],
    "A text of more than 32,767 characters": [
        (lambda: csv(f"学号,姓名\n1,{'甲' * 32_767}\n"), {2: {"number": "1", "name": "甲" * 32_767}}),
        (lambda: csv(f"学号,姓名\n1,{'甲' * 32_768}\n"), {2: {"number": "1", "name": Error("length")}}),
    ],
}
"""Statement → a file, and what its data rows say by row and column, or why it is refused."""


def two_sheets(hidden: str = "") -> bytes:
    """Two, of which the second one is long."""
    padding = b"<!--" + b" " * 200_000 + b"-->"
    plain, content = book(("名单", TABLE), NOTES, hidden=hidden), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in old.namelist():
            copy.writestr(name, old.read(name) + padding * name.endswith("sheet2.xml"))
    return content.getvalue()


LIMITS: dict[str, list[tuple[Any, str, int, Make, str | None]]] = {
    "Many sheets": [
        (package, "MAX_UNPACKED", 100_000, two_sheets, "file_too_large"),
        (package, "MAX_UNPACKED", 100_000, lambda: two_sheets(hidden="说明"), None),
    ],
    "More than 32 MB; 500 MB unpacked, 60 seconds of work; 200,000 rows, 100 columns, 8,000,000 cells": [
        (package, "MAX_UNPACKED", 5_000, lambda: book(("名单", TABLE * 100)), "file_too_large"),
        (child, "MAX_ROWS", 2, lambda: csv("a\n" * 2), None),
        (child, "MAX_ROWS", 2, lambda: csv("a\n" * 3), "too_many_rows"),
        (child, "MAX_COLUMNS", 2, lambda: csv("a,b\n"), None),
        (child, "MAX_COLUMNS", 2, lambda: csv("a,b,c\n"), "too_many_columns"),
        (child, "MAX_CELLS", 4, lambda: csv("a,b\n" * 2), None),
        (child, "MAX_CELLS", 4, lambda: csv("a,b\n" * 3), "too_many_cells"),
    ],
}
"""Statement → a limit of the code, lowered, a file, and the rule by which it is refused, or None."""

BEFORE_THE_READER = frozenset({"content_too_large", "file_too_slow"})
"""What ends a file before or around its reading."""

TEXT_COLUMN = ("设为文本", "format the column as text")

MENDS: dict[str, tuple[str, str]] = {
    "content_too_large": ("过大", "too large"),
    "file_type": ("另存为 .xlsx", "save it as .xlsx"),
    "file_encrypted": ("去除密码", "remove the password"),
    "file_has_macros": ("另存为不含宏的 .xlsx", "save it as .xlsx without macros"),
    "file_has_links": ("断开链接", "break the links"),
    "file_too_large": ("拆分", "split the file"),
    "file_too_slow": ("拆分", "split it"),
    "too_many_rows": ("拆分", "split the file"),
    "too_many_columns": ("删去不需要的列", "delete those that are not needed"),
    "too_many_cells": ("拆分", "split the file"),
    "file_corrupt": ("另存为 .xlsx", "save it as .xlsx"),
    "file_empty": ("为空", "empty"),
    "text_encoding": ("另存为 UTF-8", "save the file as UTF-8"),
    "several_tables": ("只保留一张", "keep one of them"),
    "header_missing": ("包含所需列", "name the required columns"),
    "number_in_scientific_notation": TEXT_COLUMN,
    "number_with_decimals": TEXT_COLUMN,
    "number_shown_otherwise": TEXT_COLUMN,
    "cell_is_no_text": TEXT_COLUMN,
    "cell_error": ("直接填写", "enter the value"),
    "formula_without_value": ("打开、计算并保存", "open the file in a spreadsheet program, calculate and save it"),
    "merged_across": ("取消合并并分别填写", "unmerge them and fill in each"),
    "stray_quote": ("两个引号", "write each quote in it twice"),
    "broken_character": ("重新填写", "enter it again"),
    "length": ("长度超出", "too long"),
}
"""Rule → what its text says of how to store it."""
