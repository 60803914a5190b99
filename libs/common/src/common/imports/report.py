"""The faulty rows of a file as their sender sees them: the first problems one by one, all rows in a workbook."""

from collections.abc import Iterator, Sequence
from itertools import tee

from common.codes.rules import rule
from common.codes.spelling import Cell
from common.errors import Message
from common.imports.columns import Columns
from common.imports.faults import Fault, Faults
from common.imports.table import Table
from common.operations.outcome import MAX_STORED, RowProblem
from common.spreadsheets import write_workbook


def explained(table: Table, columns: Columns, faults: Faults) -> tuple[list[RowProblem], bytes]:
    """The first 1,000 problems, and the workbook of all faulty rows; CPU work, so run it in a thread."""
    problems: list[RowProblem] = []

    def rows_with_reasons() -> Iterator[tuple[Sequence[Cell], str]]:
        for number, cells, found in _faulty_rows(table, faults):
            own = []
            for fault in found:
                title, value = columns.shown(table.header, cells, fault)
                own.append(RowProblem(number, title, fault.rule, value, _text(fault)))
            problems.extend(own[: MAX_STORED - len(problems)])
            yield cells, "；".join(f"{each.column}：{each.message.zh} / {each.message.en}" for each in own)

    rows, reasons = tee(rows_with_reasons())
    report = write_workbook(table.titles, (cells for cells, _ in rows), (reason for _, reason in reasons))
    return problems, report


def _text(fault: Fault) -> Message:
    text = rule(fault.rule).text
    return Message(f"{text.zh}（{fault.against}）", f"{text.en} ({fault.against})") if fault.against else text


def _faulty_rows(table: Table, faults: Faults) -> Iterator[tuple[int, Sequence[Cell], Sequence[Fault]]]:
    """Number, cells and faults, in the order of the file, in which both of them are."""
    rows = table.rows()
    for number, found in faults:
        cells = next(cells for each, cells in rows if each == number)
        yield number, cells, found
