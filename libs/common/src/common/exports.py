"""Rows of a list as the file of an operation, with no more of them in memory than one batch."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from common.operations import OperationContext
from common.operations.files import WORKBOOK, OperationFile
from common.spreadsheets.writing import CsvWriter, TableWriter, WorkbookWriter

Format = Literal["xlsx", "csv"]

Rows = Sequence[Sequence[str | None]]
"""Cells, each a text."""


class _Kind(NamedTuple):
    media_type: str
    writer: Callable[[], TableWriter]


_KINDS: Mapping[Format, _Kind] = {
    "xlsx": _Kind(WORKBOOK, WorkbookWriter),
    "csv": _Kind("text/csv; charset=utf-8", CsvWriter),
}


class Cancelled(Exception):
    """The work is to end before its next part."""


async def write_rows(
    context: OperationContext, name: str, kind: Format, header: Sequence[str], batches: AsyncIterable[Rows]
) -> OperationFile | None:
    """The file with the header in row 1, named `name` and by its format; None once the work was cancelled.

    The batches may come from a snapshot that the caller holds open: nothing here waits for a client.
    """
    media_type, writer = _KINDS[kind]
    content = content_of(context, writer(), [header], batches)
    try:
        return await context.write_file(f"{name}.{kind}", media_type, content)
    except Cancelled:
        return None


def marked(text: str | None) -> str | None:
    """A text with an apostrophe before its own: reading takes one off, as the mark of a text.

    >>> marked("'t Hooft"), marked("O'Neill")
    ("''t Hooft", "O'Neill")
    """
    return f"'{text}" if text and text.startswith("'") else text


def all_marked(row: Sequence[str | None]) -> Sequence[str | None]:
    """The cells of a row, each `marked`; few rows have an apostrophe at all."""
    return [*map(marked, row)] if "'" in "".join(filter(None, row)) else row


async def content_of(
    context: OperationContext, writer: TableWriter, header: Sequence[Sequence[str]], batches: AsyncIterable[Rows]
) -> AsyncIterator[bytes]:
    """The bytes of the file while it is made, below the rows of the header; raises Cancelled."""
    writer.add(header)
    async for rows in batches:
        if await context.is_cancelled():
            raise Cancelled
        await asyncio.to_thread(writer.add, map(all_marked, rows))
        yield writer.taken()
    writer.end()
    yield writer.taken()
