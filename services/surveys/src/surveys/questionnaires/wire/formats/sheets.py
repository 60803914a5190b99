"""The sheets of an XLSForm: rows by column, texts by language, and what no column of ours can take."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from common.codes.spelling import Cell
from common.errors import FieldProblem
from common.files import unreadable
from common.spreadsheets import NumberedRow, UpperRows, blocks_of
from common.spreadsheets.cells import CellProblem, Unclear, is_blank, shown_text
from common.spreadsheets.reading import SheetChooser
from surveys.questionnaires.wire.formats.unsupported import unsupported

MAX_ROWS = 10_000
"""Of a sheet: 1,000 variables, and the options of a few long lists."""

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
_UNREAD = ("entities", "external_choices", "osm")
"""Sheets that change what a form does."""

TRANSLATED = ("label", "hint", "constraint_message", "form_title")
_TAKEN: Mapping[str, tuple[str, ...]] = {
    SURVEY: (
        *("type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "required"),
        *("calculation", "appearance", "parameters"),
    ),
    CHOICES: ("list_name", "name", "label"),
    SETTINGS: ("form_title", "form_id", "version", "default_language"),
}
_EMPTY: Mapping[str, tuple[str, ...]] = {
    SURVEY: (
        *("choice_filter", "default", "read_only", "repeat_count", "trigger", "guidance_hint", "required_message"),
        *("image", "audio", "video", "big-image", "media", "body", "bind", "instance", "save_to", "note", "disabled"),
    ),
    CHOICES: ("image", "audio", "video", "big-image", "media", "order"),
    SETTINGS: (
        *("style", "instance_name", "public_key", "submission_url", "auto_send", "auto_delete", "namespaces"),
        *("allow_choice_duplicates", "instance_xmlns", "sms_keyword", "id_string"),
    ),
}
"""Columns of the standard that stand in many templates: refused where a row fills them."""

_ALIASES = {"relevance": "relevant", "readonly": "read_only", "list": "list_name", "title": "form_title"}
_CHINESE = re.compile(r"中文|汉语|漢語|chinese|\bzh\b|zh[-_]", re.IGNORECASE)
_ENGLISH = re.compile(r"英文|英语|english|\ben\b|en[-_]", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """A column: its header, what it holds, and of a text its language (None: both)."""

    title: str
    name: str
    language: str | None = None


_PASSED = Column("", "")
"""A column that is refused already."""


@dataclass
class Line:
    """A row: the texts of its filled cells by name of the column, and for refusals the header of each."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """What stands in a column without languages."""
        return self.values.get(name)

    def said(self, name: str) -> dict[str, str] | None:
        """A text in both languages, empty where the form has it in the other alone; None where it has none."""
        words = self.words.get(name)
        if words is None:
            return None
        both = words.get("", "")
        return {language: words.get(language, both) for language in ("zh", "en")}

    def wrong(self, name: str, zh: str, en: str) -> FieldProblem:
        """The refusal of what stands in a column, or is missing there."""
        return unsupported(self.number, self.titles.get(name, name), zh, en)


@dataclass(frozen=True)
class Sheets:
    """The rows of the three sheets below their headers, by sheet, as they are in the file."""

    rows: Mapping[str, Sequence[NumberedRow]]

    def lines(self, sheet: str, problems: list[FieldProblem]) -> list[Line]:
        """The rows of a sheet by column; adds what cannot be taken to the problems."""
        rows = self.rows.get(sheet, ())
        if not rows:
            return []
        number, header = rows[0]
        columns = [column_of(cell) for cell in header]
        known = {*_TAKEN[sheet], *_EMPTY[sheet]}
        unknown = [column for column in columns if column is not None and column.name not in known]
        problems += [unknown_column(number, sheet, column) for column in unknown]
        # one refusal of a column is enough
        taken = [column if column not in unknown else _PASSED for column in columns]
        return [line_of(sheet, number, cells, taken, problems) for number, cells in rows[1:]]


async def sheets_of(content: bytes) -> Sheets:
    """The sheets of a workbook, read in a process of its own; raises FileRefused, or Invalid without a `survey`."""
    names: list[str] = []

    def choose(sheets: Sequence[UpperRows]) -> list[int]:
        names.extend(name.strip().casefold() for name, _ in sheets)
        return [names.index(SURVEY)] if SURVEY in names else []

    rows = {SURVEY: [row async for row in _rows(content, choose=choose)]}
    if names and SURVEY not in names:
        raise unreadable("sheet_unknown", names)
    for name in _UNREAD:
        if name in names:
            raise unreadable("sheet_unknown", [name])
    for name in (CHOICES, SETTINGS):
        if name in names:
            rows[name] = [row async for row in _rows(content, sheet=name)]
    return Sheets(rows)


async def _rows(
    content: bytes, *, choose: SheetChooser | None = None, sheet: str | None = None
) -> AsyncIterator[NumberedRow]:
    seen = 0
    # a refusal ends the process that reads the file at once
    async with aclosing(blocks_of("xlsx", _parts(content), choose, sheet)) as blocks:
        async for _, block in blocks:
            seen += len(block)
            if seen > MAX_ROWS:
                raise unreadable("too_many_rows")
            for row in block:
                yield row


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


def column_of(cell: Cell) -> Column | None:
    """What a header names; None below an empty one."""
    if is_blank(cell):
        return None
    title = str(cell).strip()
    base, _, rest = title.partition("::")
    name = "_".join(base.casefold().split())
    name = _ALIASES.get(name, name)
    if not rest or name not in TRANSLATED:
        return Column(title, name)
    language = "zh" if _CHINESE.search(rest) else "en" if _ENGLISH.search(rest) else None
    # a third language would be lost: the header is of no column that is known
    return Column(title, name, language) if language else Column(title, title)


def unknown_column(number: int, sheet: str, column: Column) -> FieldProblem:
    """The refusal of a column that no form has, such as a misspelt one."""
    taken = ", ".join(_TAKEN[sheet])
    return unsupported(
        number,
        column.title,
        f"工作表 {sheet} 的列“{column.title}”不支持；可用：{taken}（文字列可加 ::中文、::English）",
        f"Column “{column.title}” of sheet {sheet} is not supported; there are: {taken} (texts with ::中文, ::English)",
    )


def line_of(
    sheet: str, number: int, cells: Sequence[Cell], columns: Sequence[Column | None], problems: list[FieldProblem]
) -> Line:
    """A row by column; adds what cannot be taken to the problems."""
    line = Line(number)
    for place, cell in enumerate(cells):
        if is_blank(cell):
            continue
        column = columns[place] if place < len(columns) else None
        if column is _PASSED:
            continue
        if column is None:
            problems.append(
                unsupported(number, letters(place), "此列没有表头", "This column has no header"),
            )
            continue
        line.titles.setdefault(column.name, column.title)
        text = shown(cell)
        if text is None or column.name in _EMPTY[sheet]:
            problems.append(not_taken(sheet, number, column.title, filled=text is not None))
        elif column.name in TRANSLATED:
            line.words.setdefault(column.name, {})[column.language or ""] = text
        else:
            line.values[column.name] = text
    return line


def not_taken(sheet: str, number: int, title: str, *, filled: bool) -> FieldProblem:
    """The refusal of a cell: one that must stay empty, or is no text."""
    if filled:
        zh, en = f"工作表 {sheet} 的列“{title}”须留空", f"Column “{title}” of sheet {sheet} must stay empty"
    else:
        zh, en = (
            "单元格不是文字或数字（日期、错误值或未计算的公式）",
            "The cell is no text or number (a day, an error, a formula)",
        )
    return unsupported(number, title, zh, en)


def shown(cell: Cell) -> str | None:
    """The text of a cell; None if it holds a day, an error, or what was not calculated."""
    if isinstance(cell, Unclear):
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    try:
        return shown_text(cell).strip()
    except CellProblem:
        return None


def letters(place: int) -> str:
    """The name that spreadsheet programs give to a column."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)
