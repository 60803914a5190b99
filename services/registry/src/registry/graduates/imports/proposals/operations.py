"""Proposing a mapping as long work: the upper part of a file is read, and nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from common.codes import CodeLists
from common.files import unreadable
from common.identifiers import SchoolCode
from common.operations import OperationContext, Outcome
from common.spreadsheets import NumberedRow, UpperRows, blocks_of
from common.spreadsheets.masking import without_persons
from registry.graduates.imports.columns import REQUIRED_FIELDS
from registry.graduates.imports.proposals.masking import samples
from registry.graduates.imports.proposals.matching import SeenColumn, exact_fields, located, matched, missing
from registry.import_mappings import storage as import_mappings
from registry.import_mappings.domain import MAX_HEADER

KIND = "mapping_proposal"
EMPTY_RESULT: Mapping[str, Any] = {"sheet": None, "header_row": None, "missing": [], "columns": []}

LOOKED_AT = 1_000
"""Rows below the header; what a column holds shows in fewer."""

Saved = Mapping[str, Mapping[str, str | None]]


async def propose_mapping(context: OperationContext) -> Outcome:
    """Ends with what each column of the file may fill; raises Invalid for a file that cannot be read."""
    if await context.is_cancelled():
        return Outcome(EMPTY_RESULT, state="cancelled")
    async with context.database.reading() as connection:
        of_school = await import_mappings.of_school(connection, SchoolCode(context.parameters["school_code"]))
    saved = {each.name: each.columns for each in of_school}
    with CodeLists.held():
        sheet, rows = await upper_part(context, saved)
        await context.progress(len(rows), len(rows))
        return Outcome(await asyncio.to_thread(proposed, sheet, rows, saved))


@dataclass
class _Chosen:
    """The sheet that is read: the one with the most columns that we know or take for known."""

    saved: Saved
    name: str | None

    def __call__(self, sheets: Sequence[UpperRows]) -> Sequence[int]:
        headers = [located(rows, self.saved.values()) for _, rows in sheets]
        known = [len(header.positions) if header else 0 for header in headers]
        place = known.index(max(known))
        self.name = sheets[place][0]
        return [place]


async def upper_part(context: OperationContext, saved: Saved) -> tuple[str | None, list[NumberedRow]]:
    """The name of the sheet, null for a text, and so many of its rows that those below the header suffice."""
    wanted = context.parameters.get("sheet")
    chosen = _Chosen(saved, wanted)
    rows: list[NumberedRow] = []
    blocks = blocks_of(context.parameters["kind"], context.upload(), chosen, wanted)
    # to leave it ends the process that reads the file
    async with aclosing(blocks) as arriving:
        async for _, block in arriving:
            rows += block
            if len(rows) > LOOKED_AT:
                break
    return chosen.name, rows


def proposed(sheet: str | None, rows: Sequence[NumberedRow], saved: Saved) -> dict[str, Any]:
    """The result for the upper rows of a sheet; raises Invalid where none of them is a header."""
    cells = [row for _, row in rows]
    header = located(cells, saved.values())
    if header is None:
        raise unreadable("header_missing")
    below = cells[header.row + 1 : header.row + 1 + LOOKED_AT]
    places = [place for place, title in enumerate(header.titles) if title]
    columns = [SeenColumn(header.titles[at], [row[at] if at < len(row) else None for row in below]) for at in places]
    known = exact_fields(header)
    matches = matched(columns, {n: known[at] for n, at in enumerate(places) if at in known}, saved)
    return {
        "sheet": sheet and without_persons(sheet, ()),
        "header_row": rows[header.row][0],
        "missing": missing(matches, REQUIRED_FIELDS),
        "columns": [
            {
                "header": without_persons(column.header, ())[:MAX_HEADER],
                "samples": samples(column.cells, match.field),
                "field": match.field,
                "score": match.score,
                "how": match.how,
            }
            for column, match in zip(columns, matches, strict=True)
        ],
    }
