"""Answers as rows of a file. Most answers are alike: each cell is made once for a value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from surveys.exports.domain.cells import NOT_ASKED, WORDS, Cell
from surveys.exports.domain.layout import Column, Layout, Slot
from surveys.exports.domain.seen import Seen
from surveys.questionnaires.domain.meanings import is_refusal

Piece = TypeVar("Piece")
"""Some cells of a row, as a kind of file has them."""

Values = Mapping[str, Any]

MAX_KEPT = 5_000
"""Values of a question whose cells are kept: words of respondents are all different."""


class RowMaker(Generic[Piece]):
    """Makes the pieces of rows. `language`: values are written as their labels in it, None: as codes."""

    def __init__(
        self, layout: Layout, language: str | None, piece: Callable[[Sequence[Column], Sequence[Cell]], Piece]
    ) -> None:
        self._language = language
        self._piece = piece
        self._leading = layout.leading
        self._slots = [slot for slot in layout.slots if slot.is_asked]
        # what was left open is known from the beginning
        self._made: list[tuple[str, dict[object, Piece]]] = [
            (slot.name, {None: piece(slot.columns, _absent(slot, None))}) for slot in self._slots
        ]
        self._names, self._pieces = [name for name, _ in self._made], [made for _, made in self._made]
        self._not_asked = [piece(slot.columns, _absent(slot, NOT_ASKED)) for slot in self._slots]
        self._places: dict[str, list[int]] = {}
        for place, slot in enumerate(self._slots):
            self._places.setdefault(slot.question, []).append(place)
        self._beside = [(place, slot.beside) for place, slot in enumerate(self._slots) if slot.beside]
        # questions of other versions come after those of the wave's own
        unasked = [column for slot in layout.slots if not slot.is_asked for column in slot.columns]
        self._rest = [piece(unasked, [NOT_ASKED] * len(unasked))] if unasked else []

    def row(self, leading: Sequence[Cell], values: Values, seen: Seen) -> list[Piece]:
        """The pieces of an answer in the order of the columns."""
        known = {**values, **seen.calculated} if seen.calculated else values
        get = known.get
        try:
            pieces = [*map(dict.get, self._pieces, map(get, self._names))]
        except TypeError:
            # a list, or what is like it
            pieces = [made.get(_key(get(name))) for name, made in self._made]
        if not all(pieces):
            pieces = [self._new(at, get) if piece is None else piece for at, piece in enumerate(pieces)]
        for question in seen.hidden:
            for place in self._places.get(question, ()):
                if get(self._slots[place].name) is None:
                    pieces[place] = self._not_asked[place]
        for place, beside in self._beside:
            if get(self._slots[place].name) is None and not _opens(beside, known):
                pieces[place] = self._not_asked[place]
        return [self._read(self._leading, leading), *pieces, *self._rest]  # type: ignore[list-item]

    def _new(self, place: int, get: Callable[[str], Any]) -> Piece:
        slot, (name, made) = self._slots[place], self._made[place]
        value = get(name)
        cells = _absent(slot, WORDS[value["missing"]]) if is_refusal(value) else slot.cells(value)
        if len(made) >= MAX_KEPT:
            left_open = made[None]
            made.clear()
            made[None] = left_open
        found = made[_key(value)] = self._read(slot.columns, cells)
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
    if isinstance(value, list):
        return tuple(value)
    return tuple(sorted(value.items())) if isinstance(value, dict) else value
