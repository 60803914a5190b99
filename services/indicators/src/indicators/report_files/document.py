"""What a report says, whatever the file: chapters of paragraphs and tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

Value = str | int | Decimal | None
"""A cell: numbers are numbers in a workbook, None is what there is no figure of."""

NOTHING = "—"


@dataclass(frozen=True)
class Drawing:
    """A picture: a Vega-Lite specification that holds its data, and what it says in words."""

    specification: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class ReportTable:
    """A table with its title, and the picture of its figures where they are drawn."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    drawing: Drawing | None = None

    def to_json(self) -> dict[str, Any]:
        """As the process that makes PDF files takes it."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "sides": [self._side(at) for at in range(len(self.columns))],
            "rows": [list(map(said, row)) for row in self.rows],
            "drawing": self.drawing and vars(self.drawing),
        }

    def _side(self, at: int) -> str:
        """Where the cells of a column stand: numbers, and words in place of some, on the right."""
        cells = [row[at] for row in self.rows]
        return "left" if at == 0 or (cells and not any(isinstance(each, int | Decimal) for each in cells)) else "right"


@dataclass(frozen=True)
class Chapter:
    """A chapter under its title."""

    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[ReportTable] = ()


@dataclass(frozen=True)
class Document:
    """A report; `notice` stands on each page, `lines` below the title. It has the date of its figures, no other."""

    language: str
    title: str
    author: str
    day: date
    notice: str | None
    lines: Sequence[str]
    chapters: Sequence[Chapter] = field(default_factory=list)

    def to_json(self) -> bytes:
        """As the process that makes PDF files takes it."""
        written = {
            "language": self.language,
            "region": "CN" if self.language == "zh" else "GB",
            "title": self.title,
            "author": self.author,
            "day": [self.day.year, self.day.month, self.day.day],
            "notice": self.notice,
            "lines": list(self.lines),
            "chapters": [
                {
                    "title": each.title,
                    "paragraphs": list(each.paragraphs),
                    "tables": [table.to_json() for table in each.tables],
                }
                for each in self.chapters
            ],
        }
        return json.dumps(written, ensure_ascii=False).encode()


def number(value: str | None) -> Decimal | None:
    """A figure as it is answered, as a number with the places that it has."""
    return None if value is None else Decimal(value)


def said(value: Value) -> str:
    """A cell as people read it.

    >>> said(Decimal("83.00")), said(12), said(None)
    ('83.00', '12', '—')
    """
    return NOTHING if value is None else f"{value}"
