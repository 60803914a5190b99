"""Answers as rows of a file. Most answers are alike: each cell is made once for a value."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import getitem
from typing import Any, Generic, TypeVar

from surveys.exports.domain.cells import NOT_ASKED, WORDS, Cell
from surveys.exports.domain.layout import Column, Layout, Slot
from surveys.exports.domain.seen import Seen
from surveys.exports.domain.told import Kept, Told, value_of
from surveys.questionnaires.domain.meanings import is_refusal

Piece = TypeVar("Piece")
"""Some cells of a row, as a kind of file has them."""

MAX_KEPT = 5_000
"""Values of a question whose cells are kept: words of respondents are all different."""


class RowMaker(Generic[Piece]):
    """Makes the pieces of rows. `language`: values are written as their labels in it, None: as codes.

    `places` are those of the answers, of which the first are of the `asked` slots of the layout, in their order.
    """

    def __init__(
        self,
        layout: Layout,
        places: Mapping[str, int],
        language: str | None,
        piece: Callable[[Sequence[Column], Sequence[Cell]], Piece],
    ) -> None:
        self._language = language
        self._piece = piece
        self._first, slots = layout.leading[:1], layout.asked
        self._others = Kept(partial(self._read, layout.leading[1:]), MAX_KEPT)
        self._made = [Kept(partial(self._of_slot, slot), MAX_KEPT) for slot in slots]
        self._not_asked = [piece(slot.columns, _absent(slot, NOT_ASKED)) for slot in slots]
        self._of_question: dict[str, list[int]] = {}
        for place, slot in enumerate(slots):
            self._of_question.setdefault(slot.question, []).append(place)
        self._places = places
        self._beside = [(at, places[slot.beside[0]], slot.beside[1]) for at, slot in enumerate(slots) if slot.beside]
        # questions of other versions come after those of the wave's own
        unasked = [column for slot in layout.slots if not slot.is_asked for column in slot.columns]
        self._rest = [piece(unasked, [NOT_ASKED] * len(unasked))] if unasked else []

    def row(self, first: Cell, others: tuple[Cell, ...], told: Told, seen: Seen) -> list[Piece]:
        """The pieces of an answer in the order of the columns; the first tells who has given it from others."""
        if seen.calculated:
            told = self._with(told, seen.calculated)
        pieces = [*map(getitem, self._made, told)]
        for question in seen.hidden:
            for place in self._of_question.get(question, ()):
                if told[place] is None:
                    pieces[place] = self._not_asked[place]
        for place, question_at, opening in self._beside:
            if told[place] is None and not _opens(told[question_at], opening):
                pieces[place] = self._not_asked[place]
        leading = [self._read(self._first, (first,)), *([self._others[others]] if others else ())]
        return [*leading, *pieces, *self._rest]

    def _with(self, told: Told, calculated: Mapping[str, Any]) -> Told:
        known = list(told)
        for name, value in calculated.items():
            known[self._places[name]] = value
        return tuple(known)

    def _of_slot(self, slot: Slot, key: Any) -> Piece:
        return self._read(slot.columns, _cells(slot, key))

    def _read(self, columns: Sequence[Column], cells: Sequence[Cell]) -> Piece:
        if self._language is None:
            return self._piece(columns, cells)
        return self._piece(columns, [_label(*each, self._language) for each in zip(columns, cells, strict=True)])


def _label(column: Column, cell: Cell, language: str) -> Cell:
    label = None if column.is_flag else column.labels.get(cell)
    return cell if label is None else label.in_language(language)


def _cells(slot: Slot, key: Any) -> Sequence[Cell]:
    """The cells of an answer; what was not answered was left open as far as it is asked."""
    value = value_of(key)
    if value is None:
        return _absent(slot, None)
    return _absent(slot, WORDS[value["missing"]]) if is_refusal(value) else slot.cells(value)


def _absent(slot: Slot, why: int | None) -> list[Cell]:
    """What only other versions ask was not asked, whatever the respondent says of the question."""
    return [NOT_ASKED if part is None else why for part in slot.parts]


def _opens(chosen: Any, opening: frozenset[str]) -> bool:
    """Whether an option is chosen that opens a text."""
    return not opening.isdisjoint(chosen if isinstance(chosen, tuple) else [str(chosen)])
