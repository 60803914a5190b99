"""Files to be filled in and uploaded: a header, text cells, drop-downs; CPU work, so make them in a thread."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from common import clock
from common.sheet_reader.limits import MAX_ROWS
from common.spreadsheets.writing import safe_text

DATA, CHOICES = "数据", "可选值"
"""Names of the sheets: what is filled in, and what the drop-downs show."""

_WIDTH = 18


@dataclass(frozen=True)
class Choice:
    """One entry of a drop-down, and what it means where the value does not say so."""

    value: str
    meaning: str = ""


@dataclass(frozen=True)
class TemplateColumn:
    """One column. `hint` (255 characters) is shown at its cells, `choices` are their drop-down.

    `only` makes the spreadsheet program refuse every other text; without it the choices are advice.
    """

    title: str
    hint: str = ""
    choices: Sequence[Choice] = ()
    only: bool = False


def template_workbook(columns: Sequence[TemplateColumn]) -> bytes:
    """A workbook with one sheet to fill in, and one with the choices if there are any.

    No title of the second sheet is one of the first, or it would be read as a second table.
    """
    content = io.BytesIO()
    # services write to no disk
    with Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        text, title = (book.add_format({"num_format": "@", "bold": bold}) for bold in (False, True))
        sheet = book.add_worksheet(DATA)
        choices = book.add_worksheet(CHOICES) if any(each.choices for each in columns) else None
        place = 0
        for position, column in enumerate(columns):
            # a column of texts keeps zeros in front and long numbers
            sheet.set_column(position, position, _WIDTH, text)
            sheet.write_string(0, position, column.title, title)
            shown: dict[str, Any] = {"validate": "any", "input_title": column.title, "input_message": column.hint}
            if choices and column.choices:
                shown |= {"validate": "list", "show_error": column.only, "source": _listed(choices, place, column)}
                place += 2
            if column.hint or column.choices:
                sheet.data_validation(1, position, MAX_ROWS, position, shown)
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def template_csv(columns: Sequence[TemplateColumn]) -> bytes:
    """The header as text that spreadsheet programs take for UTF-8."""
    content = io.StringIO(newline="")
    csv.writer(content).writerow([column.title for column in columns])
    return content.getvalue().encode("utf-8-sig")


def _listed(sheet: Worksheet, place: int, column: TemplateColumn) -> str:
    """Writes the choices of a column and what they mean side by side; where the values stand."""
    sheet.set_column(place, place + 1, _WIDTH)
    sheet.write_string(0, place, f"可选{column.title}")
    for row, choice in enumerate(column.choices, 1):
        sheet.write_string(row, place, safe_text(choice.value))
        sheet.write_string(row, place + 1, safe_text(choice.meaning))
    return f"={CHOICES}!{xl_range_abs(1, place, len(column.choices), place)}"
