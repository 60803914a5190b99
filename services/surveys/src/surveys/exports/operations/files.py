"""Kinds of files: how cells become pieces of a row, and rows the bytes of a file."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from itertools import chain
from typing import Protocol, TypeVar

from common.exports import all_marked
from common.operations.files import WORKBOOK
from common.spreadsheets.writing import BOM, TableWriter, WorkbookWriter, safe_text
from surveys.exports.domain.cells import Cell
from surveys.exports.domain.layout import Column

Piece = TypeVar("Piece")

Rows = Sequence[Sequence[Piece]]


class AnswerFile(Protocol[Piece]):
    """A kind of file."""

    media_type: str

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Piece:
        """Cells of these columns, which stand beside each other."""

    def content(self, columns: Sequence[Column], batches: AsyncIterable[Rows[Piece]]) -> AsyncIterator[bytes]:
        """The bytes of the file while rows come."""


class CsvFile:
    """As every CSV of ours, in UTF-8 with BOM and every cell in quotes; a piece is text of the file already."""

    media_type = "text/csv; charset=utf-8"

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> str:  # noqa: ARG002 - see the protocol
        """The cells as they stand in a line."""
        return _line(_told(cells))

    async def content(self, columns: Sequence[Column], batches: AsyncIterable[Rows[str]]) -> AsyncIterator[bytes]:
        """The header, and a line for each row."""
        yield (BOM + _line([column.name for column in columns]) + "\r\n").encode()
        async for rows in batches:
            yield await asyncio.to_thread(_lines, rows)


class SheetFile:
    """A workbook of one sheet, written row by row."""

    media_type = WORKBOOK

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Sequence[Cell]:  # noqa: ARG002
        """The cells themselves."""
        return tuple(_told(cells))

    async def content(
        self, columns: Sequence[Column], batches: AsyncIterable[Rows[Sequence[Cell]]]
    ) -> AsyncIterator[bytes]:
        """The header in row 1, and the rows below it."""
        writer: TableWriter = WorkbookWriter()
        writer.add([[column.name for column in columns]])
        async for rows in batches:
            yield await asyncio.to_thread(_added, writer, rows)
        writer.end()
        yield writer.taken()


def _added(writer: TableWriter, rows: Rows[Sequence[Cell]]) -> bytes:
    writer.add([*chain.from_iterable(pieces)] for pieces in rows)
    return writer.taken()


def _told(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Texts with the mark that an import takes off, as in every file of ours."""
    return [all_marked([cell])[0] if isinstance(cell, str) else cell for cell in cells]


def _line(cells: Sequence[Cell]) -> str:
    """As `CsvWriter` writes them."""
    texts = [safe_text(cell) if isinstance(cell, str) else "" if cell is None else str(cell) for cell in cells]
    return '"' + '","'.join([text.replace('"', '""') for text in texts]) + '"'


def _lines(rows: Rows[str]) -> bytes:
    return "".join([",".join(pieces) + "\r\n" for pieces in rows]).encode("utf-8", "replace")
