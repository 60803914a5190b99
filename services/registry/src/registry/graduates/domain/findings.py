"""What of an entry is filled, and which rules of quality it breaks: bits, kept with each write. Pure.

The bits say of a field only that it has a value, of a rule only that the entry breaks it. What other entries decide as
well (a number that two share) SQL finds among those that are `checked`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from common.identifiers import Cohort
from registry.graduates.domain import identity
from registry.graduates.domain.entry import FIELDS, filled_fields

RULES_VERSION = 1
"""Of all that gives the bits their meaning: raise it when a rule, a field or the order of either changes.

The worker then judges every entry anew.
"""

FILLED_BITS: Mapping[str, int] = {field: 1 << at for at, field in enumerate(FIELDS) if field != "status"}
"""Field → its bit in `filled`."""

ADDRESSES = ("residence_address", "household_address")
"""Fields that are compared with the name of the school."""

_DWELLINGS = ("宿舍", "学生公寓")
_SOURCE = (
    *("citizen_id", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "major_code"),
    *("duration_years", "training_mode_code", "origin_place_code", "enrolled_on", "graduated_on"),
)
_COMMISSIONED = frozenset({"2", "4"})
_MALE_BY_SEX = {"1": True, "2": False}
_YOUNGEST, _OLDEST, _AGE_ON = 17, 45, (7, 1)


Content = Mapping[str, Any]
"""Fields of an entry by name; an absent one has no value."""


class Findings(NamedTuple):
    """Bits by `FILLED_BITS` and `RULE_BITS`: fields with a value, rules that could be judged, rules that are broken."""

    filled: int
    checked: int
    broken: int


def findings_of(content: Content, cohort: Cohort, school_name: str) -> Findings:
    """What is found of an entry of a school with this name."""
    return findings_of_filled(filled_fields(content), content, cohort, school_name)


def findings_of_filled(filled: tuple[str, ...], content: Content, cohort: Cohort, school_name: str) -> Findings:
    """The same where the fields with a value are known."""
    found = _of_filled(filled)
    judged, broken = _of_verdicts(_verdicts(content, cohort, school_name))
    return Findings(found.filled, found.checked | judged, found.broken | broken)


@lru_cache(maxsize=256)
def _of_filled(fields: tuple[str, ...]) -> Findings:
    """What follows from the fields that have a value: most entries of a roster have the same."""
    filled = sum(map(_BIT_OF.__getitem__, fields))
    checked = _ALWAYS | sum(bit for bit, needed in _NEEDING if filled & needed == needed)
    return Findings(filled, checked, sum(bit for bit, needed in _WANTING if filled & needed != needed))


@lru_cache(maxsize=256)
def _of_verdicts(verdicts: tuple[bool | None, ...]) -> tuple[int, int]:
    """The bits of the rules that could be judged, and of those that are broken."""
    judged = [(bit, verdict) for bit, verdict in zip(_JUDGED, verdicts, strict=True) if verdict is not None]
    return sum(bit for bit, _ in judged), sum(bit for bit, is_broken in judged if is_broken)


def born(content: Content) -> date | None:
    """The day of birth as stated, else as the citizen id says."""
    number = content.get("citizen_id")
    return content.get("birth_date") or (identity.birth_date(number) if number else None)


def _verdicts(content: Content, cohort: Cohort, school_name: str) -> tuple[bool | None, ...]:
    """Whether the entry breaks each of `_JUDGED`; None where it lacks what the rule needs."""
    day, place, mode = born(content), content.get("origin_place_code"), content.get("training_mode_code")
    return (
        _contradicts(content.get("citizen_id"), content.get("sex_code")),
        None if mode is None else mode in _COMMISSIONED and not _is_whole(content),
        None if day is None else _has_odd_age(day, cohort),
        _is_institutional(content, school_name),
        None if place is None else place.endswith("0000"),
        _is_odd(content.get("enrolled_on"), content.get("graduated_on"), content.get("duration_years")),
        # who shares it is found among all
        None if day is None else False,
    )


def _contradicts(citizen_id: str | None, sex_code: str | None) -> bool | None:
    male = _MALE_BY_SEX.get(sex_code or "")
    by_number = identity.is_male(citizen_id) if citizen_id and male is not None else None
    return None if by_number is None else by_number is not male


def _is_whole(content: Content) -> bool:
    return content.get("commissioning_unit") is not None and content.get("commissioning_place_code") is not None


@lru_cache(maxsize=8_192)
def _has_odd_age(day: date, cohort: Cohort) -> bool:
    return not _YOUNGEST <= cohort - day.year - ((day.month, day.day) > _AGE_ON) <= _OLDEST


def _is_institutional(content: Content, school_name: str) -> bool | None:
    given = [address for field in ADDRESSES if (address := content.get(field))]
    if not given:
        return None
    # a name is compared in the form in which texts are stored
    words = (*_DWELLINGS, identity.free_text(school_name))
    return any(word in address for address in given for word in words)


@lru_cache(maxsize=4_096)
def _is_odd(first: date | None, last: date | None, years: Decimal | None) -> bool | None:
    if first is None or last is None or years is None:
        return None
    # days / 365.25 off the duration by more than 0.5, without a division
    return abs(8 * (last - first).days - 2922 * years) > 1461


RULES = (
    *("source_fields_missing", "sex_contradicts_citizen_id", "commissioning_incomplete", "counted_twice"),
    *("phone_missing", "phone_shared", "age_implausible", "address_institutional", "origin_place_coarse"),
    *("study_period_odd", "possible_duplicate", "left_population", "entered_late", "size_change"),
)
"""Ids of the rules that reports on quality judge, in the order of their bits."""

OF_ROSTERS = frozenset({"size_change"})
"""Those that a roster breaks, and none of its graduates."""

RULE_BITS: Mapping[str, int] = {rule: 1 << at for at, rule in enumerate(RULES)}

_BIT_OF = Counter(FILLED_BITS)
"""The same with 0 for the status, and for fields that only a later release reads."""


def _bits_of(fields: Iterable[str]) -> int:
    return sum(FILLED_BITS[field] for field in fields)


_JUDGED = tuple(
    RULE_BITS[rule]
    for rule in (
        *("sex_contradicts_citizen_id", "commissioning_incomplete", "age_implausible", "address_institutional"),
        *("origin_place_coarse", "study_period_odd", "possible_duplicate"),
    )
)
_NEEDING = (
    (RULE_BITS["counted_twice"], _bits_of(("citizen_id", "education_level_code"))),
    (RULE_BITS["phone_shared"], _bits_of(("phone",))),
)
"""Rules that other entries decide, and the fields that they need."""

_WANTING = (
    (RULE_BITS["source_fields_missing"], _bits_of(_SOURCE)),
    (RULE_BITS["phone_missing"], _bits_of(("phone",))),
)
"""Rules that an entry breaks which lacks some of these fields."""

_ALWAYS = sum(bit for bit, _ in _WANTING)
