"""Structure tables: the denominator rules (分母), and the cells graduates are counted under.

Denominators are meant in the classes of the current destination list whatever the cohort, because that is how the
reports name them; the scheme only accompanies the figure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from common.rounding import percentage
from indicators.schemes.documents import Kind, newest
from indicators.schemes.schemes import class_of, is_among
from indicators.structures.domain.places import FOUR, Places
from indicators.structures.domain.spreads import (
    CURRENT,
    FURTHER_STUDY,
    SPREADS,
    Situation,
    Spread,
    Stored,
)
from indicators.timeline.domain import province_of


@dataclass(frozen=True)
class DenominatorRule:
    """Whose structure a table shows: graduates in these classes or codes, without the excepted codes."""

    classes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    all_graduates: bool = False
    hash: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The rule that a document says."""
        classes, codes, without = (tuple(content[name]) for name in ("classes", "codes", "without"))
        return cls(classes, codes, without, content["all_graduates"], content["hash"])

    def holds(self, destination_code: str | None) -> bool:
        """Whether a graduate with this destination is in the base."""
        if self.all_graduates:
            return True
        if destination_code is None or is_among(destination_code, self.without):
            return False
        return class_of(CURRENT, destination_code) in self.classes or is_among(destination_code, self.codes)


DENOMINATOR_RULES: Mapping[str, DenominatorRule] = MappingProxyType(
    {each.id: DenominatorRule.of(each.content) for each in newest(Kind.DENOMINATOR)}
)
"""By name, as their documents say."""


class Particulars(NamedTuple):
    """Graduates of a group who share the destination code, the mark, and the columns that the table looks at."""

    destination_code: str | None
    flexible: bool
    stored: Stored
    graduates: int


@dataclass(frozen=True)
class StructureCell:
    """One value of the dimension with the graduates who have it and their share of the base."""

    code: str | None
    count: int
    share: str | None


@dataclass(frozen=True)
class Asked:
    """What a table is asked for: the dimension, whose structure, and how places are classed.

    With `within`, a province, the base is only who is placed in it.
    """

    dimension: str
    rule: str
    places: Places = FOUR
    within: str | None = None

    @property
    def spread(self) -> Spread:
        """What the graduates are spread over."""
        return SPREADS[self.dimension]

    def holds(self, item: Particulars) -> bool:
        """Whether these graduates are in the base."""
        inside = self.within is None or province_of(item.stored[0]) == self.within
        return inside and DENOMINATOR_RULES[self.rule].holds(item.destination_code)

    def cell_of(self, item: Particulars) -> str | None:
        """The cell under which these graduates are counted."""
        apart = self.spread.of_employers and FURTHER_STUDY in DENOMINATOR_RULES[self.rule].classes
        if apart and class_of(CURRENT, item.destination_code) == FURTHER_STUDY:
            return FURTHER_STUDY
        return self.spread.cell(Situation(item.destination_code, item.flexible, item.stored), self.places)


def structure(particulars: Iterable[Particulars], asked: Asked) -> tuple[int, tuple[StructureCell, ...]]:
    """Base and cells of one group, the largest cell first; counts of the cells add up to the base."""
    counts: Counter[str | None] = Counter()
    for item in particulars:
        if asked.holds(item):
            counts[asked.cell_of(item)] += item.graduates
    base = counts.total()
    # then by code, so that equal cells keep one order, the missing value last
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    return base, tuple(StructureCell(code, count, percentage(count, base)) for code, count in ordered)
