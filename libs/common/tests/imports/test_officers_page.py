"""Each statement of the officers' page, docs/spreadsheets.md, is held by cells and files that it is about."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path
from typing import Any

import page_cases
import pytest
from page_cases import CELLS, FILES, LIMITS, Error, Refused
from written_sheets import Written, by_openpyxl, by_xlwt

from common.codes import Cell
from common.codes.rules import rules
from common.errors import Invalid
from common.files import MAX_FILE
from common.http.refusals import ContentTooLarge
from common.imports import REPEATED, CellReader, Columns, Fault, Reading, SeenKeys, plain, read_rows, text_of
from common.imports.table import open_table
from common.imports.unclear import without_echoes
from common.sheet_reader import __main__ as child
from common.sheet_reader import cells as sheet_cells
from common.sheet_reader import limits
from common.spreadsheets import SPREADSHEETS
from common.spreadsheets.cells import as_day, identifier_text, is_month
from common.spreadsheets.headers import SEARCHED_ROWS

DOCS = Path(__file__).parents[4] / "docs"
RULES = {value for name, value in vars(sheet_cells).items() if name.isupper() and isinstance(value, str)}
PAGES = {name: (DOCS / name).read_text() for name in ("spreadsheets.md", "spreadsheets.zh-CN.md")}

COLUMNS = Columns(
    {"number": ("学号",), "name": ("姓名",), "born": ("出生日期",), "major": ("专业代码",)}, needed=[{"number"}]
)
READINGS: tuple[Reading[Any], ...] = (
    plain("number", identifier_text),
    plain("name", text_of),
    plain("born", as_day),
    plain("major", identifier_text),
    Reading("is_month", ("born",), is_month),
)

Rows = dict[int, dict[str, object]]


@dataclass
class Row:
    number: int
    said: Mapping[str, object]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


async def imported(content: bytes) -> Rows:
    """What the data rows say, by number and column, as every import reads them."""

    async def parts() -> AsyncIterator[bytes]:
        yield content

    table = await open_table(SPREADSHEETS.kind_of(content), parts(), COLUMNS)
    cells, seen = CellReader[object](table.header, READINGS), SeenKeys()

    def read(number: int, row: Sequence[Cell]) -> Row:
        faults: list[Fault] = []
        said = cells.read(row, faults)
        if "number" in said and seen.take("number", said["number"], number):
            faults.append(Fault("number", REPEATED))
        return Row(number, said, faults)

    return {
        row.number: {**row.said, **{fault.column: Error(fault.rule) for fault in without_echoes(row.faults)}}
        for row in read_rows(lambda rows: [*starmap(read, rows)], table.header, list(table.rows()))
    }


async def outcome(content: bytes) -> Rows | Refused:
    try:
        return await imported(content)
    except Invalid as refused:
        (problem,) = refused.problems
        text = rules()[problem.rule].text
        names = problem.message.zh.removeprefix(text.zh).removeprefix("：").split("、")
        assert problem.message.en == ": ".join(filter(None, [text.en, ", ".join(names)]))
        return Refused(problem.rule, *filter(None, names))


CELL_CASES = [(statement, *case) for statement, cases in CELLS.items() for case in cases]


@pytest.fixture(scope="module")
async def sheets() -> list[Rows]:
    """All cells of the cases, each in every column of a row of its own, by the kind of workbook."""
    grid = [[Written("text", title) for title in ("学号", "姓名", "出生日期")]]
    grid += [[written] * 3 for _, written, _ in CELL_CASES]
    return [await imported(write(grid)) for write in (by_openpyxl, by_xlwt)]


@pytest.mark.server
@pytest.mark.parametrize("at", range(len(CELL_CASES)), ids=[f"{each[1].value}-{each[1].code}" for each in CELL_CASES])
def test_a_cell_is_read_or_at_fault_as_the_page_says(sheets: list[Rows], at: int) -> None:
    _, _, expected = CELL_CASES[at]
    for rows in sheets:
        found = rows[at + 2]
        assert {column: found.get(column) for column in expected} == expected


# every reading starts a process
@pytest.mark.server
@pytest.mark.parametrize(("statement", "at"), [(each, at) for each in FILES for at in range(len(FILES[each]))])
async def test_a_file_is_read_or_refused_as_the_page_says(statement: str, at: int) -> None:
    make, expected = FILES[statement][at]
    found = await outcome(make())
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        found = {row: {each: said.get(each) for each in expected.get(row, said)} for row, said in found.items()}
    assert found == expected


@pytest.mark.parametrize(("statement", "at"), [(each, at) for each in LIMITS for at in range(len(LIMITS[each]))])
def test_what_costs_too_much_is_refused(statement: str, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module, limit, value, make, refused = LIMITS[statement][at]
    monkeypatch.setattr(module, limit, value)
    content = make()
    frames = child.read(SPREADSHEETS.kind_of(content), content, lambda _: 0)
    if refused is None:
        assert [frame[0] for frame in frames] == ["rows", "end"]
    else:
        with pytest.raises(limits.Refusal, match=refused):
            list(frames)


def table_rows(page: str) -> dict[str, str]:
    """What stands on the left of each row of the page's tables, and on the right."""
    found = [re.split(r" \| ", line.strip("| ")) for line in page.splitlines() if line.startswith("| ")]
    return {left: right for left, right in found if left not in ("File", "A cell shows", "文件", "单元格显示")}


def sentences(page: str) -> list[str]:
    """The prose of the page."""
    prose = [each for each in page.split("\n\n") if each[0] not in "#|["]
    return [
        each for text in prose for each in re.split(r"(?<=[.）)]) (?=[A-Z代])|(?<=。)", text.replace("\n", " ")) if each
    ]


def rules_on(text: str) -> list[str]:
    return re.findall(r"`([a-z]+_[a-z_]+|length)`", text)


def test_each_statement_has_its_cases() -> None:
    english = PAGES["spreadsheets.md"]
    assert set(CELLS) | set(FILES) | set(LIMITS) == {*table_rows(english), *sentences(english)}


def test_each_error_of_a_statement_is_met_by_a_case() -> None:
    english = PAGES["spreadsheets.md"]
    for statement, right in [*table_rows(english).items(), *((each, each) for each in sentences(english))]:
        met = {
            value.rule for _, said in CELLS.get(statement, ()) for value in said.values() if isinstance(value, Error)
        }
        for _, expected in FILES.get(statement, ()):
            rows = [] if isinstance(expected, Refused) else expected.values()
            met |= {expected.rule} if isinstance(expected, Refused) else set()
            met |= {value.rule for said in rows for value in said.values() if isinstance(value, Error)}
        met |= {case[-1] for case in LIMITS.get(statement, ()) if case[-1]}
        assert set(rules_on(right)) <= met | page_cases.BEFORE_THE_READER, statement


def test_both_pages_say_the_same_and_all_that_a_reader_refuses() -> None:
    english, chinese = PAGES.values()
    assert list(map(rules_on, table_rows(english).values())) == list(map(rules_on, table_rows(chinese).values()))
    assert rules_on(english) == rules_on(chinese)
    of_files = {each.id for each in rules().values() if each.level == "file" and each.subject == "file"}
    assert set(rules_on(english)) == {*of_files, *RULES, "number_with_decimals", "content_too_large"}


def test_the_numbers_of_both_pages_are_those_of_the_code() -> None:
    megabyte = 1024**2
    numbers = [MAX_FILE // megabyte, limits.MAX_UNPACKED // megabyte, limits.CPU_SECONDS]
    numbers += [limits.MAX_ROWS, limits.MAX_COLUMNS, limits.MAX_CELLS]
    for page in PAGES.values():
        (costs,) = [left for left in table_rows(page) if "32 MB" in left]
        assert [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", costs)] == numbers
        assert re.search(rf"\b{SEARCHED_ROWS} [r行]", page)
        assert f"{limits.MAX_TEXT}" in page.replace(",", "")


@pytest.mark.parametrize("rule", sorted({*RULES, "number_with_decimals", *rules_on(PAGES["spreadsheets.md"])}))
def test_each_refusal_says_how_to_store_it(rule: str) -> None:
    zh, en = page_cases.MENDS[rule]
    text = ContentTooLarge.title if rule == ContentTooLarge.code else rules()[rule].text
    assert zh in text.zh
    assert en in text.en
