"""The data rows of a file, held once and packed: several passes may be needed, and 200,000 rows must fit."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol

from common.codes.spelling import Cell
from common.files import unreadable
from common.imports.columns import MAX_SHOWN, Columns
from common.spreadsheets import NumberedRow, blocks_of, unpacked
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import Header
from common.spreadsheets.masking import without_persons


class Watch(Protocol):
    """Looks at the data rows while the file is read, before anything is made of one."""

    def look(self, number: int, cells: Sequence[Cell]) -> None:
        """Takes a row in, the next one of the file; quick, since the event loop waits."""

    @property
    def found(self) -> Any:
        """What was seen of all rows, in few bytes: another process gets it, too."""


@dataclass(frozen=True)
class Table:
    """A sheet with its header. `total` counts the data rows: those below the header that fill a known column.

    `unused` names the columns that fill no field: by their text, or by their letter where they hold data without one.
    `starts` says how many data rows there are before each block, `full` which blocks hold nothing else, `watched` what
    was seen while the file was read.
    """

    header: Header
    titles: Sequence[str]
    header_number: int
    blocks: Sequence[bytes] = field(repr=False)
    total: int
    unused: Sequence[str]
    starts: Sequence[int] = field(repr=False, default=())
    full: Collection[int] = field(repr=False, default=())
    watched: Any = field(repr=False, default=None)

    def rows(self) -> Iterator[NumberedRow]:
        """The data rows, each with the number that the spreadsheet program shows; CPU work, so run it in a thread."""
        for place, block in enumerate(self.blocks):
            rows = unpacked(block)
            yield from rows if place in self.full else _data_rows(self.header, self.header_number, rows)

    async def chunks(self, size: int) -> AsyncIterator[list[NumberedRow]]:
        """The data rows, so many at a time, unpacked in a thread."""
        rows = self.rows()
        while chunk := await asyncio.to_thread(lambda: list(islice(rows, size))):
            yield chunk

    def some(self, skipped: int, count: int) -> list[NumberedRow]:
        """So many data rows after some that are skipped; CPU work, so run it in a thread."""
        return list(islice(self.rows(), skipped, skipped + count))

    def part(self, first: int, count: int) -> tuple["Table", int]:
        """A table with the blocks that hold so many data rows from one on, and how many rows in it come before that."""
        begin, end = bisect_right(self.starts, first) - 1, bisect_left(self.starts, first + count)
        full = {place - begin for place in self.full if begin <= place < end}
        part = replace(self, blocks=self.blocks[begin:end], starts=(), full=full, watched=None)
        return part, first - self.starts[begin]


async def open_table(
    kind: str,
    parts: AsyncIterable[bytes],
    columns: Columns,
    sheet: str | None = None,
    watching: Callable[[Header], Watch] | None = None,
) -> Table:
    """Reads a file to its end, of a workbook the sheet of that name, else the one that has the columns.

    `watching` gives what looks at each data row on the way. Raises Invalid if the file cannot be read, or lacks a
    header with the needed columns.
    """
    header: Header | None = None
    header_number = total = 0
    blocks: list[bytes] = []
    starts: list[int] = []
    full: set[int] = set()
    watch: Watch | None = None
    filled: set[int] = set()
    # a refusal ends the process that reads the file at once
    async with aclosing(blocks_of(kind, parts, columns.sheets_of, sheet)) as arriving:
        async for packed, rows in arriving:
            if header is None:
                header = await asyncio.to_thread(columns.find, [cells for _, cells in rows])
                if header is None:
                    raise unreadable("header_missing")
                header_number = rows[header.row][0]
                watch = watching and watching(header)
            data = [*_data_rows(header, header_number, rows)]
            if len(data) == len(rows):
                full.add(len(blocks))
            blocks.append(packed)
            starts.append(total)
            total += len(data)
            filled.update(_untitled_data(header.titles, data))
            if watch:
                for number, cells in data:
                    watch.look(number, cells)
    assert header is not None, "a file without rows is refused"
    unused, watched = _unused(header, filled), watch and watch.found
    return Table(header, header.titles, header_number, blocks, total, unused, starts, full, watched)


def _data_rows(header: Header, header_number: int, rows: Sequence[NumberedRow]) -> Iterator[NumberedRow]:
    return (each for each in rows if each[0] > header_number and header.fills(each[1]))


def _untitled_data(titles: Sequence[str], rows: Iterable[NumberedRow]) -> Iterator[int]:
    """Positions of cells below no header text."""
    is_untitled = "" in titles
    for _, cells in rows:
        if len(cells) > len(titles) or is_untitled:
            for position, cell in enumerate(cells):
                if not is_blank(cell) and not (position < len(titles) and titles[position]):
                    yield position


def _unused(header: Header, filled: Collection[int]) -> list[str]:
    """What may be shown of the names of unused columns, in the order of the file: a header may hold anything."""
    named = {position: title for position, title in enumerate(header.titles) if title}
    unused = sorted((named.keys() | filled) - set(header.positions.values()))
    return [without_persons(named.get(each) or _letters(each), ())[:MAX_SHOWN] for each in unused]


def _letters(position: int) -> str:
    """The name that spreadsheet programs give to a column."""
    before, last = divmod(position, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
