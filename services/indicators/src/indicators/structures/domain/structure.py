"""Structure tables: the denominator rules (分母) and the dimensions, with the values graduates are counted under.

Denominators are meant in the classes of the current destination list whatever the cohort, because that is how the
reports name them; the scheme only accompanies the figure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from indicators.schemes.rounding import percentage
from indicators.schemes.schemes import CN_2024, class_of, is_among
from indicators.timeline.domain import province_of

DEFAULT_RULE: Final = "unit_without_enlistment"

_EMPLOYED = ("unit", "own_business", "freelance")
_PLACED = (*_EMPLOYED, "further_study")
_ENLISTED = ("46",)
_ABROAD = ("85*",)


@dataclass(frozen=True)
class DenominatorRule:
    """Whose structure a table shows: graduates in these classes or codes, without the excepted codes."""

    classes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    all_graduates: bool = False

    def holds(self, destination_code: str | None) -> bool:
        """Whether a graduate with this destination is in the base."""
        if self.all_graduates:
            return True
        if destination_code is None or is_among(destination_code, self.without):
            return False
        return class_of(CN_2024.id, destination_code) in self.classes or is_among(destination_code, self.codes)


DENOMINATOR_RULES: Mapping[str, DenominatorRule] = MappingProxyType(
    {
        DEFAULT_RULE: DenominatorRule(classes=("unit",), without=_ENLISTED),
        "unit": DenominatorRule(classes=("unit",)),
        "contracts": DenominatorRule(codes=("10", "11", "12")),
        "employed_without_enlistment": DenominatorRule(classes=_EMPLOYED, without=_ENLISTED),
        "placed": DenominatorRule(classes=_PLACED),
        "placed_without_enlistment_and_abroad": DenominatorRule(classes=_PLACED, without=(*_ENLISTED, *_ABROAD)),
        "population": DenominatorRule(all_graduates=True),
    }
)

OUTSIDE = "outside"
FURTHER_STUDY: Final = "further_study"

_OF_EMPLOYERS = frozenset({"employer_nature", "industry"})
"""Dimensions that graduates who study on cannot have: under `placed…` they form a cell of their own."""

FOUR_REGIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "east": ("11", "12", "13", "31", "32", "33", "35", "37", "44", "46"),
        "central": ("14", "34", "36", "41", "42", "43"),
        "west": ("15", "45", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
        "northeast": ("21", "22", "23"),
    }
)
"""四大经济区域 by the first two digits of GB/T 2260."""

SEVEN_REGIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "north": ("11", "12", "13", "14", "15"),
        "northeast": ("21", "22", "23"),
        "east": ("31", "32", "33", "34", "35", "36", "37"),
        "central": ("41", "42", "43"),
        "south": ("44", "45", "46"),
        "southwest": ("50", "51", "52", "53", "54"),
        "northwest": ("61", "62", "63", "64", "65"),
    }
)
"""七大地理区域; reports differ (one counts 江西 as central): this is the usual division."""

REGIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType({"four": FOUR_REGIONS, "seven": SEVEN_REGIONS})


class Particulars(NamedTuple):
    """Graduates of a group who share what the dimension looks at (`value`) and the destination code."""

    destination_code: str | None
    value: str | None
    graduates: int


@dataclass(frozen=True)
class StructureCell:
    """One value of the dimension with the graduates who have it and their share of the base."""

    code: str | None
    count: int
    share: str | None


DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "employer_nature": "employer_nature_code",
        "industry": "industry_code",
        "province": "place_code",
        "region": "place_code",
        "destination": "destination_code",
    }
)
"""What a table spreads graduates over → the column of the span it looks at."""


def structure(
    particulars: Iterable[Particulars], dimension: str, rule: str, regions: str = "four"
) -> tuple[int, tuple[StructureCell, ...]]:
    """Base and cells of one group, the largest cell first; counts of the cells add up to the base."""
    base_rule = DENOMINATOR_RULES[rule]
    study_apart = dimension in _OF_EMPLOYERS and FURTHER_STUDY in base_rule.classes
    counts: Counter[str | None] = Counter()
    for item in particulars:
        if base_rule.holds(item.destination_code):
            studies = study_apart and class_of(CN_2024.id, item.destination_code) == FURTHER_STUDY
            cell = FURTHER_STUDY if studies else value_of(dimension, item.value, regions)
            counts[cell] += item.graduates
    base = counts.total()
    # then by code, so that equal cells keep one order, the missing value last
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    return base, tuple(StructureCell(code, count, percentage(count, base)) for code, count in ordered)


def value_of(dimension: str, stored: str | None, regions: str = "four") -> str | None:
    """The cell under which a stored value is counted."""
    if dimension == "province":
        return province_of(stored)
    return region_of(stored, regions) if dimension == "region" else stored


def region_of(place_code: str | None, regions: str) -> str | None:
    """Region of a place; `outside` for Hong Kong, Macau, Taiwan and abroad; none where no place is known."""
    if place_code is None:
        return None
    groups = REGIONS[regions].items()
    return next((name for name, provinces in groups if place_code[:2] in provinces), OUTSIDE)
