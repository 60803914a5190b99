"""What a structure table can spread graduates over: the columns that it looks at, and the cell that they name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from common.codes import CodeLists
from indicators.schemes.groupings import DIMENSIONS, NARROW, SCHOOLS
from indicators.schemes.schemes import class_of, is_among
from indicators.structures.domain.places import Places, city_of, distance_of, region_of, tier_of
from indicators.timeline.domain import province_of

CURRENT: Final = "CN-2024"
"""The scheme whose classes denominators and destination classes are meant in, whatever the cohort."""

DEFAULT_RULE: Final = "unit_without_enlistment"
FURTHER_STUDY: Final = "further_study"

INSURED = """
    LEFT JOIN (SELECT graduate_id AS insured_graduate, bool_or(same_employer) AS is_insured_there
               FROM (SELECT DISTINCT ON (graduate_id, fact_id) * FROM fact_versions
                     WHERE {in_scope} ORDER BY graduate_id, fact_id, sequence DESC) AS newest
               WHERE source = 'social_insurance' AND kind = 'employment'
                 AND from_on <= {day} AND (to_on IS NULL OR to_on >= {day})
               GROUP BY graduate_id) AS insured
        ON insured_graduate = graduate_id
"""
_INSURANCE = """
    CASE WHEN is_insured_there THEN 'same_employer' WHEN insured_graduate IS NOT NULL THEN 'other_employer'
         ELSE 'none' END
"""
# only of those who can have it
_STUDY_TOO_OLD = "destination_code LIKE '80%' AND coalesce(destination_generation, 0) < 2"
_ABROAD_TOO_OLD = "destination_code LIKE '85%' AND coalesce(destination_generation, 0) < 2"

Stored = Sequence[str | None]
"""Values of the columns that a table looks at."""


@dataclass(frozen=True)
class Situation:
    """What is stored of graduates who share it: destination code, flexible mark, and the columns looked at."""

    destination_code: str | None
    flexible: bool
    stored: Stored


@dataclass(frozen=True)
class Spread:
    """One thing that graduates are spread over.

    `columns` are expressions over a span and over what is `joined`; `cell` names the cell of a situation. Graduates who
    study on have none of it where it is `of_employers`: among the placed they form a cell of their own.
    """

    columns: tuple[str, ...] = ()
    cell: Callable[[Situation, Places], str | None] = lambda seen, _: seen.stored[0]
    rule: str = DEFAULT_RULE
    of_employers: bool = False
    joined: str | None = None
    too_old: str | None = None


def destination_class(seen: Situation, _: Places) -> str:
    """Class of the current list, with further study in the mainland and abroad apart: a partition of everybody."""
    name = class_of(CURRENT, seen.destination_code) or "not_registered"
    return _study_of(seen.destination_code) if name == FURTHER_STUDY else name


def employment_type(seen: Situation, _: Places) -> str | None:
    """A partition of the placed, tested in this order; none of who is not placed."""
    name = class_of(CURRENT, seen.destination_code)
    if name == "own_business":
        return name
    if name == FURTHER_STUDY:
        return _study_of(seen.destination_code)
    if name not in {"unit", "freelance"}:
        return None
    return "flexible" if seen.flexible else "full_time"


def _study_of(destination_code: str | None) -> str:
    return "study_abroad" if destination_code is not None and is_among(destination_code, ("85*",)) else "study_mainland"


def industry_tier(seen: Situation, _: Places) -> str | None:
    """三次产业 of the industry, by the list; none of one that it counts to none."""
    code = seen.stored[0]
    entry = CodeLists.load().get("industry").lookup(code) if code is not None else None
    return entry.attributes.get("tier") or None if entry is not None else None


def place_of_school(seen: Situation, _: Places) -> str | None:
    """How far the place is from the school."""
    place, city, province = seen.stored
    return distance_of(place, city, province, "school")


def place_of_origin(seen: Situation, _: Places) -> str | None:
    """How far the place is from home."""
    place, origin = seen.stored
    return distance_of(place, city_of(origin), province_of(origin), "origin")


_PLACE = ("place_code",)
SPREADS: Mapping[str, Spread] = MappingProxyType(
    {
        "employer_nature": Spread(("employer_nature_code",), of_employers=True),
        "industry": Spread(("industry_code",), of_employers=True),
        "industry_tier": Spread(("industry_code",), industry_tier, of_employers=True),
        "position": Spread(("position_code",), of_employers=True),
        "province": Spread(_PLACE, lambda seen, _: province_of(seen.stored[0])),
        "city": Spread(_PLACE, lambda seen, _: city_of(seen.stored[0])),
        "region": Spread(_PLACE, lambda seen, places: region_of(seen.stored[0], places.regions)),
        "city_tier": Spread(_PLACE, lambda seen, places: tier_of(seen.stored[0], places.tiers)),
        "place_of_school": Spread(
            ("place_code", "school_city_code", "school_province_code"), place_of_school, joined=SCHOOLS
        ),
        "place_of_origin": Spread(("place_code", "origin_place_code"), place_of_origin, too_old=NARROW),
        "destination": Spread((), lambda seen, _: seen.destination_code),
        "destination_class": Spread((), destination_class, rule="population"),
        "employment_type": Spread((), employment_type, rule="placed"),
        "study_level": Spread(("study_level_code",), rule="study_mainland", too_old=_STUDY_TOO_OLD),
        "abroad_country": Spread(("abroad_country_code",), rule="study_abroad", too_old=_ABROAD_TOO_OLD),
        "insurance": Spread((_INSURANCE,), rule="population", joined=INSURED),
        **{
            each.name: Spread((each.sql,), rule="population", joined=each.joined, too_old=each.too_old)
            for each in DIMENSIONS.values()
        },
    }
)
"""By name: those of the destination first, then the dimensions of the roster."""
