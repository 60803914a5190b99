"""Long parts of an .xlsx file, record by record: rows of a sheet, shared strings.

Nearly all programs write them in one simple form, which is read with regular expressions; whatever else stands there is
parsed. Both give the same for what both can read.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from common.sheet_reader.limits import Refusal
from common.sheet_reader.merging import Area

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d+"([^<>/]*)(?:/>|>(<f[^<>]*>(?:[^<]*</f>)?)?'
    r"(?:<v>([^<]*)</v>|<v ?/>|<is><t(?: [^<>]*)?>([^<]*)</t></is>)?</c>)"
)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_ROW_NUMBER = re.compile(r'<row r="(\d+)"')
_STRING = re.compile(r"\s*<si><t(?: [^<>]*)?>([^<&\r]*)</t>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<]*?\bref\s*=\s*[\"']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)[\"']")
_REFERENCE = re.compile(r"\$?([A-Z]+)\$?\d*")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ROW_END, _STRING_END = b"</row>", b"</si>"
_CELL_STARTS = (b"<c>", b"<c ", b"<c\t", b"<c\n", b"<c\r")


class _Columns(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self[letters] = number - 1
        return number - 1


COLUMNS = _Columns()
"""The place of a column by its letters, from 0."""


@dataclass
class Cell:
    """A cell as it is written: where it stands, its style, the kind of its value, formula and value if it has them."""

    column: int
    style: str = "0"
    kind: str = "n"
    formula: str | None = None
    value: str | None = None


Attributes = str
"""What a cell says of itself beside its place: ` s="3" t="s"`."""

SimpleRow = list[tuple[str, Attributes, str, str, str]]
"""Letters of the column, attributes, formula, value, text in the cell; each "" where there is none."""


@dataclass
class Survey:
    """What must be known of a sheet before its first row is read."""

    simple: bool = True
    areas: list[Area] = field(default_factory=list)


def survey(pieces: Iterable[bytes]) -> Survey:
    """Goes through a sheet once, without parsing it."""
    found, begun = Survey(), False
    for content in whole_tags(pieces):
        if b"<!DOCTYPE" in content:
            raise Refusal("file_corrupt")
        begun = begun or b"<worksheet" in content
        found.simple = found.simple and begun and is_simple(content)
        if b"mergeCell" in content:
            for left, top, right, bottom in _MERGED.findall(content):
                found.areas.append(Area(int(top), COLUMNS[left.decode()], int(bottom), COLUMNS[right.decode()]))
    return found


def is_simple(content: bytes) -> bool:
    """True if a part of a sheet is written as nearly all programs do, so that `simple_rows` misses nothing."""
    cells = content.count(b'<c r="')
    return (
        # one byte is found in no time
        not (b"!" in content and b"<!" in content)
        and b":row" not in content
        and content.count(b"<row") == content.count(b'<row r="')
        and content.count(b"</row") == content.count(_ROW_END)
        # between rows nothing else begins like a cell
        and (content.count(b"<c") == cells or sum(map(content.count, _CELL_STARTS)) == cells)
    )


def simple_rows(pieces: Iterable[bytes]) -> Iterator[tuple[int, str, SimpleRow | None]]:
    """Number, text and cells of each row of a sheet in the simple form; no cells where a row must be parsed."""
    for text in _records(pieces, _ROW_END):
        row = text[text.rfind("<row") :]
        number = _ROW_NUMBER.match(row)
        if number:
            cells = _CELL.findall(row)
            is_whole = len(cells) == row.count('<c r="') and not any(mark in row for mark in ("&", "\r", "_x"))
            yield int(number[1]), row, cells if is_whole else None


def attributes(text: Attributes) -> dict[str, str]:
    """The attributes of a cell by name."""
    return dict(_ATTRIBUTE.findall(text))


def parsed_row(text: str) -> list[Cell]:
    """The cells of one row in the simple form, exactly."""
    rows = _Rows()
    rows.feed(f"{text}</row>".encode(), final=True)
    return rows.taken()[0][1]


def parsed_rows(pieces: Iterable[bytes]) -> Iterator[tuple[int, list[Cell]]]:
    """Number and cells of each row of a sheet, in whatever form."""
    rows = _Rows()
    for piece in utf8(pieces):
        rows.feed(piece)
        yield from rows.taken()
    rows.feed(b"", final=True)


def strings(pieces: Callable[[], Iterable[bytes]]) -> Iterator[str]:
    """The shared strings, in their order; `pieces` is asked twice."""
    begun, simple = False, True
    for content in whole_tags(pieces()):
        begun = begun or b"<sst" in content
        is_plain = content.count(b"<si") == content.count(b"<si>") and content.count(b"</si") == content.count(
            _STRING_END
        )
        simple = simple and begun and is_plain and b"<!" not in content
    if not simple:
        parser = _Strings()
        for piece in utf8(pieces()):
            parser.feed(piece)
            yield from parser.taken()
        return
    for text in _records(pieces(), _STRING_END):
        string = text[text.rfind("<si>") :]
        found = _STRING.fullmatch(string)
        if found:
            yield unescaped(found[1])
        else:
            parser = _Strings()
            parser.feed(f"{string}</si>".encode(), final=True)
            yield from parser.taken()


def unescaped(text: str) -> str:
    """A text whose control characters are written as `_x000D_`.

    >>> unescaped("a_x000A_b_x005F_c")
    'a\\nb_c'
    """
    if "_x" not in text:
        return text
    units = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part in UTF-8, which may be written in UTF-16."""
    decoder: codecs.IncrementalDecoder | None = None
    for at, piece in enumerate(pieces):
        if at == 0 and piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            decoder = codecs.getincrementaldecoder("utf-16")()
        yield decoder.decode(piece).encode() if decoder else piece


def whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part in UTF-8, cut anew so that no tag goes over two of them."""
    rest = b""
    for piece in utf8(pieces):
        content = rest + piece
        cut = content.rfind(b">") + 1
        yield content[:cut]
        rest = content[cut:]


def _records(pieces: Iterable[bytes], end: bytes) -> Iterator[str]:
    """The text before each end tag, piece by piece."""
    rest = b""
    for piece in utf8(pieces):
        content = rest + piece
        cut = content.rfind(end)
        if cut < 0:
            rest = content
            continue
        yield from content[:cut].decode().split(end.decode())
        rest = content[cut + len(end) :]


class _Texts:
    """Collects what stands in the elements that hold text, without phonetic hints."""

    _holders = frozenset({"t"})

    def __init__(self) -> None:
        self.found: list[str] = []
        self._is_text = self._is_hint = False
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        self._parser.Parse(piece, final)
        if final:
            # it knows this one's methods: a circle, which the process that reads files never collects
            del self._parser

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._is_hint = self._is_hint or local == "rPh"
        self._is_text = local in self._holders and not self._is_hint
        self.opened(local, given)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._is_hint = self._is_hint and local != "rPh"
        self._is_text = False
        self.closed(local)

    def _text(self, text: str) -> None:
        if self._is_text:
            self.found.append(text)

    def opened(self, name: str, given: dict[str, str], /) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""


class _Strings(_Texts):
    def __init__(self) -> None:
        super().__init__()
        self._strings: list[str] = []

    def taken(self) -> list[str]:
        """The strings that have ended since they were last taken."""
        strings, self._strings = self._strings, []
        return strings

    def opened(self, name: str, _given: dict[str, str], /) -> None:
        if name == "si":
            self.found = []

    def closed(self, name: str) -> None:
        if name == "si":
            self._strings.append(unescaped("".join(self.found)))


class _Rows(_Texts):
    _holders = frozenset({"t", "v", "f"})

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[int, list[Cell]]] = []
        self._open: list[Cell] = []
        self._number = 0
        self._cell = Cell(-1)

    def taken(self) -> list[tuple[int, list[Cell]]]:
        """The rows that have ended since they were last taken."""
        rows, self._rows = self._rows, []
        return rows

    def opened(self, name: str, given: dict[str, str], /) -> None:
        if name == "row":
            self._number = int(given.get("r", self._number + 1))
            self._open = []
            self._cell = Cell(-1)
        elif name == "c":
            reference = _REFERENCE.match(given.get("r", ""))
            column = COLUMNS[reference[1]] if reference else self._cell.column + 1
            self._cell = Cell(column, given.get("s", "0"), given.get("t", "n"))
            self._open.append(self._cell)
        elif name in ("f", "v", "is"):
            self.found = []

    def closed(self, name: str) -> None:
        if name == "f":
            self._cell.formula = "".join(self.found)
        elif name in ("v", "is"):
            self._cell.value = unescaped("".join(self.found))
        elif name == "row":
            self._rows.append((self._number, self._open))
            self._cell = Cell(-1)
