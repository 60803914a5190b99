"""Files to be filled in and uploaded: a header, text cells, drop-downs; CPU work, so make them in a thread."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from common import clock
from common.sheet_reader.limits import MAX_ROWS
from common.spreadsheets.writing import safe_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook

DATA, CHOICES, LONG_CHOICES = "数据", "可选值", "长列表"
"""Names of the sheets: what is filled in, what the drop-downs show, and the same of long lists, hidden."""

LONG = 100
"""Choices; so many are looked for in the drop-down, not read on a sheet."""

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
    """A workbook with one sheet to fill in, one with the choices if there are any, and a hidden one with long lists.

    No title of the other sheets is one of the first, or they would be read as further tables.
    """
    # only templates need what it brings into memory
    from xlsxwriter import Workbook

    content = io.BytesIO()
    # services write to no disk
    with Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        text, title = (book.add_format({"num_format": "@", "bold": bold}) for bold in (False, True))
        sheet = book.add_worksheet(DATA)
        listed = _listed(book, columns)
        for position, column in enumerate(columns):
            # a column of texts keeps zeros in front and long numbers
            sheet.set_column(position, position, _WIDTH, text)
            sheet.write_string(0, position, column.title, title)
            shown: dict[str, Any] = {"validate": "any", "input_title": column.title, "input_message": column.hint}
            if column.choices:
                shown |= {"validate": "list", "show_error": column.only, "source": listed[tuple(column.choices)]}
            if column.hint or column.choices:
                sheet.data_validation(1, position, MAX_ROWS, position, shown)
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def template_csv(columns: Sequence[TemplateColumn]) -> bytes:
    """The header as text that spreadsheet programs take for UTF-8."""
    content = io.StringIO(newline="")
    csv.writer(content).writerow([column.title for column in columns])
    return content.getvalue().encode("utf-8-sig")


def _listed(book: "Workbook", columns: Sequence[TemplateColumn]) -> Mapping[tuple[Choice, ...], str]:
    """Writes the choices and what they mean side by side, equal ones once; where the values of each stand."""
    from xlsxwriter.utility import xl_range_abs

    listed: dict[tuple[Choice, ...], str] = {}
    of_column: dict[tuple[Choice, ...], str] = {}
    for column in columns:
        of_column.setdefault(tuple(column.choices), column.title)
    for name, is_long in ((CHOICES, False), (LONG_CHOICES, True)):
        chosen = [each for each in of_column if each and (len(each) > LONG) is is_long]
        if not chosen:
            continue
        sheet = book.add_worksheet(name)
        if is_long:
            sheet.hide()
        for place, choices in zip(count(0, 2), chosen, strict=False):
            sheet.set_column(place, place + 1, _WIDTH)
            sheet.write_string(0, place, f"可选{of_column[choices]}")
            for row, choice in enumerate(choices, 1):
                sheet.write_string(row, place, safe_text(choice.value))
                sheet.write_string(row, place + 1, safe_text(choice.meaning))
            listed[choices] = f"={name}!{xl_range_abs(1, place, len(choices), place)}"
    return listed
