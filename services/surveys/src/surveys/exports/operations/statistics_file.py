"""A .sav for statistics programs, made by a process of its own that has the libraries for it."""

import asyncio
import json
from array import array
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

from common.errors import Message
from common.limited.asking import ProcessEnded
from common.limited.starting import limited_process
from surveys.exports.domain.cells import MISSING, Cell, Storage
from surveys.exports.domain.layout import Column
from surveys.exports.operations.files import Rows

MODULE = "surveys.export_files"

MAX_LABEL = 120
"""Bytes of the label of a value in SPSS; the codebook has it whole."""

MAX_TITLE = 250
"""Bytes of the label of a variable."""

_NONE = float("nan")
_EPOCH = date(1582, 10, 14)
_DAY_SECONDS = 86_400
_READ = 256 * 1024
_SECONDS = 900.0


class StatisticsFile:
    """A piece is what the columns store: numbers as such, days as seconds since the calendar of SPSS began, texts."""

    media_type = "application/x-spss-sav"

    def __init__(self, language: str) -> None:
        self._language = language

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Sequence[float | str]:
        """The cells as they are stored."""
        return tuple(_stored(column.storage, cell) for column, cell in zip(columns, cells, strict=True))

    async def content(
        self, columns: Sequence[Column], batches: AsyncIterable[Rows[Sequence[float | str]]]
    ) -> AsyncIterator[bytes]:
        """The file, once all rows are there; raises ProcessEnded."""
        async with asyncio.timeout(_SECONDS), limited_process(MODULE) as child:
            sending, made = child.stdin, child.stdout
            assert sending is not None
            assert made is not None
            try:
                for each in _parts([json.dumps([*map(self._described, columns)]).encode()]):
                    sending.write(each)
                async for rows in batches:
                    for each in await asyncio.to_thread(_columns_of, columns, rows):
                        sending.write(each)
                    await sending.drain()
                sending.write_eof()
            except ConnectionError as error:
                raise ProcessEnded(type(error).__name__) from None
            while part := await made.read(_READ):
                yield part
            if code := await child.wait():
                raise ProcessEnded(f"exit {code}")

    def _described(self, column: Column) -> dict[str, Any]:
        labels = dict[Cell, Message](column.labels) | dict[Cell, Message](MISSING.items() if column.question else ())
        return {
            "name": column.sav_name,
            "label": _cut(column.label.in_language(self._language), MAX_TITLE),
            "storage": column.storage,
            "whole": bool(column.labels) or column.is_flag,
            "labels": [
                (_stored(column.storage, value), _cut(label.in_language(self._language), MAX_LABEL))
                for value, label in labels.items()
            ],
            "missing": [_stored(column.storage, value) for value in MISSING] if column.question else [],
        }


def _stored(storage: Storage, cell: Cell) -> float | str:
    if storage is Storage.TEXT:
        return "" if cell is None else str(cell)
    if cell is None:
        return _NONE
    return float((cell - _EPOCH).days * _DAY_SECONDS) if isinstance(cell, date) else float(cell)


def _columns_of(columns: Sequence[Column], rows: Rows[Sequence[float | str]]) -> Sequence[bytes]:
    """Rows as the parts of their columns."""
    turned = zip(*(chain.from_iterable(pieces) for pieces in rows), strict=True)
    return [*_parts(_packed(column.storage, cells) for column, cells in zip(columns, turned, strict=False))]


def _packed(storage: Storage, cells: Sequence[Any]) -> bytes:
    return json.dumps(cells).encode() if storage is Storage.TEXT else array("d", cells).tobytes()


def _parts(contents: Any) -> Iterator[bytes]:
    for content in contents:
        yield len(content).to_bytes(4)
        yield content


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
