"""What a report says, whatever the file: chapters of paragraphs and tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

Value = str | int | Decimal | None
"""A cell: numbers are numbers in a workbook, None is what there is no figure of."""

NOTHING = "—"


@dataclass(frozen=True)
class ReportTable:
    """A table with its title; `drawn` is the column whose percentages are drawn as bars beside the first column."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    drawn: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As the template takes it."""
        rows = [list(map(said, row)) for row in self.rows]
        return {"title": self.title, "columns": list(self.columns), "rows": rows, "chart": self._chart()}

    def _chart(self) -> dict[str, Any] | None:
        drawn = self.drawn
        if drawn is None or len(self.rows) < 2:
            return None
        bars = [(said(row[0]), said(row[drawn]), float(row[drawn] or 0)) for row in self.rows]
        text = "; ".join(f"{label} {share}" for label, share, _ in bars)
        return {
            "text": f"{self.title} ({self.columns[drawn]}): {text}",
            "bars": [[label, min(max(size, 0.0), 100.0), share] for label, share, size in bars],
        }


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


def said(value: Value) -> str:
    """A cell as people read it.

    >>> said(Decimal("83.00")), said(12), said(None)
    ('83.00', '12', '—')
    """
    return NOTHING if value is None else f"{value}"
