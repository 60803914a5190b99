"""The faulty rows of a file as their sender sees them: the first problems one by one, all rows in a workbook."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, tee

from common.codes.rules import rule
from common.codes.spelling import Cell
from common.errors import Message
from common.imports.columns import Columns
from common.imports.faults import Faults
from common.imports.table import Table
from common.operations.outcome import MAX_STORED, RowProblem
from common.spreadsheets import write_workbook


def explained(table: Table, columns: Columns, faults: Faults) -> tuple[list[RowProblem], bytes]:
    """The first 1,000 problems, and the workbook of all faulty rows; CPU work, so run it in a thread."""
    problems: list[RowProblem] = []

    def rows_with_reasons() -> Iterator[tuple[Sequence[Cell], str]]:
        for cells, own in _rows_found(table, columns, faults):
            problems.extend(own[: MAX_STORED - len(problems)])
            yield cells, "；".join(f"{each.column}：{each.message.zh} / {each.message.en}" for each in own)

    rows, reasons = tee(rows_with_reasons())
    report = write_workbook(table.titles, (cells for cells, _ in rows), (reason for _, reason in reasons))
    return problems, report


def first_problems(table: Table, columns: Columns, found: Faults, most: int) -> list[RowProblem]:
    """So many of what was found, row by row; CPU work, so run it in a thread."""
    return list(islice(chain.from_iterable(own for _, own in _rows_found(table, columns, found)), most))


def _rows_found(table: Table, columns: Columns, found: Faults) -> Iterator[tuple[Sequence[Cell], Sequence[RowProblem]]]:
    """Cells of each row about which something was found, in the order of the file, and what it was."""
    rows = table.rows()
    for number, faults in found:
        cells = next(cells for each, cells in rows if each == number)
        own = []
        for fault in faults:
            title, value = columns.shown(table.header, cells, fault)
            text = rule(fault.rule).text
            if fault.against:
                text = Message(f"{text.zh}（{fault.against}）", f"{text.en} ({fault.against})")
            own.append(RowProblem(number, title, fault.rule, value, text))
        yield cells, own
