"""A workbook that we write is read by others, and is never in memory as a table of cells."""

import csv
import io
import tracemalloc
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.sheet_reader.workbook import Workbook
from common.spreadsheets import write_workbook
from common.spreadsheets.cells import Month, Unclear
from common.spreadsheets.writing import CsvWriter, TableWriter, WorkbookWriter, safe_text


@pytest.mark.parametrize(
    ("cell", "value", "number_format"),
    [
        ("0012", "0012", "@"),
        (" 两端 ", " 两端 ", "@"),
        ('<a href="x">&amp;</a>', '<a href="x">&amp;</a>', "@"),
        ("第一行\n第二行", "第一行\n第二行", "@"),
        ("\U00020bb7野", "\U00020bb7野", "@"),
        (Unclear("cell_error", "#N/A"), "#N/A", "@"),
        ("x" * 40_000, "x" * 32_767, "@"),
        (12.0, 12, "General"),
        (0.1, 0.1, "General"),
        (-1e300, -1e300, "General"),
        (True, True, "General"),
        (date(2024, 6, 15), datetime(2024, 6, 15), "yyyy-mm-dd"),  # noqa: DTZ001 - cells carry no zone
        (Month(2024, 6, 1), datetime(2024, 6, 1), "yyyy-mm"),  # noqa: DTZ001
        (None, None, "General"),
        (float("inf"), None, "General"),
    ],
)
def test_another_program_finds_the_cell_as_it_is(cell: Cell, value: object, number_format: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook(["甲", "乙"], [["1", cell]]))).active
    assert sheet is not None
    found = sheet["B2"]
    assert (found.value, found.number_format, type(found.value)) == (value, number_format, type(value))
    assert (sheet.title, sheet.freeze_panes, sheet["A1"].value) == ("数据", "A2", "甲")


@pytest.mark.parametrize("text", ["a\x07b", "a\x0bb", "a\rb", "a_x0041_b", "_x005F_x0041_", "a\ufffeb\uffff", "_x00"])
def test_what_xml_cannot_hold_comes_back(text: str) -> None:
    assert read(write_workbook(["甲"], [[text]])) == [["甲"], [text]]


def test_more_columns_than_letters() -> None:
    titles: list[Cell] = [f"第{number}列" for number in range(60)]
    assert read(write_workbook([*map(str, titles)], [titles, titles[:30]], ["第一", "第二"]))[1:] == [
        [*titles, "第一"],
        [*titles[:30], *[None] * 30, "第二"],
    ]


def test_the_rows_of_a_workbook_are_not_kept() -> None:
    rows = ([f"{number}-{place}" for place in range(10)] for number in range(5_000))
    tracemalloc.start()
    size = len(write_workbook([str(place) for place in range(10)], rows))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * size + 1_000_000


def read(content: bytes) -> list[list[Any]]:
    (sheet,) = Workbook(content).sheets
    return [cells for _, cells in sheet.rows()]


ROWS: list[list[Cell]] = [["学号", "备注"], ["0012", "=1+1"], [None, "第一行\n第二行"], ["1.50", '说"好"，-1']]


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_a_workbook_written_in_pieces_is_the_same(at_once: int) -> None:
    pieces = written(WorkbookWriter(), at_once)
    assert read(pieces) == [["学号", "备注"], ["0012", "=1+1"], [None, "第一行\n第二行"], ["1.50", '说"好"，-1']]
    sheet = openpyxl.load_workbook(io.BytesIO(pieces)).active
    assert sheet is not None
    assert [sheet["A2"].value, sheet["B2"].value, sheet["A4"].value] == ["0012", "'=1+1", "1.50"]


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_text_file_has_a_mark_of_its_encoding_and_quotes_around_every_cell(at_once: int) -> None:
    assert written(CsvWriter(), at_once).decode("utf-8") == (
        '\ufeff"学号","备注"\r\n"0012","\'=1+1"\r\n"","第一行\n第二行"\r\n"1.50","说""好""，-1"\r\n'
    )


_PIECES = st.sampled_from([*"学a\"=+ '\r\n\0\t，", "\ue000", "\ue001", "\ue001\ue000", "x" * 20_000])
_CELLS = st.none() | st.lists(_PIECES, max_size=3).map("".join) | st.integers() | st.just("0022")


@given(st.lists(st.lists(_CELLS, max_size=4), max_size=8), st.integers(0, 250))
def test_rows_of_a_text_file_that_are_written_together_are_as_if_each_was_alone(
    rows: list[list[Cell]], plain: int
) -> None:
    usual: list[Cell] = ["0012", None, "某某有限公司"]
    rows = [*rows, *([usual] * plain), *rows]
    expected = io.StringIO(newline="")
    alone = csv.writer(expected, quoting=csv.QUOTE_ALL)
    for row in rows:
        alone.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    writer = CsvWriter()
    writer.add(rows)
    assert writer.taken().decode("utf-8").removeprefix("\ufeff") == expected.getvalue()


def test_a_writer_keeps_nothing_that_was_taken() -> None:
    writer, size = WorkbookWriter(), 0
    tracemalloc.start()
    for number in range(50):
        writer.add([[f"{number}-{row}-{place}" for place in range(10)] for row in range(200)])
        size += len(writer.taken())
        if number == 5:
            tracemalloc.reset_peak()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 300_000 > peak / 3, (size, peak)


def written(writer: TableWriter, at_once: int) -> bytes:
    pieces = b""
    for start in range(0, len(ROWS), at_once):
        writer.add(ROWS[start : start + at_once])
        pieces += writer.taken()
    writer.end()
    return pieces + writer.taken()
