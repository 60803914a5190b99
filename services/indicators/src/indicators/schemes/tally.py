"""From counts per destination code to the measures of a scheme."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from common.rounding import percentage, points
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import FLEXIBLE_FLAG, Measure, Scheme, class_of


class Count(NamedTuple):
    """Graduates of one group with one destination code and one flexible mark; no code means not registered."""

    destination_code: str | None
    flexible: bool
    graduates: int


class Tally:
    """Counts of one group by class of a scheme; tallies of parts may be added up, rates may not."""

    def __init__(self, scheme: Scheme, counts: Iterable[Count] = ()) -> None:
        self.scheme = scheme
        self.base = 0
        self._classes: Counter[str] = Counter()
        for count in counts:
            self.add(count)

    def add(self, count: Count) -> None:
        """Counts these graduates in; a negative number takes them out again."""
        self.base += count.graduates
        # a mark beside the class, not one of the classes
        if count.flexible:
            self._classes[FLEXIBLE_FLAG] += count.graduates
        name = class_of(self.scheme.id, count.destination_code)
        if name is not None:
            self._classes[name] += count.graduates

    def of_class(self, name: str) -> int:
        """Graduates of that class of the scheme."""
        return self._classes[name]

    @property
    def not_registered(self) -> int:
        """N minus the graduates who are in a class of the scheme."""
        return self.base - sum(self._classes[name] for name in self.scheme.classes)

    def figure(self, measure: Measure) -> "Figure":
        """Numerator and denominator of one measure."""
        numerator = sum(self._classes[name] for name in measure.numerator)
        if measure.denominator is None:
            return Figure(numerator, self.base)
        return Figure(numerator, sum(self._classes[name] for name in measure.denominator))


@dataclass(frozen=True)
class Figure:
    """A rate before the division."""

    numerator: int
    denominator: int

    @property
    def rate(self) -> str | None:
        """The published percentage; none for 0/0."""
        return percentage(self.numerator, self.denominator)

    def less(self, other: "Figure") -> str | None:
        """By how many points this rate is above another, from exact fractions; none where one of them is 0/0."""
        if not self.denominator or not other.denominator:
            return None
        return points(Fraction(self.numerator, self.denominator) - Fraction(other.numerator, other.denominator))


def tallies(counts: Iterable[tuple[Group, Count]], scheme: Scheme) -> dict[Group, Tally]:
    """Counts of each group added up."""
    found: dict[Group, Tally] = {}
    for group, count in counts:
        found.setdefault(group, Tally(scheme)).add(count)
    return found
