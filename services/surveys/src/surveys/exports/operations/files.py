"""Kinds of files: how cells become pieces of a row, and rows the bytes of a file."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Protocol, TypeVar

from common.exports import marked
from common.operations.files import WORKBOOK
from common.spreadsheets.writing import BOM, WorkbookWriter, cells_to_come, column_letters, safe_text
from surveys.exports.domain.cells import Cell
from surveys.exports.domain.layout import Column

Piece = TypeVar("Piece", str, bytes)


class AnswerFile(Protocol[Piece]):
    """A kind of file."""

    media_type: str

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Piece:
        """Cells of these columns, which stand beside each other."""

    def row(self, pieces: Sequence[Piece]) -> Piece:
        """A row of its pieces."""

    def content(self, columns: Sequence[Column], batches: AsyncIterable[Sequence[Piece]]) -> AsyncIterator[bytes]:
        """The bytes of the file while rows come."""


class CsvFile:
    """As every CSV of ours, in UTF-8 with BOM and every cell in quotes; a piece is text of the file already."""

    media_type = "text/csv; charset=utf-8"

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> str:  # noqa: ARG002 - see the protocol
        """The cells as they stand in a line."""
        return _line(_told(cells))

    def row(self, pieces: Sequence[str]) -> str:
        """A line."""
        return ",".join(pieces)

    async def content(self, columns: Sequence[Column], batches: AsyncIterable[Sequence[str]]) -> AsyncIterator[bytes]:
        """The header, and a line for each row."""
        yield (BOM + _line([column.name for column in columns]) + "\r\n").encode()
        async for rows in batches:
            yield await asyncio.to_thread(_lines, rows)


class SheetFile:
    """A workbook of one sheet, written row by row; a piece is XML of the sheet already."""

    media_type = WORKBOOK

    def __init__(self, columns: Sequence[Column]) -> None:
        self._letters = dict(zip([column.name for column in columns], column_letters(len(columns)), strict=True))

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> str:
        """The cells as they stand in a row."""
        return cells_to_come([self._letters[column.name] for column in columns], _told(cells))

    def row(self, pieces: Sequence[str]) -> str:
        """All cells of a row."""
        return "".join(pieces)

    async def content(self, columns: Sequence[Column], batches: AsyncIterable[Sequence[str]]) -> AsyncIterator[bytes]:
        """The header in row 1, and the rows below it."""
        writer = WorkbookWriter()
        writer.add([[column.name for column in columns]])
        async for rows in batches:
            yield await asyncio.to_thread(_added, writer, rows)
        writer.end()
        yield writer.taken()


def _added(writer: WorkbookWriter, rows: Sequence[str]) -> bytes:
    writer.add_made(rows)
    return writer.taken()


def _told(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Texts with the mark that an import takes off, as in every file of ours."""
    return [marked(cell) if isinstance(cell, str) else cell for cell in cells]


def _line(cells: Sequence[Cell]) -> str:
    """As `CsvWriter` writes them."""
    texts = [safe_text(cell) if isinstance(cell, str) else "" if cell is None else str(cell) for cell in cells]
    return '"' + '","'.join([text.replace('"', '""') for text in texts]) + '"'


def _lines(rows: Sequence[str]) -> bytes:
    return "".join([f"{row}\r\n" for row in rows]).encode("utf-8", "replace")
