"""Where a place lies: its prefecture, its region, its tier, and how far from the school or from home it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from indicators.timeline.domain import province_of

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

OUTSIDE = "outside"
"""Of Hong Kong, Macau, Taiwan and abroad."""

_FIRST_COUNTY = "21"
"""From this on, digits 5 and 6 are those of counties and county-level cities (GB/T 2260), not of urban districts."""


@dataclass(frozen=True)
class Places:
    """How places are classed: the division into regions, and the tier of each prefecture that has one."""

    regions: str = "four"
    tiers: Mapping[str, str] = field(default_factory=dict)


FOUR = Places()


def city_of(place_code: str | None) -> str | None:
    """Prefecture of a GB/T 2260 place; none for a province alone and for what is no such code."""
    if place_code is None or province_of(place_code) is None or place_code[2:4] == "00":
        return None
    return f"{place_code[:4]}00"


def region_of(place_code: str | None, regions: str) -> str | None:
    """Region of a place; `outside` for Hong Kong, Macau, Taiwan and abroad; none where no place is known."""
    if place_code is None:
        return None
    groups = REGIONS[regions].items()
    return next((name for name, provinces in groups if place_code[:2] in provinces), OUTSIDE)


def tier_of(place_code: str | None, tiers: Mapping[str, str]) -> str | None:
    """`county`, the tier of the prefecture, or `other_city`; none where no prefecture is known."""
    city = city_of(place_code)
    if city is None or place_code is None:
        return None
    return "county" if place_code[4:] >= _FIRST_COUNTY else tiers.get(city, "other_city")


def distance_of(place_code: str | None, city: str | None, province: str | None, of: str) -> str | None:
    """How far a place is from a prefecture and its province, as `<of>_city`, `<of>_province`, `elsewhere`, `outside`.

    None where the place is not known, or where nothing is that it could be compared with.
    """
    if place_code is None:
        return None
    if city is not None and city_of(place_code) == city:
        return f"{of}_city"
    if province is not None and province_of(place_code) == province:
        return f"{of}_province"
    if region_of(place_code, "four") == OUTSIDE:
        return OUTSIDE
    return "elsewhere" if province is not None else None
