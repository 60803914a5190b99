"""The faulty rows of a file as their sender sees them: the first problems one by one, all rows in a workbook."""

from collections.abc import Iterator, Sequence
from itertools import islice, tee

from common.codes.rules import rule
from common.codes.spelling import Cell
from common.errors import Message
from common.imports.columns import Columns
from common.imports.faults import Fault, Faults
from common.imports.table import Table
from common.operations.outcome import MAX_STORED, RowProblem
from common.spreadsheets import write_workbook


def explained(table: Table, columns: Columns, faults: Faults, standing: Faults) -> tuple[list[RowProblem], bytes]:
    """The first 1,000 problems, and the workbook of all faulty rows; CPU work, so run it in a thread.

    What `standing` names of a row is masked there: sent again, it keeps what is stored.
    """
    problems: list[RowProblem] = []
    still = Standing(standing)

    def rows_with_reasons() -> Iterator[tuple[Sequence[Cell], str]]:
        for number, cells, own in _rows_found(table, faults):
            wanted = own[: MAX_STORED - len(problems)]
            problems.extend(_problem(table, columns, number, cells, each) for each in wanted)
            texts = ((columns.title(table.header, cells, each), _text(each)) for each in own)
            shown = columns.masked(table.header, cells, still.of(number))
            yield shown, "；".join(f"{title}：{text.zh} / {text.en}" for title, text in texts)

    rows, reasons = tee(rows_with_reasons())
    report = write_workbook(table.titles, (cells for cells, _ in rows), (reason for _, reason in reasons))
    return problems, report


def first_problems(table: Table, columns: Columns, found: Faults, most: int) -> list[RowProblem]:
    """So many of what was found, row by row; CPU work, so run it in a thread."""
    rows = _rows_found(table, found)
    return list(islice((_problem(table, columns, at, cells, each) for at, cells, own in rows for each in own), most))


class Standing:
    """The columns of rows that say what is stored, asked in the order of the file."""

    def __init__(self, found: Faults) -> None:
        self._coming = iter(found)
        self._next = next(self._coming, None)

    def of(self, number: int) -> Sequence[str]:
        """Of one row."""
        if self._next is None or self._next[0] != number:
            return ()
        columns = [each.column for each in self._next[1]]
        self._next = next(self._coming, None)
        return columns


def _rows_found(table: Table, found: Faults) -> Iterator[tuple[int, Sequence[Cell], Sequence[Fault]]]:
    """Number and cells of each row about which something was found, in the order of the file, and what it was."""
    rows = table.rows()
    for number, faults in found:
        yield number, next(cells for each, cells in rows if each == number), faults


def _problem(table: Table, columns: Columns, number: int, cells: Sequence[Cell], fault: Fault) -> RowProblem:
    title, value = columns.title(table.header, cells, fault), columns.shown(table.header, cells, fault)
    return RowProblem(number, title, fault.rule, value, _text(fault))


def _text(fault: Fault) -> Message:
    text = rule(fault.rule).text
    return Message(f"{text.zh}（{fault.against}）", f"{text.en} ({fault.against})") if fault.against else text
