"""A sheet is read as a spreadsheet program shows it, or the cell says why it is not. Formats: ECMA-376, 18.8.30."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.styles import Alignment
from xlwt.Cell import StrCell

from common.sheet_reader import __main__ as child
from common.sheet_reader import markup
from common.sheet_reader.formats import number_reader, text_reader
from common.spreadsheets.cells import as_day, identifier_text
from common.spreadsheets.reading import cell_of

XML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PART = "xl/worksheets/sheet1.xml"


def shown(content: bytes, kind: str = "xlsx") -> list[list[Any]]:
    """The cells of the one sheet, `(rule, text)` where one is unclear."""
    frames = child.read(kind, content, lambda _: 0)
    return [[_short(cell) for cell in cells] for frame in frames if frame[0] == "rows" for _, cells in frame[1]]


def _short(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    if "rule" in cell:
        return cell["rule"], cell["shown"]
    return date.fromisoformat(cell["day"]) if "day" in cell else ("month", cell["month"])


def book(fill: Callable[[Any, Any], object]) -> bytes:
    content = io.BytesIO()
    made = xlsxwriter.Workbook(content, {"in_memory": True})
    fill(made, made.add_worksheet())
    made.close()
    return content.getvalue()


def formatted(cells: Sequence[tuple[Any, str]]) -> bytes:
    return book(lambda made, sheet: [
        sheet.write(0, at, value, made.add_format({"num_format": code})) for at, (value, code) in enumerate(cells)
    ])  # fmt: skip


def old_formatted(cells: Sequence[tuple[Any, str]]) -> bytes:
    made, content = xlwt.Workbook(), io.BytesIO()
    sheet = made.add_sheet("a")
    for at, (value, code) in enumerate(cells):
        sheet.write(0, at, value, xlwt.easyxf(num_format_str=code))
    made.save(content)
    return content.getvalue()


def with_sheet(xml: str, **parts: str) -> bytes:
    """A workbook whose sheet is written by hand."""
    plain, content = book(lambda _, sheet: sheet.write(0, 0, "a")), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as archive, zipfile.ZipFile(content, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, xml if name == PART else parts.get(name, archive.read(name)))
    return content.getvalue()


def cells(xml: str) -> list[Any]:
    """What a row of these cells shows, the same in the simple form and in any other."""
    row = f'<row r="1">{xml}</row>'
    (simple,) = shown(with_sheet(f'<worksheet xmlns="{XML}"><sheetData>{row}</sheetData></worksheet>')) or [[]]
    prefixed = row.replace("<", "<x:").replace("<x:/", "</x:")
    parsed = shown(with_sheet(f'<x:worksheet xmlns:x="{XML}"><x:sheetData>{prefixed}</x:sheetData></x:worksheet>'))
    assert parsed == [simple]
    return simple


FORMATS = [
    (22001, "0000000", "0022001"),
    (3, "00", "03"),
    (2022.1, "0.00", "2022.10"),
    (22001, "0", 22001.0),
    (22001, "0_ ", 22001.0),
    (22001, "@", 22001.0),
    (22001, "0.00_ ", "22001.00"),
    (1, '"2022"000', "2022001"),
    (20220001, "0000-0000", "2022-0001"),
    (138, "000 0000", "000 0138"),
    (22001, "#,##0", "22,001"),
    (22, "0,000", "0,022"),
    (0.5, "0%", "50%"),
    (4, '0"年"', "4年"),
    (4, 'General"年"', "4年"),
    (-5, "0;0", "5"),
    (-5, "0", -5.0),
    (0, "0;-0;", None),
    (7, ";;;", ("number_shown_otherwise", "7")),
    (2.5, "0", ("number_shown_otherwise", "2.5")),
    (22001, "0,", ("number_shown_otherwise", "22001")),
    (0.5, "# ?/?", ("number_shown_otherwise", "0.5")),
    (123, "[DBNum1]General", ("number_shown_otherwise", "123")),
    (201800000000, "0.00E+00", ("number_in_scientific_notation", "201800000000")),
    (110101200001011000, "0" * 18, ("number_in_scientific_notation", "1.10101200001011e+17")),
    (110101200001011000, "General", ("number_in_scientific_notation", "1.10101200001011e+17")),
    (1, '[=1]"男";[=2]"女"', "男"),
    (2, '[=1]"男";[=2]"女"', "女"),
    (22001, "[Red]0000000", "0022001"),
    (22001, "*0#", ("number_shown_otherwise", "22001")),
    (22001, "* 0000000", "0022001"),
    (45000.25, "yyyy-mm-dd", date(2023, 3, 15)),
    (44835, "yyyy/m", ("month", "2022-10-01")),
    (44835, 'yyyy"年"m"月"', ("month", "2022-10-01")),
    (45000, "[$-804]m/d;@", date(2023, 3, 15)),
    (45000.25, "h:mm", ("cell_is_no_text", "45000.25")),
    (0.5, "yyyy-mm-dd", ("number_shown_otherwise", "0.5")),
    ("001", '"2022"@', "2022001"),
    ("001", "0000", "001"),
    ("001", ";;;", ("number_shown_otherwise", "001")),
]


@pytest.mark.parametrize(("value", "code", "text"), FORMATS)
def test_a_number_shows_what_its_format_makes_of_it(value: Any, code: str, text: Any) -> None:
    assert shown(formatted([(value, code), ("end", "@")])) == [[text, "end"]]
    assert shown(old_formatted([(value, code), ("end", "@")]), "xls") == [[text, "end"]]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        *(
            (27, ("month", "2022-10-01")),
            (31, date(2022, 10, 1)),
            (57, ("month", "2022-10-01")),
            (58, date(2022, 10, 1)),
        ),
        *((5, "¥44,835"), (8, "¥44,835.00"), (42, "¥44,835"), (44, "¥44,835.00")),
    ],
)
def test_formats_that_chinese_programs_name_by_number(style: int, text: Any) -> None:
    xfs = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{style}"/></cellXfs>'
    sheet = (
        f'<worksheet xmlns="{XML}"><sheetData><row r="1"><c r="A1" s="1"><v>44835</v></c></row></sheetData></worksheet>'
    )
    assert shown(with_sheet(sheet, **{"xl/styles.xml": f'<styleSheet xmlns="{XML}">{xfs}</styleSheet>'})) == [[text]]


PICTURE = ("formula_without_value", '=DISPIMG("ID",1)')


def test_the_usual_format_is_no_work() -> None:
    assert number_reader("General", False) is None
    assert text_reader("General") is None
    assert text_reader("@") is None


@pytest.mark.parametrize(
    ("xml", "row"),
    [
        ('<c r="A1" t="e"><f>VLOOKUP(1,B:C,2,0)</f><v>#N/A</v></c>', [("cell_error", "#N/A")]),
        ('<c r="A1" t="e"><v>#REF!</v></c>', [("cell_error", "#REF!")]),
        ('<c r="A1"><f>VLOOKUP(1,B:C,2,0)</f></c>', [("formula_without_value", "=VLOOKUP(1,B:C,2,0)")]),
        ('<c r="A1"><f>B1&amp;C1</f><v></v></c>', [("formula_without_value", "=B1&C1")]),
        ('<c r="A1"><f t="shared" si="0"/><v/></c>', [("formula_without_value", "=")]),
        ('<c r="A1" t="str"><f>IF(B1,1,"")</f><v></v></c><c r="B1"><v>1</v></c>', [None, 1.0]),
        ('<c r="A1"><f>5+5</f><v>10</v></c>', [10.0]),
        ('<c r="A1"><f>5-5</f><v>0</v></c>', [("formula_without_value", "=…")]),
        ('<c r="A1" t="str"><f>A2</f><v>甲 &amp; 乙_x000A_丙</v></c>', ["甲 & 乙\n丙"]),
        ('<c r="A1" t="inlineStr"><is><t>=DISPIMG("ID",1)</t></is></c>', [PICTURE]),
        ('<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>一</t></r><rPh><t>x</t></rPh></is></c>', ["甲一"]),
        ('<c r="A1" t="inlineStr"><is><t>######</t></is></c>', [("cell_error", "######")]),
        ('<c r="B1" t="b"><v>1</v></c>', [None, True]),
        ('<c r="A1" t="d"><v>2022-10-01T00:00:00</v></c>', [date(2022, 10, 1)]),
        ('<c r="A1" t="s"><v>99</v></c>', [("cell_error", "99")]),
        ('<c><v>1</v></c><c t="n"><v>2</v></c>', [1.0, 2.0]),
        ('<c t="n" r="C1"><v>1E3</v></c>', [None, None, 1000.0]),
        ('<c r="B1"><v>2</v></c><c r="A1"><v>1</v></c>', [1.0, 2.0]),
        ('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c>', [2.0, 3.0]),
        ('<c r="A1"><v>1</v></c><c\nr="B1"><v>2</v></c>', [1.0, 2.0]),
        ('<c r="A1"><v>1</v></c><c\tr="B1"><v>2</v></c >', [1.0, 2.0]),
        ('<c r="A1"><v>1</v></c><c/><c><v>3</v></c>', [1.0, None, 3.0]),
    ],
)  # fmt: skip
def test_what_is_filled_on_screen_is_never_blank(xml: str, row: list[Any]) -> None:
    assert cells(xml) == row


def test_a_program_leaves_formulas_of_old_workbooks_to_others() -> None:
    made, content = xlwt.Workbook(), io.BytesIO()
    sheet = made.add_sheet("a")
    sheet.write(0, 0, xlwt.Formula("1+1"))
    sheet.write(0, 1, "x")
    made.save(content)
    assert shown(content.getvalue(), "xls") == [[("formula_without_value", "=…"), "x"]]


def test_an_empty_text_of_an_old_workbook_is_blank_and_no_formula() -> None:
    made, content = xlwt.Workbook(), io.BytesIO()
    row, style = made.add_sheet("a").row(0), made.add_style(xlwt.XFStyle())
    row.insert_cell(0, StrCell(0, 0, style, made.add_str("")))
    row.write(1, xlwt.Formula("1+1"))
    row.write(2, "x")
    made.save(content)
    assert shown(content.getvalue(), "xls") == [[None, ("formula_without_value", "=…"), "x"]]


def in_two_pieces(content: str) -> Iterator[list[bytes]]:
    whole = content.encode()
    return ([whole[:cut], whole[cut:]] for cut in range(len(whole) + 1))


@pytest.mark.parametrize("empty", ["<si/>", "<si />", "<si\n></si>", "<!---->", "<si><t>b</t></si >", "<si\t/>"])
def test_shared_strings_keep_their_places_wherever_a_piece_ends(empty: str) -> None:
    text = f"<sst><si><t>a</t></si>{empty}<si><t>c</t></si></sst>"
    middle = {"<!---->": [], "<si><t>b</t></si >": ["b"]}.get(empty, [""])
    for pieces in in_two_pieces(text):
        assert list(markup.strings(lambda pieces=pieces: pieces)) == ["a", *middle, "c"], pieces  # type: ignore[misc]


@pytest.mark.parametrize("end", ["</row >", "</row\n>"])
def test_no_row_is_lost_whatever_ends_the_one_before(end: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c>{end}<row r="2"><c r="A2"><v>2</v></c></row>'
    assert shown(with_sheet(f'<worksheet xmlns="{XML}"><sheetData>{rows}</sheetData></worksheet>')) == [[1.0], [2.0]]


def test_what_follows_the_rows_of_a_sheet_belongs_to_no_cell() -> None:
    rows = '<x:row r="1"><x:c r="A1"/><x:c r="B1"><x:v>1</x:v></x:c><x:c r="C1"/></x:row>'
    after = "<x:extLst><x:ext><f>Sheet2!A1</f><v>9</v></x:ext></x:extLst>"
    sheet = f"<x:sheetData>{rows}</x:sheetData>{after}"
    assert shown(with_sheet(f'<x:worksheet xmlns:x="{XML}">{sheet}</x:worksheet>')) == [[None, 1.0]]


HEAD = ["学院", "学号", "姓名", "专业"]


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        ('"计算机\n学院",1,张三,软件', ["计算机\n学院", "1", "张三", "软件"]),
        ('"计算机\n",1,张三,软件', ["计算机\n", "1", "张三", "软件"]),
        ('"甲\n乙\n丙",1,"张三",软件', ["甲\n乙\n丙", "1", "张三", "软件"]),
        ('"甲\n""乙"",丙",1,张三,"软\n件"', ['甲\n"乙",丙', "1", "张三", "软\n件"]),
        ('理,"1\n2",张三,软件', ["理", "1\n2", "张三", "软件"]),
    ],
)
def test_a_cell_in_quotes_may_have_several_lines_in_any_column(lines: str, row: list[str]) -> None:
    assert shown(f"{','.join(HEAD)}\n{lines}\n理,2,李四,数学\n".encode(), "csv") == [
        HEAD,
        row,
        ["理", "2", "李四", "数学"],
    ]


@pytest.mark.parametrize("next_line", ['理,2,"李四",数学', '"",2,李四,数学', '"理",2,李四,数学', '理,2,"李四,数学'])
def test_a_stray_quote_takes_no_line_with_quotes_of_its_own(next_line: str) -> None:
    alone = shown(f"{','.join(HEAD)}\n{next_line}\n".encode(), "csv")[1]
    found = shown(f'{",".join(HEAD)}\n理,1,"张三,软件\n{next_line}\n'.encode(), "csv")
    assert found == [HEAD, ["理", "1", ("stray_quote", '"张三'), "软件"], alone]


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    content = io.BytesIO()
    made = xlsxwriter.Workbook(content, {"date_1904": True, "in_memory": True})
    made.add_worksheet().write_datetime(0, 0, date(2022, 10, 1), made.add_format({"num_format": "yyyy-mm-dd"}))
    made.close()
    assert shown(content.getvalue()) == [[date(2022, 10, 1)]]


@pytest.mark.parametrize("code", ["General", "0", "0_ "])
def test_a_bare_number_of_such_a_workbook_means_the_day_that_it_counts(code: str) -> None:
    content, old_content = io.BytesIO(), io.BytesIO()
    made = xlsxwriter.Workbook(content, {"date_1904": True, "in_memory": True})
    made.add_worksheet().write(0, 0, 35_000, made.add_format({"num_format": code}))
    made.close()
    old = xlwt.Workbook()
    old.dates_1904 = True
    old.add_sheet("a").write(0, 0, 35_000, xlwt.easyxf(num_format_str=code))
    old.save(old_content)
    for kind, written in (("xlsx", content), ("xls", old_content)):
        (frame, _) = child.read(kind, written.getvalue(), lambda _: 0)
        (cell,) = (cell_of(cell) for cell in frame[1][0][1])
        # 35,000 days after the first of January 1904
        assert as_day(cell) == date(1999, 10, 29)
        assert (cell, identifier_text(cell), isinstance(cell, float)) == (35_000.0, "35000", True)
        # the same number of another workbook is another line
        assert (repr(cell), str(cell)) == ("from 1904: 35000.0", "35000.0")


def merged(rows: Sequence[Sequence[Any]], *areas: str) -> list[list[list[Any]]]:
    """What the rows show, as both kinds of workbooks."""
    made, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    for area in areas:
        made.active.merge_cells(area)
    made.active["A1"].alignment = Alignment(horizontal="center")
    made.save(content)
    old, old_content = xlwt.Workbook(), io.BytesIO()
    sheet = old.add_sheet("a")
    for area in areas:
        left, top, right, bottom = openpyxl.utils.range_boundaries(area)
        value = rows[top - 1][left - 1]
        sheet.write_merge(top - 1, bottom - 1, left - 1, right - 1, value)
    covered = {cell for area in areas for row in openpyxl.utils.rows_from_range(area) for cell in row}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None and f"{openpyxl.utils.get_column_letter(column + 1)}{at + 1}" not in covered:
                sheet.write(at, column, value)
    old.save(old_content)
    return [shown(content.getvalue()), shown(old_content.getvalue(), "xls")]


@pytest.mark.parametrize(
    ("rows", "areas", "expected"),
    [
        ([["理", "1"], [None, "2"], [None, "3"]], ["A1:A3"], [["理", "1"], ["理", "2"], ["理", "3"]]),
        ([["1", "某", None], ["2", "乙", "丙"]], ["B1:C1"], [["1", "某", "某"], ["2", "乙", "丙"]]),
        ([["1", "某", None], ["2", None, None]], ["B1:C2"], [["1", "某", "某"], ["2", "某", "某"]]),
        ([["1", "甲"], [None, None], ["2", "乙"]], ["A1:A2", "B1:B2"], [["1", "甲"], ["2", "乙"]]),
        ([["注", None, None], ["2", "乙"]], ["A1:C1"], [["注", *[("merged_across", "注")] * 2], ["2", "乙"]]),
        (
            [["学号", "专业", None], [None, "代码", "名称"]],
            ["A1:A2", "B1:C1"],
            [["学号", "专业", "专业"], ["学号", "代码", "名称"]],
        ),
    ],
)  # fmt: skip
def test_a_merged_area_fills_every_cell_that_it_covers(rows: Any, areas: list[str], expected: Any) -> None:
    assert merged(rows, *areas) == [expected, expected]


def test_parts_are_found_whatever_their_names() -> None:
    plain = book(lambda _, sheet: sheet.write(0, 0, "a"))
    for renamed in (lambda name: name.replace("/", "\\"), str.upper, lambda name: f"/{name}"):
        content = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(plain)) as archive, zipfile.ZipFile(content, "w") as copy:
            for name in archive.namelist():
                copy.writestr(renamed(name), archive.read(name))
        assert shown(content.getvalue()) == [["a"]]


@pytest.mark.parametrize(
    "tag",
    [
        '<mergeCell\nref="A1:A2"/>',
        '<mergeCell ref = "A1:A2" />',
        "<mergeCell ref='$A$1:$A$2'/>",
        '<mergeCell uid="{a>b}" ref="A1:A2"></mergeCell>',
    ],
)
def test_an_area_is_merged_however_its_tag_is_written(tag: str) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    sheet = (
        f'<worksheet xmlns="{XML}"><sheetData>{rows}</sheetData><mergeCells count="1">{tag}</mergeCells></worksheet>'
    )
    assert shown(with_sheet(sheet)) == [[1.0], [1.0, 2.0]]
