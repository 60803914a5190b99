"""The process that opens a file which strangers made. It is run by path, alone, and must import nothing of ours.

Standard input is the file in parts, each after four bytes of its length, the last one empty. Standard output is a row
of frames, each after four bytes of its length, JSON packed by zlib: `["rows", [[number, cells], …]]`, `["end"]`, or
`["problem", rule]`. Of a workbook with several sheets it first shows the upper rows, `["sheets", [[name, rows], …]]`,
and reads two bytes: the place of the one to send. It limits its own memory and time before anything else.
"""

import contextlib
import csv
import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import python_calamine

MEMORY = 1024**3
CPU_SECONDS = 60
MAX_MEMBERS = 50
MAX_UNPACKED = 200 * 1024**2
MAX_RATIO = 100
RATIO_FROM = 10 * 1024**2
"""A small sheet of equal cells packs very well; a bomb is large."""

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELLS = 8_000_000
"""All rows with forty columns each; the widest format that schools exchange has less, and few large files that many."""

FRAME_ROWS = 250
UPPER_ROWS = 30
"""As many as are searched for a header."""

MAX_CELL = 131_072

Choice = Callable[[Sequence[python_calamine.CalamineSheet]], int]

_PIECE = 1024**2
_PACKED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_BINARIES = ("vbaProject.bin", "vbaProjectSignature.bin")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t"
_RISKY = tuple("=+-@＝＋－＠")


class Refusal(Exception):
    """The file breaks a rule, by its name in `kinds`."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def limit_myself() -> None:
    """Memory, processor time, no files, no core dump; what a system does not know is left out."""
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": CPU_SECONDS, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
    for name, value in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def read(kind: str, content: bytes, choose: Choice) -> Iterator[list[Any]]:
    """The frames of a file; of several sheets, those of the one that is chosen."""
    if kind == "csv":
        yield from frames(enumerate(csv_rows(content), 1))
        return
    (check_zip if kind == "xlsx" else check_compound)(content)
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        sheets = sheets_with_data(book)
        if not sheets:
            raise Refusal("file_empty")
        yield from frames(rows_of(sheets[choose(sheets) if len(sheets) > 1 else 0]))


def frames(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[list[Any]]:
    """Rows with anything in them, in handy portions."""
    portion: list[list[Any]] = []
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
        portion.append([number, cells])
        if len(portion) == FRAME_ROWS:
            yield ["rows", portion]
            portion = []
    if portion:
        yield ["rows", portion]
    if not seen:
        raise Refusal("file_empty")
    yield ["end"]


def trimmed(row: list[Any]) -> list[Any]:
    """The row with None for empty cells and without the empty ones at its end."""
    cells = [text_of(cell) if type(cell) is str else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def text_of(cell: str) -> str | None:
    """The text; nothing for white space alone; without the apostrophe that `writing` puts before a risky one."""
    if cell.startswith("'") and cell[1:].lstrip().startswith(_RISKY):
        return cell[1:]
    return cell if cell and not cell.isspace() else None


def sheets_with_data(book: python_calamine.CalamineWorkbook) -> list[python_calamine.CalamineSheet]:
    """The visible sheets with data; the first hidden one only if no other has any."""
    visible = python_calamine.SheetVisibleEnum.Visible
    found = [each for each in book.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet]
    shown = filled(book, (each.name for each in found if each.visible == visible))
    return list(shown) or list(islice(filled(book, (each.name for each in found)), 1))


def filled(book: python_calamine.CalamineWorkbook, names: Iterable[str]) -> Iterator[python_calamine.CalamineSheet]:
    """The sheets of these names that have data."""
    return (sheet for name in names if (sheet := book.get_sheet_by_name(name)).start is not None)


def rows_of(sheet: python_calamine.CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Rows with the number that the program shows; `iter_rows` begins with the first row, but the first used column."""
    padding = [None] * (sheet.start[1] if sheet.start else 0)
    return enumerate(([*padding, *row] for row in sheet.iter_rows()), 1)


def upper_rows(sheet: python_calamine.CalamineSheet) -> list[list[Any]]:
    """The first rows with anything in them, as far as a table may be wide."""
    filled_rows = (cells for _, row in rows_of(sheet) if (cells := trimmed(row)))
    return [cells[:MAX_COLUMNS] for cells in islice(filled_rows, UPPER_ROWS)]


def check_zip(content: bytes) -> None:
    """Inflates every member and counts, because the sizes in a header can lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            check_names([member.filename for member in members], any(member.flag_bits & 1 for member in members))
            unpacked = 0
            for member in members:
                with archive.open(member) as packed:
                    unpacked += counted(packed, MAX_UNPACKED - unpacked)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise Refusal("file_corrupt") from None
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * len(content):
        raise Refusal("file_too_large")


def check_names(names: list[str], encrypted: bool) -> None:
    """What a plain workbook has no use for."""
    if encrypted:
        raise Refusal("file_encrypted")
    if any(name.endswith(_BINARIES) for name in names):
        raise Refusal("file_has_macros")
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise Refusal("file_has_links")
    if len(names) > MAX_MEMBERS:
        raise Refusal("file_too_large")
    if "xl/workbook.xml" not in names:
        raise Refusal("file_type_mismatch")


def counted(packed: Any, left: int) -> int:
    """Bytes of a member; refuses an archive within the archive and more than what is left."""
    size = 0
    while piece := packed.read(_PIECE):
        if size == 0 and piece.startswith(_PACKED):
            raise Refusal("file_corrupt")
        size += len(piece)
        if size > left:
            raise Refusal("file_too_large")
    return size


def check_compound(content: bytes) -> None:
    """Old workbooks: macros show by the name of their storage."""
    if "_VBA_PROJECT_CUR".encode("utf-16-le") in content:
        raise Refusal("file_has_macros")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refusal("file_encrypted")


def csv_rows(content: bytes) -> Iterator[list[Any]]:
    """Rows of a text file, whatever its encoding and delimiter; blank lines are rows, as they are on screen."""
    text = decoded(content)
    if "\0" in text:
        raise Refusal("text_encoding")
    csv.field_size_limit(MAX_CELL)
    try:
        # strict: a quote that is never closed would make one cell of all rows below it
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True):
            yield [unquoted(cell) for cell in row]
    except csv.Error:
        raise Refusal("file_corrupt") from None


def decoded(content: bytes) -> str:
    """By byte-order mark, else UTF-8, else the Chinese national encoding."""
    encodings = [encoding for mark, encoding in _MARKS if content.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("text_encoding")


def delimiter_of(text: str) -> str:
    """The one that most lines at the top agree on having."""
    lines = [line for line in text[:65_536].splitlines() if line.strip()][:20]
    return max(
        _DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines))
    )


def unquoted(cell: str) -> str:
    """`="0012"` is how people keep zeros in front of a number."""
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell


def plain(value: Any) -> Any:
    """What JSON has no word for: days, and times as text."""
    if isinstance(value, datetime):
        return {"day": value.date().isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    raise TypeError(type(value).__name__)


def send(frame: list[Any]) -> None:
    """Writes one frame."""
    payload = zlib.compress(json.dumps(frame, default=plain, ensure_ascii=False).encode("utf-8", "replace"), level=1)
    sys.stdout.buffer.write(len(payload).to_bytes(4) + payload)


def asked(sheets: Sequence[python_calamine.CalamineSheet]) -> int:
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


def main(kind: str) -> None:
    """Reads the file from standard input, whatever it holds."""
    limit_myself()
    try:
        for frame in read(kind, received(), asked):
            send(frame)
    except Refusal as refusal:
        send(["problem", refusal.rule])
    except MemoryError:
        send(["problem", "file_too_large"])
    except python_calamine.PasswordError:
        send(["problem", "file_encrypted"])
    except (python_calamine.CalamineError, ValueError, OSError):
        send(["problem", "file_corrupt"])


if __name__ == "__main__":
    main(sys.argv[1])
