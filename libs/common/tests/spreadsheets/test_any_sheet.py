"""Whatever a program can write into a sheet: each cell is read as it is shown, or reported; nothing else."""

import gc
import io
import json
import re
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from written_sheets import ERRORS, WRITERS, Grid, Written

from common.codes import Cell
from common.sheet_reader import __main__ as child
from common.spreadsheets import unpacked
from common.spreadsheets.cells import CellProblem, Unclear, identifier_text, is_blank, shown_text

MISSING = object()
"""Shown is something of which nothing may be stored."""


@st.composite
def numbers(draw: st.DrawFn) -> Written:
    whole = draw(st.integers(0, 10**9))
    places, width = draw(st.integers(0, 3)), draw(st.integers(1, 12))
    match draw(st.sampled_from(["general", "padded", "prefixed", "decimals", "rounded", "long", "hidden", "power"])):
        case "padded":
            return Written("number", whole, "0" * width, f"{whole:0{width}d}", is_certain=True)
        case "prefixed":
            return Written("number", whole, f'"学"{"0" * width}_ ', f"学{whole:0{width}d}", is_certain=True)
        case "decimals":
            value = whole / 10**places
            code = "0." + "0" * places if places else "0"
            return Written("number", value, code, f"{value:.{places}f}")
        case "rounded":
            return Written("number", whole + 0.25, "0", MISSING)
        case "long":
            return Written("number", float(10**15 + whole), draw(st.sampled_from(["General", "0" * 18])), MISSING)
        case "hidden":
            return Written("number", whole + 1, ";;;", MISSING)
        case "power":
            return Written("number", whole, "0.00E+00", MISSING)
    return Written("number", whole, "General", str(whole), is_certain=True)


TEXTS = st.text(st.sampled_from("学甲0012AZ-_.·é𠀀 "), min_size=1, max_size=12).filter(str.strip)
CELLS = st.one_of(
    st.just(Written("blank")),
    TEXTS.map(lambda text: Written("text", text, shown=text.strip())),
    TEXTS.map(lambda text: Written("text", text, '"2022"@', f"2022{text}".strip())),
    numbers(),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)).map(lambda day: Written("day", day, "yyyy-mm-dd", MISSING)),
    st.booleans().map(lambda value: Written("boolean", value, shown=MISSING)),
    st.sampled_from(sorted(ERRORS)).map(lambda value: Written("error", value, shown=MISSING)),
    st.just(Written("formula", "1+1", shown=MISSING)),
)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6)


def read(content: bytes, kind: str) -> dict[int, list[Cell]]:
    found: dict[int, list[Cell]] = {}
    for frame in child.read(kind, content, lambda _: 0):
        if frame[0] == "rows":
            found |= dict(unpacked(zlib.compress(json.dumps(frame).encode())))
    return found


def stored(cell: Cell, reader: Callable[[Cell], str]) -> object:
    """What an import makes of a cell."""
    if is_blank(cell):
        return None
    try:
        return MISSING if isinstance(cell, Unclear) else reader(cell)
    except CellProblem:
        return MISSING


def agrees(outcome: object, shown: object) -> bool:
    """Reported, or as shown: a number may be spelled without decimals that are all zero."""
    if outcome is MISSING or outcome == shown:
        return True
    return isinstance(outcome, str) and re.fullmatch(rf"{re.escape(outcome)}\.0+", str(shown)) is not None


@given(rows=ROWS, merged=st.integers(1, 6), writer=st.sampled_from(WRITERS))
def test_each_cell_is_read_as_it_is_shown_or_reported(rows: Grid, merged: int, writer: Any) -> None:
    write, kind = writer
    guarded = [[*row, Written("text", "行", shown="行")] for row in rows]
    merged = min(merged, len(rows))
    found = read(write(guarded, merged), kind)
    assert sorted(found) == list(range(1, len(rows) + 1))
    for number, row in enumerate(guarded, 1):
        for column, each in enumerate(row):
            seen = rows[0][1] if column == 1 and number <= merged else each
            shown = seen.shown
            cell = found[number][column]
            for reader in (identifier_text, shown_text):
                outcome = stored(cell, reader)
                assert agrees(outcome, shown), (number, column, each, cell, outcome)
                if seen.is_certain or (isinstance(shown, str) and each.kind == "text" and "." not in shown):
                    assert outcome == shown, (number, column, each, cell)


@pytest.mark.parametrize("inline", [True, False], ids=["texts in the cells", "shared texts"])
def test_what_must_be_parsed_leaves_nothing_in_the_memory_that_nobody_tidies(inline: bool) -> None:
    content, number = io.BytesIO(), 300
    book = xlsxwriter.Workbook(content, {"constant_memory": inline})
    sheet = book.add_worksheet()
    for row in range(number):
        sheet.write_row(row, 0, ["甲", f"乙 & 丙 {row}"])
    book.close()
    gc.collect()
    gc.disable()
    try:
        *rows, _ = child.read("xlsx", content.getvalue(), lambda _: 0)
        left = gc.collect()
    finally:
        gc.enable()
    assert sum(len(each) for _, each in rows) == number
    assert left < number, "fewer than one thing a row"
