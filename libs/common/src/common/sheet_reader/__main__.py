"""The process that opens a file which strangers made, run as a module, alone.

Standard input is the file in parts, each after four bytes of its length, the last one empty. Standard output is a row
of frames, each after four bytes of its length, JSON packed by zlib: `["rows", [[number, cells], …]]`, `["end"]`, or
`["problem", rule, names]`. A second argument is the name of the sheet to send, as JSON; without it, of a workbook it
first shows the upper rows of the sheets, `["sheets", [[name, rows], …]]`, and reads two bytes: the place of the one to
send. It limits its own memory and time before anything else.

A cell is a text, a number, true, false, null, `{"day": …}`, `{"month": its first day}`, `{"from_1904": number}` in a
workbook that counts days from there, or, where nothing may be stored of what it shows, `{"rule": …, "shown": …}`.
"""

import gc
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from common.limited.limits import limit_myself
from common.sheet_reader import delimited
from common.sheet_reader.cells import Month, SerialOf1904, Unclear
from common.sheet_reader.limits import CPU_SECONDS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MEMORY, Refusal
from common.sheet_reader.merging import Row
from common.sheet_reader.workbook import Sheet, Workbook

FRAME_ROWS = 250
UPPER_ROWS = 30
"""As many as are searched for a header."""

NAMED_SHEETS = 50
"""As many are named to who asks for one that is not there."""

Choice = Callable[[Sequence[Sheet]], int]


def read(kind: str, content: bytes, choose: Choice, wanted: str | None = None) -> Iterator[list[Any]]:
    """The frames of a file; of several sheets, those of the one that is wanted by name, or chosen."""
    sheets = sheets_of(kind, content)
    if wanted is not None:
        yield from frames(named(sheets, wanted).rows())
    else:
        yield from frames(delimited.rows(content) if kind == "csv" else chosen(sheets, choose).rows())


def sheets_of(kind: str, content: bytes) -> Sequence[Sheet]:
    """The sheets of a workbook; a text has none."""
    if kind == "csv":
        return ()
    if kind == "xlsx":
        return Workbook(content).sheets
    # it takes as long to load as everything else
    from common.sheet_reader.old_workbook import OldWorkbook

    return OldWorkbook(content).sheets


def named(sheets: Sequence[Sheet], wanted: str) -> Sheet:
    """The sheet of that name, hidden or not; programs give no two sheets names that differ in case alone."""
    for sheet in sheets:
        if sheet.name.strip().casefold() == wanted.strip().casefold():
            return sheet
    raise Refusal("sheet_unknown", *(sheet.name for sheet in sheets[:NAMED_SHEETS]))


def chosen(sheets: Sequence[Sheet], choose: Choice) -> Sheet:
    """The sheet to read: a visible one with data; the first hidden one only if no other has any."""
    with_data = [sheet for sheet in sheets if sheet.is_visible and _has_data(sheet)]
    found = with_data or list(islice((sheet for sheet in sheets if not sheet.is_visible and _has_data(sheet)), 1))
    if not found:
        raise Refusal("file_empty")
    return found[choose(found)]


def _has_data(sheet: Sheet) -> bool:
    return any(trimmed(cells) for _, cells in sheet.rows())


def frames(rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Rows with anything in them, in handy portions."""
    portion: list[Row] = []
    seen = seen_cells = 0
    for number, row in rows:
        cells = trimmed(row)
        if not cells:
            continue
        seen += 1
        seen_cells += len(cells)
        if seen > MAX_ROWS:
            raise Refusal("too_many_rows")
        if len(cells) > MAX_COLUMNS:
            raise Refusal("too_many_columns")
        if seen_cells > MAX_CELLS:
            raise Refusal("too_many_cells")
        portion.append((number, cells))
        if len(portion) == FRAME_ROWS:
            yield ["rows", sent(portion)]
            portion = []
    if portion:
        yield ["rows", sent(portion)]
    if not seen:
        raise Refusal("file_empty")
    yield ["end"]


def trimmed(row: list[Any]) -> list[Any]:
    """The row without the empty cells at its end."""
    while row and row[-1] is None:
        row.pop()
    return row


def sent(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows as JSON holds them."""
    return [
        [number, cells if _PLAIN.issuperset(map(type, cells)) else [*map(as_json, cells)]] for number, cells in rows
    ]


_PLAIN = frozenset({str, float, bool, type(None)})


def as_json(cell: Any) -> Any:
    """A cell as it is, or as an object where JSON has no word for it."""
    if type(cell) in _PLAIN:
        return cell
    if isinstance(cell, SerialOf1904):
        return {"from_1904": float(cell)}
    if isinstance(cell, Unclear):
        return cell._asdict()
    if isinstance(cell, Month):
        return {"month": cell.first.isoformat()}
    assert isinstance(cell, date)
    return {"day": cell.isoformat()}


def upper_rows(sheet: Sheet) -> list[list[Any]]:
    """The first rows with anything in them, as far as a table may be wide."""
    filled_rows = ((number, cells[:MAX_COLUMNS]) for number, row in sheet.rows() if (cells := trimmed(row)))
    return [cells for _, cells in sent(islice(filled_rows, UPPER_ROWS))]


def send(frame: list[Any]) -> None:
    """Writes one frame."""
    payload = zlib.compress(json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace"), level=1)
    sys.stdout.buffer.write(len(payload).to_bytes(4) + payload)


def asked(sheets: Sequence[Sheet]) -> int:
    """The place of the sheet that the parent wants."""
    send(["sheets", [[sheet.name, upper_rows(sheet)] for sheet in sheets]])
    sys.stdout.buffer.flush()
    return int.from_bytes(sys.stdin.buffer.read(2))


def received() -> bytes:
    """The file from standard input, put together."""
    content = io.BytesIO()
    while length := int.from_bytes(sys.stdin.buffer.read(4)):
        content.write(sys.stdin.buffer.read(length))
    return content.getvalue()


def main(kind: str, wanted: str | None = None) -> None:
    """Reads the file from standard input, whatever it holds."""
    limit_myself(MEMORY, CPU_SECONDS)
    # a workbook makes no cycles
    gc.disable()
    try:
        for frame in read(kind, received(), asked, wanted):
            send(frame)
    except Refusal as refusal:
        send(["problem", refusal.rule, refusal.names])
    except MemoryError:
        send(["problem", "file_too_large", []])
    except Exception:
        # each of the parsers below has errors of its own for a file that is broken
        send(["problem", "file_corrupt", []])


if __name__ == "__main__":
    main(sys.argv[1], *map(json.loads, sys.argv[2:3]))
