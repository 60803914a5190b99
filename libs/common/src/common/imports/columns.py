"""The columns of one kind of file: how people head them, which a file must have, and how faulty cells are shown."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from common.codes.spelling import Cell, normalise
from common.imports.faults import Fault
from common.spreadsheets import UpperRows
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import SEARCHED_ROWS, Header, find_header, headings
from common.spreadsheets.masking import Identifies, masked, without_persons
from common.spreadsheets.writing import REASON_HEADER

MAX_SHOWN = 80

LABEL = "_label"
"""Ends the name of the column that holds the label of a code: `sex_label` stands beside `sex`."""

NAME = "_name"
"""Ends the name of the column that holds the name of a unit: `college_name` stands beside `college`."""
_UNREAD = "unread "
"""Begins the name of a column that a mapping leaves out."""


@dataclass(frozen=True)
class HeaderMapping:
    """What header texts mean by people's word: our names of columns, None for one that is not to be read.

    One that the sender of a file has named (`is_named`) counts in it as far as it goes, another one only where a header
    has exactly its texts.
    """

    name: str
    columns: Mapping[str, str | None]
    is_named: bool = False

    def covers(self, titles: Iterable[str]) -> bool:
        """True if these are exactly its header texts, but for what an error report adds: it comes back corrected."""
        texts = {text for title in titles if title != REASON_HEADER and (text := headings(title)[0])}
        return texts == {headings(each)[0] for each in self.columns}

    def may_cover(self, cells: Collection[str]) -> bool:
        """False if one of its header texts does not even end like a cell, which the lowest row of a deep header does.

        To look for the header by a mapping costs more than all else about the upper rows.
        """
        texts = (headings(each)[0] for each in self.columns)
        return all(any(text[start:] in cells for start in range(len(text))) for text in texts)


@dataclass(frozen=True)
class Columns:
    """`headers` maps our name of a column to its header texts, the most usual first.

    Of each group in `needed` a file has at least one column, by our name or by a header text; what files in other forms
    have instead stands in `other_forms`, the better ones first. Of several sheets in the best form that which is called
    `usual_sheet` is read. The values of `identifying` columns are shown masked; those of `numbered` ones are long
    numbers, but not of persons. The first of the `mappings` that fits a file counts before all header texts.
    """

    headers: Mapping[str, Sequence[str]]
    needed: Sequence[Collection[str]]
    identifying: Mapping[str, Identifies] = field(default_factory=dict)
    numbered: Collection[str] = ()
    masks: Mapping[str, Callable[[Cell], str]] = field(default_factory=dict)
    other_forms: Sequence[Sequence[Collection[str]]] = ()
    usual_sheet: str | None = None
    mappings: Sequence[HeaderMapping] = ()
    needed_form_alone: Collection[str] = ()

    @cached_property
    def field_of_header(self) -> Mapping[str, str]:
        """Header text → our name of the column."""
        return {text: column for column, texts in self.headers.items() for text in texts}

    @cached_property
    def _known(self) -> Mapping[str, tuple[str, int]]:
        """Header text as it is compared → our name of the column, and how many are more usual."""
        named = ((column, enumerate(texts)) for column, texts in self.headers.items())
        return {normalise(text): (column, place) for column, texts in named for place, text in texts}

    def column_headed(self, title: str) -> str | None:
        """Our name of the column that has such a header text, with or without its remark."""
        text, bare = headings(title)
        named = self._known.get(text) or self._known.get(bare)
        return named and named[0]

    def find(self, rows: Sequence[Sequence[Cell]]) -> Header | None:
        """The header of a table that has the needed columns.

        Of several columns for one field the best is taken: one with data before an empty one, a header text as it
        stands before one with a remark, then the more usual one, then the left one.
        """
        upper = rows[:SEARCHED_ROWS] if self.mappings else ()
        cells = {headings(cell)[0] for row in upper for cell in row if isinstance(cell, str)}
        for mapping in self.mappings:
            if not (mapping.is_named or mapping.may_cover(cells)):
                continue
            mapped = self._found_by(mapping, rows)
            if mapped or mapping.is_named:
                return mapped
        header = find_header(rows, self.field_of_header)
        if not header or self._form(header) is None:
            return None
        titles, below = header.titles, rows[header.row + 1 :]
        rivals: defaultdict[str, list[tuple[bool, int, int]]] = defaultdict(list)
        for position, title in enumerate(titles):
            text, bare = headings(title)
            if named := self._known.get(text) or self._known.get(bare):
                rivals[named[0]].append((text not in self._known, named[1], position))
        best: dict[str, int] = {}
        for column, places in rivals.items():
            if len(places) > 1:
                filled = {at for row in below for *_, at in places if at < len(row) and not is_blank(row[at])}
                best[column] = min([each for each in places if each[-1] in filled] or places)[-1]
        texts = {column: titles[position] for column, position in best.items()}
        return replace(header, positions={**header.positions, **best}, texts={**header.texts, **texts})

    def _found_by(self, mapping: HeaderMapping, rows: Sequence[Sequence[Cell]]) -> Header | None:
        """The header as the mapping reads it, if it fits: what it maps has no other column, and no other meaning."""
        meant = {headings(each)[0]: column for each, column in mapping.columns.items()}
        codes = {column.removesuffix(LABEL) for column in meant.values() if column}
        filled = codes | {code + LABEL for code in codes}
        kept = {column: texts for column, texts in self.headers.items() if column not in filled}
        # what is not to be read belongs to the header all the same; of two meanings of a text the later one counts
        mapped = {column or f"{_UNREAD}{text}": [text] for text, column in meant.items()}
        header = replace(self, headers={**kept, **mapped}, mappings=()).find(rows)
        if header is None or not (mapping.is_named or mapping.covers(header.titles)):
            return None
        positions = {column: at for column, at in header.positions.items() if not column.startswith(_UNREAD)}
        texts = {column: header.texts[column] for column in positions}
        read = replace(header, positions=positions, texts=texts, mapping=mapping.name)
        return None if self._form(read) is None else read

    def sheets_of(self, sheets: Sequence[UpperRows]) -> Sequence[int]:
        """The places of the sheets with a header in the best form that any has; of several, that of the usual one."""
        headers = enumerate(self.find(rows) for _, rows in sheets)
        forms = {place: form for place, header in headers if header and (form := self._form(header)) is not None}
        best = [place for place, form in forms.items() if form == min(forms.values())]
        return [place for place in best if sheets[place][0].strip() == self.usual_sheet] or best

    def _form(self, header: Header) -> int | None:
        """The place of the first form whose columns the header has."""
        named = header.positions.keys() | set(map(normalise, header.texts.values()))
        others = self.other_forms if named.isdisjoint(self.needed_form_alone) else ()
        forms = enumerate([self.needed, *others])
        return next((place for place, groups in forms if all(named & set(group) for group in groups)), None)

    def title(self, header: Header, cells: Sequence[Cell], fault: Fault) -> str:
        """Header text of the cell at fault; ours where the file lacks the column."""
        column = self._column_at_fault(header, cells, fault.column)
        return header.texts.get(column) or next(iter(self.headers.get(column, ())), column)

    def shown(self, header: Header, cells: Sequence[Cell], fault: Fault) -> str | None:
        """What may be shown of the cell at fault: masked, and not too much of it."""
        column = self._column_at_fault(header, cells, fault.column)
        cell = header.cell(cells, column)
        if kind := self.identifying.get(column):
            value = masked(cell, kind)
        else:
            named = (each for each, kind in self.identifying.items() if kind is not Identifies.NOTHING)
            persons = (header.cell(cells, each) for each in named)
            value = without_persons(cell, persons, numbered=column in self.numbered)
        return value[:MAX_SHOWN] or None

    def masked(self, header: Header, cells: Sequence[Cell], columns: Collection[str]) -> Sequence[Cell]:
        """The cells of a row, those of these columns as their masks; one that is blank or a mask stays."""
        shown = list(cells)
        for column in columns:
            cell = header.cell(cells, column)
            if not is_blank(cell) and "*" not in str(cell):
                shown[header.positions[column]] = self.masks[column](cell)
        return shown

    def _column_at_fault(self, header: Header, cells: Sequence[Cell], column: str) -> str:
        """The column itself, or that of its label or name where only this one is filled or there."""
        named = (column, column + LABEL, column + NAME)
        filled = (each for each in named if not is_blank(header.cell(cells, each)))
        there = (each for each in named if each in header.positions)
        return next(filled, None) or next(there, column)
