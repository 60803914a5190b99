"""Cells of which nothing may be stored: each is a fault of its row, the same in every import."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from common.codes.spelling import Cell
from common.imports.batches import batches
from common.imports.columns import LABEL
from common.imports.faults import Fault
from common.imports.importer import ImportRow
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import Unclear
from common.spreadsheets.headers import Header

RowT = TypeVar("RowT", bound=ImportRow)


@dataclass(frozen=True, slots=True)
class UnclearFault(Fault):
    """The fault of an unclear cell. Readings break some of the same rules: a text may be too long for its field."""


def read_rows(
    read: Callable[[Sequence[NumberedRow]], list[RowT]], header: Header, chunk: Sequence[NumberedRow]
) -> list[RowT]:
    """The rows of a chunk as an importer reads them, at fault where a cell is unclear."""
    rows = [row for some in batches(chunk) for row in read(some)]
    for row, (_, cells) in zip(rows, chunk, strict=True):
        if Unclear in map(type, cells):
            row.faults[:0] = unclear_cells(header, cells)
    return rows


def unclear_cells(header: Header, cells: Sequence[Cell]) -> Iterator[UnclearFault]:
    """The faults of a row's unclear cells in known columns."""
    for column, position in header.positions.items():
        if position < len(cells) and isinstance(cell := cells[position], Unclear):
            yield UnclearFault(column, cell.rule)


def without_echoes(faults: Sequence[Fault]) -> list[Fault]:
    """The faults without repetitions, and without those that only follow from an unclear cell in their column."""
    unclear = {_column(fault) for fault in faults if isinstance(fault, UnclearFault)}
    return [
        fault for fault in dict.fromkeys(faults) if isinstance(fault, UnclearFault) or _column(fault) not in unclear
    ]


def _column(fault: Fault) -> str:
    return fault.column.removesuffix(LABEL)
