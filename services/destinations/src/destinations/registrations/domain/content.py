"""The content of a registration: one graduate's destination."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from itertools import compress
from typing import Any


@dataclass(frozen=True)
class Destination:
    """毕业去向: a destination code and the particulars that belong to it.

    The fields of `SEALED` are ciphertexts here, too: rules ask whether they are filled, and no more. Equal values of
    one graduate have equal ciphertexts as long as the key ring's current key stays.
    """

    destination_code: str
    flexible: bool | None = None
    flexible_kind: str | None = None
    employer_name: str | None = None
    employer_uscc: str | None = None
    employer_nature_code: str | None = None
    industry_code: str | None = None
    place_code: str | None = None
    employer_address: str | None = None
    position_code: str | None = None
    job_title: str | None = None
    signed_on: date | None = None
    contract_from: date | None = None
    contract_to: date | None = None
    contact_name: bytes | None = None
    contact_phone: bytes | None = None
    pay_amount: bytes | None = None
    pay_unit: bytes | None = None
    freelance_kind: str | None = None
    reason: str | None = None
    study_school_name: str | None = None
    study_level_code: str | None = None
    abroad_country: str | None = None
    abroad_country_code: str | None = None
    abroad_school_name_zh: str | None = None
    abroad_school_name_en: str | None = None
    abroad_major_zh: str | None = None
    abroad_major_en: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Destination":
        """The content with these fields; those that are absent are empty."""
        made = object.__new__(cls)
        # what `__init__` does, but for a frozen dataclass it makes a call for each field
        made.__dict__.update(zip(FIELDS, map(given.get, FIELDS), strict=True))
        return made

    def filled(self) -> frozenset[str]:
        """Names of the fields with a value; `flexible: false` counts as empty, since no code could forbid it."""
        return _filled(tuple([value is not None and value is not False for value in vars(self).values()]))

    def merged(self, patch: Mapping[str, Any]) -> "Destination":
        """The content after a merge patch: absent keeps, None clears."""
        return replace(self, **patch)

    def cleared(self, names: frozenset[str]) -> "Destination":
        """The content without these fields."""
        return self.merged(dict.fromkeys(names))

    def values(self) -> dict[str, Any]:
        """The fields by name, in the order of the contract."""
        return dict(vars(self))


PROVED = frozenset(
    {"destination_code", "employer_name", "employer_uscc", "study_school_name"}
    | {"abroad_school_name_zh", "abroad_school_name_en"}
)
"""What evidence shows: code, employer and admitting school. It shows another destination once one of them changes."""

NAMING = frozenset({"employer_name", "employer_uscc"})
"""By what a content names its employer."""

FIELDS = tuple(field.name for field in fields(Destination))
"""Every field of the content, in the order of the contract."""

CONTACT = ("contact_name", "contact_phone")
PAY = ("pay_amount", "pay_unit")
SEALED = (*CONTACT, *PAY)
"""Fields that stand encrypted, and in no event: a person at the employer (单位联系人), and pay before tax (薪酬)."""


# few sets of fields are ever filled together
@lru_cache(maxsize=5_000)
def _filled(are_filled: tuple[bool, ...]) -> frozenset[str]:
    return frozenset(compress(FIELDS, are_filled))


EMPTIED = frozenset(
    {
        *SEALED,
        "job_title",
        "employer_name",
        "employer_uscc",
        "employer_address",
        "freelance_kind",
        "study_school_name",
        "abroad_country",
        "abroad_school_name_zh",
        "abroad_school_name_en",
        "abroad_major_zh",
        "abroad_major_en",
    }
)
"""Fields that are empty once the graduate is erased: texts, the number of a unit, which may be one person's own, and
what is sealed.

The others are codes and days, of which figures are made. A field that is added goes here, and into the function
`erase_registrations` of the database, or is decided to stay.
"""

CODE_LISTS: Mapping[str, str] = {
    "destination_code": "destination",
    "employer_nature_code": "employer-nature",
    "industry_code": "industry",
    "place_code": "division",
    "position_code": "position",
    "study_level_code": "education-level",
    "abroad_country_code": "country",
    "flexible_kind": "flexible-kind",
    "reason": "not-employed-reason",
}
"""Which code list gives a field its meaning."""

LONGEST: Mapping[str, int] = {
    "employer_name": 200,
    "employer_address": 300,
    "job_title": 100,
    "freelance_kind": 100,
    "study_school_name": 200,
    "abroad_country": 100,
    "abroad_school_name_zh": 200,
    "abroad_school_name_en": 200,
    "abroad_major_zh": 200,
    "abroad_major_en": 200,
}
"""The most characters that a text may have."""


_NAMED: Mapping[str, str] = {"76": "freelance_kind", "80": "study_school_name", "81": "study_school_name"}
NAMING = frozenset({"employer_name", *_NAMED.values()})
"""The fields that one column of files holds, 单位名称."""


def field_of_name(destination_code: str) -> str:
    """What 单位名称 holds: the unit, the admitting school of further study, or the kind of freelance work."""
    return _NAMED.get(destination_code[:2], "employer_name")


LONGEST_PHONE = 40
MOST_PAY = 10_000_000
"""Of what is sealed, as it is judged in clear: characters of a phone with its extension, whole yuan."""


def changed_fields(before: Destination | None, after: Destination) -> tuple[str, ...]:
    """Names of the fields that differ, in the order of the contract; without a version before, those that are set."""
    if before is None:
        return _set(tuple([value is not None for value in vars(after).values()]))
    old = vars(before)
    return tuple([name for name, value in vars(after).items() if old[name] != value])


@lru_cache(maxsize=5_000)
def _set(are_set: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(compress(FIELDS, are_set))
