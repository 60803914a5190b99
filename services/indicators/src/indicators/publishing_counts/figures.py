"""The figures of published rows: measures whose counts are sums of shown columns, and cells of structures."""

from collections import Counter
from collections.abc import Iterator, Sequence

from common.rounding import percentage
from indicators.formats.observation import OTHER
from indicators.publishing_counts.columns import (
    Block,
    Opened,
    count_of,
    is_enough,
    is_flexible,
    pieces_of_measure,
    pieces_of_rule,
    shows_flexible,
)
from indicators.publishing_counts.people import Cell, Counting, Hidden, MeasureFigure, Observation, Person, Wanted
from indicators.publishing_counts.rows import Held
from indicators.schemes.schemes import SCHEMES, Measure
from indicators.structures.domain.structure import DENOMINATOR_RULES

_CLASSES = "destination_class"
_HIDDEN = MeasureFigure(numerator=None, denominator=None, rate=None, protected=True)
_PROTECTED = "protected"


class Figures:
    """One table's figures. `columns` says how far its columns are opened, `opens` whether they may be at all."""

    def __init__(
        self, counting: Counting, wanted: Wanted, columns: Opened, held: Sequence[Held], *, opens: bool
    ) -> None:
        self._counting, self._wanted, self._columns, self._held, self._opens = counting, wanted, columns, held, opens
        self._scheme = SCHEMES[counting.scheme]
        self._measures = [each for each in self._scheme.measures if each.name in wanted.measures]
        self._cells = self._opened_cells()

    def observations(self) -> list[Observation]:
        """A row for each that is held."""
        return [self._observation(each) for each in self._held]

    def hidden(self) -> Iterator[Hidden]:
        """The measures that are shown in no row."""
        for measure in self._measures:
            if not self._is_shown(measure):
                yield Hidden(group={}, because=_PROTECTED, measure=measure.name)
        if self._wanted.dimension is not None and self._cells is None and self._wanted.dimension != _CLASSES:
            yield Hidden(group={}, because=_PROTECTED, measure=self._wanted.dimension)

    def _observation(self, held: Held) -> Observation:
        if self._wanted.dimension is None:
            measures = {measure.name: self._figure(measure, held) for measure in self._measures}
            return Observation(group=held.group, within=held.within, base=len(held.people), measures=measures)
        if self._wanted.dimension == _CLASSES:
            counts = [(name, count_of(held.counts, pieces)) for name, pieces in self._columns.classes()]
            return Observation(group=held.group, within=held.within, base=len(held.people), cells=_cells(counts))
        if self._cells is None:
            return Observation(group=held.group, within=held.within, base=None, cells=None)
        counted = self._counted(held.people, self._wanted.rule or "")
        kept = [(code, counted.get(code, 0)) for code in self._cells]
        base = counted.total()
        left = base - sum(count for _, count in kept)
        others = [(OTHER, left)] if left else []
        return Observation(group=held.group, within=held.within, base=base, cells=_cells([*kept, *others]))

    def _figure(self, measure: Measure, held: Held) -> MeasureFigure:
        if not self._is_shown(measure):
            return _HIDDEN
        numerator, denominator = self._count(measure.numerator, held), len(held.people)
        if is_flexible(measure):
            numerator = sum(people for (_, flexible), people in held.counts.items() if flexible)
        if measure.denominator is not None:
            denominator = self._count(measure.denominator, held)
        rate = percentage(numerator, denominator)
        return MeasureFigure(numerator=numerator, denominator=denominator, rate=rate)

    def _count(self, classes: Sequence[str], held: Held) -> int:
        return count_of(held.counts, self._pieces(tuple(classes)) or frozenset())

    def _is_shown(self, measure: Measure) -> bool:
        if measure.denominator is not None and not self._counts(measure.denominator):
            return False
        if is_flexible(measure):
            return self._opens and shows_flexible([each.counts for each in self._held], self._columns)
        return self._counts(measure.numerator)

    def _counts(self, classes: Sequence[str]) -> bool:
        pieces = self._pieces(tuple(classes))
        return pieces is not None and self._columns.counts(pieces)

    def _pieces(self, classes: tuple[str, ...]) -> Block | None:
        return pieces_of_measure(self._scheme, classes, self._counting.codes)

    def _opened_cells(self) -> list[str | None] | None:
        """The cells of the structure that are shown; None where its base is no sum of shown columns.

        The larger in the total first, as long as the cell, what is left of the base, and what each is more than under a
        narrower rule are none or enough in every row.
        """
        rule = self._wanted.rule
        if self._wanted.dimension in {None, _CLASSES} or rule is None or not self._opens:
            return None
        pieces = pieces_of_rule(rule, self._counting.codes)
        if pieces is None or not self._columns.counts(pieces):
            return None
        narrower = [each for each in DENOMINATOR_RULES if self._is_narrower(each, rule)]
        rows = [self._counted(each.people, rule) for each in self._held]
        beside = [[self._counted(each.people, other) for other in narrower] for each in self._held]
        total = self._counted(self._counting.people, rule)
        left, found = [row.total() for row in rows], []
        for code in sorted(total, key=lambda code: (-total[code], code is None, code or "")):
            rest = [people - row[code] for people, row in zip(left, rows, strict=True)]
            apart = [row[code] - other[code] for row, others in zip(rows, beside, strict=True) for other in others]
            if all(map(is_enough, [*(row[code] for row in rows), *rest, *apart])):
                left = rest
                found.append(code)
        return found

    def _is_narrower(self, other: str, rule: str) -> bool:
        codes = [None, *self._counting.codes]
        inside = [DENOMINATOR_RULES[other].holds(code) <= DENOMINATOR_RULES[rule].holds(code) for code in codes]
        return other != rule and all(inside)

    def _counted(self, people: Sequence[Person], rule: str) -> Counter[str | None]:
        name, holds = self._wanted.dimension or "", DENOMINATOR_RULES[rule].holds
        return Counter(person.cells[name] for person in people if holds(person.destination_code))


def _cells(counts: Sequence[tuple[str | None, int]]) -> list[Cell]:
    base = sum(count for _, count in counts)
    return [Cell(code=code, count=count, share=percentage(count, base)) for code, count in counts]
