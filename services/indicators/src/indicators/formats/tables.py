"""Figures as rows: CSV and XLSX for people, SDMX-CSV for statistical systems. CPU work, so run it in a thread."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from common.codes.spelling import Cell
from common.spreadsheets.writing import CsvWriter, WorkbookWriter, safe_text, write_workbook
from indicators.formats.observation import MEASURE, OTHER, FigureTable, Observed, Side

FIGURES, ABOUT = "数据", "说明"
"""The sheets of a workbook."""

MEASURED = (MEASURE, "numerator", "denominator", "rate")

_GIVEN = ("STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "COHORT", "MEASURE")
_MEASURED = (
    "TIME_PERIOD", "OBS_VALUE", "NUMERATOR", "DENOMINATOR", "OBS_STATUS", "CONF_STATUS", "DEFINITION",
)  # fmt: skip
_NOT_GROUPED, _MISSING, _OTHERS = "_T", "_U", "_O"


def csv_of(table: FigureTable) -> bytes:
    """A row for each group and measure; spreadsheet programs take the text for UTF-8."""
    writer = CsvWriter()
    writer.add([[*table.columns, *MEASURED, *table.labelled]])
    writer.add(_rows(table))
    return writer.taken()


def workbook_of(table: FigureTable) -> bytes:
    """The same with numbers as numbers, and a second sheet that says what the figures are."""
    writer = WorkbookWriter(FIGURES, ABOUT)
    writer.add([[*table.columns, *MEASURED, *table.labelled]])
    writer.add(_rows(table))
    writer.next_sheet()
    writer.add([["项目 / Item", "内容 / Content"], ["表 / Table", f"{table.title.zh} / {table.title.en}"]])
    writer.add(table.notes)
    writer.add([name, f"{title.zh} / {title.en}"] for name, title in table.titles.items())
    writer.end()
    return writer.taken()


def csv_rows(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> bytes:
    """Rows of texts below the names of the columns."""
    writer = CsvWriter()
    writer.add([header, *rows])
    return writer.taken()


def workbook_rows(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> bytes:
    """The same as a workbook."""
    return write_workbook(header, rows, sheet_name=FIGURES)


def sdmx_csv_of(table: FigureTable) -> bytes:
    """SDMX-CSV 2.0. What is no observation, such as a difference, is left out; each key comes once."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*_GIVEN, *map(str.upper, table.known), *_MEASURED])
    structure = f"QUXIANG:{table.dataflow.value}(1.0)"
    seen = set[tuple[str, ...]]()
    for each in table.observations:
        if each.side is Side.DIFFERENCE:
            continue
        key = tuple(sdmx_key(table, each))
        if key not in seen:
            seen.add(key)
            figure = (each.value, each.numerator, each.denominator)
            marks = (each.status.value, each.confidentiality.value, each.definition)
            writer.writerow(["dataflow", structure, "I", *map(safe_text, key), *figure, *marks])
    return text.getvalue().encode()


def _rows(table: FigureTable) -> Iterator[list[Cell | Decimal]]:
    """Rows with the values as numbers, so that none is taken for a formula by its sign."""
    for each in table.observations:
        value = Decimal(each.value) if each.value is not None else None
        yield [*table.place(each), each.measure, each.numerator, each.denominator, value, *table.words(each)]


def sdmx_key(table: FigureTable, each: Observed) -> Iterator[str]:
    """What a figure is about, in the values of SDMX; a dimension that it is not grouped by has one, too."""
    yield table.area
    yield _NOT_GROUPED if each.cohort is None else str(each.cohort)
    yield each.measure
    for name in table.known:
        value = _NOT_GROUPED if name in each.pooled else each.group.get(name, _NOT_GROUPED)
        yield _MISSING if value is None else _OTHERS if value == OTHER else value
    yield each.as_of.isoformat()
