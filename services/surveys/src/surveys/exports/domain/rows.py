"""Answers as rows of a file. Most answers are alike: each cell is made once for a value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from surveys.exports.domain.cells import NOT_ASKED, WORDS, Cell
from surveys.exports.domain.layout import Column, Layout, Slot
from surveys.exports.domain.seen import Seen
from surveys.questionnaires.domain.logic import is_refusal

Piece = TypeVar("Piece")
"""Some cells of a row, as a kind of file has them."""

Values = Mapping[str, Any]

MAX_KEPT = 5_000
"""Values of a question whose cells are kept: words of respondents are all different."""

_SCALARS = frozenset({str, int, float, bool})


class RowMaker(Generic[Piece]):
    """Makes the pieces of rows. `language`: values are written as their labels in it, None: as codes."""

    def __init__(
        self, layout: Layout, language: str | None, piece: Callable[[Sequence[Column], Sequence[Cell]], Piece]
    ) -> None:
        self._language = language
        self._piece = piece
        self._leading = layout.leading
        # of each slot also its cells where it was left open, and where it was hidden
        self._slots = [
            (
                slot.name,
                dict[object, Piece](),
                slot,
                piece(slot.columns, _absent(slot, None)),
                piece(slot.columns, _absent(slot, NOT_ASKED)),
            )
            for slot in layout.slots
            if slot.is_asked
        ]
        # questions of other versions come after those of the wave's own
        unasked = [column for slot in layout.slots if not slot.is_asked for column in slot.columns]
        self._rest = [piece(unasked, [NOT_ASKED] * len(unasked))] if unasked else []

    def row(self, leading: Sequence[Cell], values: Values, seen: Seen) -> list[Piece]:
        """The pieces of an answer in the order of the columns."""
        known = {**values, **seen.calculated} if seen.calculated else values
        hidden = seen.hidden
        pieces = [self._read(self._leading, leading)]
        for name, made, slot, left_open, not_asked in self._slots:
            value = known.get(name)
            if value is None:
                is_hidden = slot.question in hidden or (slot.beside is not None and not _opens(slot.beside, known))
                pieces.append(not_asked if is_hidden else left_open)
                continue
            key = value if value.__class__ in _SCALARS else _key(value)
            found = made.get(key)
            pieces.append(self._new(slot, made, key, value) if found is None else found)
        return pieces + self._rest

    def _new(self, slot: Slot, made: dict[object, Piece], key: object, value: Any) -> Piece:
        cells = _absent(slot, WORDS[value["missing"]]) if is_refusal(value) else slot.cells(value)
        if len(made) >= MAX_KEPT:
            made.clear()
        found = made[key] = self._read(slot.columns, cells)
        return found

    def _read(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Piece:
        return self._piece(columns, [self._label(*each) for each in zip(columns, cells, strict=True)])

    def _label(self, column: Column, cell: Cell) -> Cell:
        label = None if self._language is None or column.is_flag else column.labels.get(cell)
        return cell if label is None or self._language is None else label.in_language(self._language)


def _absent(slot: Slot, why: int | None) -> list[Cell]:
    """What only other versions ask was not asked, whatever the respondent says of the question."""
    return [NOT_ASKED if part is None else why for part in slot.parts]


def _opens(beside: tuple[str, frozenset[str]], known: Values) -> bool:
    """Whether the option is chosen that opens a text."""
    question, opening = beside
    chosen = known.get(question)
    return not opening.isdisjoint(chosen if isinstance(chosen, list) else [str(chosen)])


def _key(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else tuple(sorted(value.items()))
