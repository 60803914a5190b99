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
        self._slots = [slot for slot in layout.slots if slot.is_asked]
        self._made = [(slot.name, dict[object, Piece](), slot) for slot in self._slots]
        self._absent: dict[frozenset[str], list[Piece]] = {}
        # questions of other versions come after those of the wave's own
        unasked = [column for slot in layout.slots if not slot.is_asked for column in slot.columns]
        self._rest = [piece(unasked, [NOT_ASKED] * len(unasked))] if unasked else []

    def row(self, leading: Sequence[Cell], values: Values, seen: Seen) -> list[Piece]:
        """The pieces of an answer in the order of the columns."""
        known = {**values, **seen.calculated} if seen.calculated else values
        absent = self._absent.get(seen.hidden) or self._absent_where(seen.hidden)
        pieces = [self._read(self._leading, leading)]
        for (name, made, slot), missing in zip(self._made, absent, strict=True):
            value = known.get(name)
            if value is None:
                pieces.append(self._beside(slot, known, missing) if slot.beside else missing)
                continue
            key = value if value.__class__ in _SCALARS else _key(value)
            found = made.get(key)
            pieces.append(self._new(slot, made, key, value) if found is None else found)
        return pieces + self._rest

    def _absent_where(self, hidden: frozenset[str]) -> list[Piece]:
        found = self._absent[hidden] = [
            self._piece(slot.columns, _absent(slot, NOT_ASKED if slot.question in hidden else None))
            for slot in self._slots
        ]
        return found

    def _beside(self, slot: Slot, known: Values, missing: Piece) -> Piece:
        """The text beside an option is not asked unless that is chosen."""
        assert slot.beside is not None, "it is asked of such a slot"
        question, opening = slot.beside
        chosen = known.get(question)
        is_open = not opening.isdisjoint(chosen if isinstance(chosen, list) else [str(chosen)])
        return missing if is_open else self._piece(slot.columns, [NOT_ASKED])

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


def _key(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else tuple(sorted(value.items()))
