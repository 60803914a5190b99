"""Merged areas: every cell that one covers shows what its first cell holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from common.sheet_reader.cells import ACROSS, Unclear
from common.sheet_reader.limits import MAX_COLUMNS

Row = tuple[int, list[Any]]
"""Number as the program shows it, and the cells."""


@dataclass
class Area:
    """Rows and columns that are covered, first and last; rows as the program counts them, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int
    value: Any = None

    @property
    def is_wide(self) -> bool:
        """True if it covers several columns."""
        return self.right > self.left


def filled(rows: Iterable[Row], areas: Sequence[Area]) -> Iterator[Row]:
    """The rows with the content of merged areas in every cell that they cover.

    A row that holds nothing of its own is none: areas that cover it only make others higher. What a covered cell holds
    is not shown, and does not count. A row of wide areas and nothing else is a title or a note: there the covered cells
    are unclear, unlike cells that were filled.
    """
    waiting = sorted((area for area in areas if area.left < MAX_COLUMNS), key=lambda area: -area.top)
    open_areas: list[Area] = []
    for number, cells in rows:
        while waiting and waiting[-1].top <= number:
            open_areas.append(waiting.pop())
        open_areas = [area for area in open_areas if area.bottom >= number]
        if not open_areas:
            yield number, cells
        elif any(cell is not None for cell in cover(number, cells, open_areas)):
            yield number, fill(number, cells, open_areas)


def cover(number: int, cells: list[Any], areas: Sequence[Area]) -> list[Any]:
    """Takes what is not shown out of the cells, and notes what the first cell of each area holds."""
    cells += [None] * (1 + min(max(area.right for area in areas), MAX_COLUMNS - 1) - len(cells))
    for area in areas:
        value, end = cells[area.left], min(area.right + 1, len(cells))
        cells[area.left : end] = [None] * (end - area.left)
        if area.top == number:
            area.value = cells[area.left] = value
    return cells


def fill(number: int, cells: list[Any], areas: Sequence[Area]) -> list[Any]:
    """The cells of a row with what covers them."""
    wide = {area.left for area in areas if area.is_wide}
    is_note = all(cell is None or column in wide for column, cell in enumerate(cells))
    for area in areas:
        for column in range(area.left, min(area.right + 1, len(cells))):
            if (column, number) != (area.left, area.top):
                is_unclear = is_note and column > area.left and area.value is not None
                cells[column] = Unclear.of(ACROSS, area.value) if is_unclear else area.value
    return cells
