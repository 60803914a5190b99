"""Text files, .csv: their encoding, their delimiter, and their rows as a spreadsheet program numbers them."""

import io
import re
from collections.abc import Iterator
from typing import Any

from common.sheet_reader.cells import STRAY_QUOTE, Unclear, text_of
from common.sheet_reader.limits import Refusal
from common.sheet_reader.merging import Row

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t"
_NAMED = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
_MAY_BE_OCTOBER = re.compile(r"\d{4}\.1")
_BROKEN = "\ufffd"
_FEW = 50
_SHORT = 100
_LONGEST_RECORD = 40
"""Lines that one cell in quotes may have: a quote that is never closed would make one cell of all rows below it."""


def rows(content: bytes) -> Iterator[Row]:
    """The rows with their numbers; blank lines are rows, as they are on screen."""
    text = decoded(content)
    named = _NAMED.match(text)
    lines = list(io.StringIO(text[named.end() if named else 0 :], newline=""))
    yield from enumerate(_Records(lines, named[1] if named else delimiter_of(lines)), 1)


def decoded(content: bytes) -> str:
    """By byte-order mark, else UTF-8, else the Chinese national encoding; single broken characters stay."""
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    encodings = marked or unmarked_utf16(content) or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return _text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    texts = [content.decode(encoding, "replace") for encoding in encodings]
    best = min(texts, key=lambda text: text.count(_BROKEN))
    return _text(best)


def unmarked_utf16(content: bytes) -> list[str]:
    """UTF-16 if no other encoding has zeros as this has: one beside each ASCII character, on the same side of it."""
    before, after = content[::2].count(0), content[1::2].count(0)
    if _FEW * (before + after) <= len(content) or len(content) % 2 or _FEW * min(before, after) > max(before, after):
        return []
    encoding = "utf-16-be" if before > after else "utf-16-le"
    # single zeros in a short text of bytes make other characters of most of its delimiters
    text, marks = content.decode(encoding, "replace"), f"{_DELIMITERS}\r\n"
    return [encoding] if 2 * sum(map(text.count, marks)) >= sum(map(content.count, marks.encode())) else []


def _text(text: str) -> str:
    """The text, unless most of it is none: more than one foreign or broken character in fifty."""
    if _FEW * (text.count("\0") + text.count(_BROKEN)) > len(text):
        raise Refusal("text_encoding")
    return text.replace("\0", _BROKEN)


def delimiter_of(lines: list[str]) -> str:
    """The one that most lines at the top agree on having, and that leaves none of the others around a cell.

    Exports put a tab beside each number, so that spreadsheet programs take it for a text.
    """
    top = [line for line in lines[:200] if line.strip()][:20]

    def fitness(mark: str) -> tuple[int, int, int]:
        bare = [cell.strip('" \t\r\n') for line in top for cell in line.split(mark)]
        torn = sum(cell.startswith(tuple(_DELIMITERS)) or cell.endswith(tuple(_DELIMITERS)) for cell in bare)
        return sum(mark in line for line in top), -torn, sum(line.count(mark) for line in top)

    return max(_DELIMITERS, key=fitness)


class _Records:
    """Cuts lines into cells; a cell in quotes may go over several lines."""

    def __init__(self, lines: list[str], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        self._quoted = re.compile(rf'"((?:[^"]|"")*)"(?:{mark}|\r?\n|\r|\Z)')
        self._bare = re.compile(rf"([^{mark}\r\n]*)(?:{mark}|\r?\n|\r|\Z)")
        self._width = 0

    def __iter__(self) -> Iterator[list[Any]]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if '"' not in line:
                # most cells are short words and numbers, which show themselves
                cells: list[Any] = [
                    cell if cell.isalnum() and len(cell) <= _SHORT else bare_cell(cell)
                    for cell in line.rstrip("\r\n").split(self._delimiter)
                ]
                used = 1
            else:
                cells, used = self._cut(at)
            self._width = self._width or len(cells)
            yield cells
            at += used

    def _cut(self, at: int) -> tuple[list[Any], int]:
        """The cells of a record with quotes, and how many lines it takes."""
        text, used, place = self._lines[at], 1, 0
        cells: list[Any] = []
        while place < len(text) or text[place - 1 : place] == self._delimiter:
            quoted = text.startswith('"', place)
            found = self._quoted.match(text, place) if quoted else None
            while quoted and not found and text.count('"', place) % 2 and self.may_take(at + used, used):
                text += self._lines[at + used]
                used += 1
                found = self._quoted.match(text, place)
            if quoted and not found and used > 1:
                # it is never closed: its line is a row by itself
                text, used = self._lines[at], 1
            end = found or self._bare.match(text, place)
            assert end is not None, "a bare cell may be empty"
            if quoted and not found:
                cells.append(Unclear.of(STRAY_QUOTE, end[1]))
            else:
                cells.append(text_of(_unmarked(end[1].replace('""', '"'))) if found else bare_cell(_unmarked(end[1])))
            if end.end() == place or not end[0].endswith(self._delimiter):
                break
            place = end.end()
        return cells, used

    def may_take(self, at: int, used: int) -> bool:
        """True if a cell may go on in a line: not one that has, before any quote, as many cells as a row."""
        if at >= len(self._lines) or used >= _LONGEST_RECORD:
            return False
        inside = self._lines[at].partition('"')[0]
        return self._width < 2 or inside.count(self._delimiter) < self._width - 1


def bare_cell(text: str) -> Any:
    """What a cell without quotes shows; 1999.1 is what programs write for the number 1999.10."""
    return float(text) if len(text) == 6 and _MAY_BE_OCTOBER.fullmatch(text) else text_of(text)


def _unmarked(cell: str) -> str:
    """`="0012"` is how people keep zeros in front of a number."""
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell
