"""A .sav for statistics programs, made by a process of its own that has the libraries for it."""

import asyncio
import json
from array import array
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date
from typing import Any

from common.errors import Message
from common.limited.asking import ProcessEnded
from common.limited.starting import limited_process
from surveys.exports.domain.cells import MISSING, Cell, Storage
from surveys.exports.domain.layout import Column

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
    """A piece is what the columns store, doubles one behind the other: numbers as such, days as seconds since the
    calendar of SPSS began, and the places of texts among all that were sent.
    """

    media_type = "application/x-spss-sav"

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts = 0
        self._new: list[str] = []

    def piece(self, columns: Sequence[Column], cells: Sequence[Cell]) -> bytes:
        """The cells as they are stored."""
        stored = [self._stored(column.storage, cell) for column, cell in zip(columns, cells, strict=True)]
        return array("d", stored).tobytes()

    def row(self, pieces: Sequence[bytes]) -> bytes:
        """The doubles of a row."""
        return b"".join(pieces)

    async def content(self, columns: Sequence[Column], batches: AsyncIterable[Sequence[bytes]]) -> AsyncIterator[bytes]:
        """The file, once all rows are there; raises ProcessEnded."""
        async with asyncio.timeout(_SECONDS), limited_process(MODULE) as child:
            sending, made = child.stdin, child.stdout
            assert sending is not None
            assert made is not None
            try:
                sending.write(_part(json.dumps([*map(self._described, columns)]).encode()))
                async for rows in batches:
                    sending.write(_part(json.dumps(self._taken()).encode()))
                    sending.write(_part(b"".join(rows)))
                    await sending.drain()
                sending.write_eof()
            except ConnectionError as error:
                raise ProcessEnded(type(error).__name__) from None
            while part := await made.read(_READ):
                yield part
            if code := await child.wait():
                raise ProcessEnded(f"exit {code}")

    def _stored(self, storage: Storage, cell: Cell) -> float:
        if storage is not Storage.TEXT:
            return _number(cell)
        self._new.append("" if cell is None else str(cell))
        self._texts += 1
        return self._texts - 1

    def _taken(self) -> Sequence[str]:
        """The texts that no part has brought yet."""
        taken, self._new = self._new, []
        return taken

    def _described(self, column: Column) -> dict[str, Any]:
        labels = dict[Cell, Message](column.labels) | dict[Cell, Message](MISSING.items() if column.question else ())
        return {
            "name": column.sav_name,
            "label": _cut(column.label.in_language(self._language), MAX_TITLE),
            "storage": column.storage,
            "whole": bool(column.labels) or column.is_flag,
            "labels": [
                (_labelled(column.storage, value), _cut(label.in_language(self._language), MAX_LABEL))
                for value, label in labels.items()
            ],
            "missing": [_labelled(column.storage, value) for value in MISSING] if column.question else [],
        }


def _labelled(storage: Storage, cell: Cell) -> float | str:
    return str(cell) if storage is Storage.TEXT else _number(cell)


def _number(cell: Cell) -> float:
    if cell is None:
        return _NONE
    return float((cell - _EPOCH).days * _DAY_SECONDS) if isinstance(cell, date) else float(cell)


def _part(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
