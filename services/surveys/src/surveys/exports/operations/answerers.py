"""Whose row it is: a key and protected groups, or the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from common.crypto import FieldCipher
from common.identifiers import EmployerId, GraduateId, SchoolCode
from common.registry_client import REVEALED_AT_ONCE, RegistryClient
from surveys.employers.domain import Employer
from surveys.exports.domain.cells import Cell
from surveys.exports.domain.protection import Shown, pooled, protected
from surveys.exports.storage.answers import Answerer

KEY_BYTES = 16
"""Of the key of who answered: no two people have the same by accident."""

PURPOSE = "survey_contact"
"""For which registry tells surveys a name."""


_NONE: Mapping[UUID, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer, and the cells of who has given it by their columns."""

    answerer: Answerer
    cells: Mapping[str, Cell]


def without_person(
    cipher: FieldCipher, school_code: SchoolCode, found: Sequence[Answerer], weights: Mapping[UUID, float] = _NONE
) -> list[Entry]:
    """Every answer with a key, what is shown of its groups, and its weight. CPU work, for a thread.

    A weight is never lost, so those with one weight are protected among themselves.
    """
    alike: dict[float | None, list[Answerer]] = {}
    for each, weight in zip(found, pooled([weights.get(each.id) for each in found]), strict=True):
        alike.setdefault(weight, []).append(each)
    entries = []
    for weight, those in alike.items():
        keys = [key_of(cipher, school_code, each) for each in those]
        shown = protected([shown_of(each) for each in those], keys.__getitem__)
        entries += [
            Entry(each, {"respondent": key.hex(), **groups._asdict(), "weight": weight})
            for each, key, groups in zip(those, keys, shown, strict=True)
        ]
    return entries


async def with_person(
    registry: RegistryClient,
    cipher: FieldCipher,
    school_code: SchoolCode,
    found: Sequence[Answerer],
    weights: Mapping[UUID, float],
) -> list[Entry]:
    """Those answers whose person registry names, and those without a person, of whom the groups are protected.

    Who may not be given away is left out. Raises RegistryUnavailable or RegistryRefused.
    """
    people = [each.graduate_id for each in found if each.graduate_id is not None]
    named: dict[GraduateId, str] = {}
    for start in range(0, len(people), REVEALED_AT_ONCE):
        opened = await registry.reveal(PURPOSE, people[start : start + REVEALED_AT_ONCE], ["name"])
        named |= {graduate_id: values["name"] for graduate_id, values in opened.items() if values is not None}
    entries = [
        Entry(each, {**_person(each, named[each.graduate_id]), "weight": weights.get(each.id)})
        for each in found
        if each.graduate_id in named
    ]
    return entries + without_person(cipher, school_code, [each for each in found if each.graduate_id is None])


def of_employers(
    cipher: FieldCipher, school_code: SchoolCode, known: Mapping[EmployerId, Employer], found: Sequence[Answerer]
) -> list[Entry]:
    """Every answer of an employer: with its id and name where it is among the `known`, else with a key."""
    entries = []
    for each in found:
        employer = None if each.employer_id is None else known.get(each.employer_id)
        named = {} if employer is None else {"employer_id": str(employer.id), "name": employer.name}
        entries.append(Entry(each, {"respondent": key_of(cipher, school_code, each).hex(), **named}))
    return entries


def _person(answerer: Answerer, name: str) -> Mapping[str, Cell]:
    return {"graduate_id": str(answerer.graduate_id), "name": name, **shown_of(answerer)._asdict()}


def key_of(cipher: FieldCipher, school_code: SchoolCode, answerer: Answerer) -> bytes:
    """The same for a graduate in all waves of the school; of an answer without the person its own."""
    whose = f"{school_code}/{answerer.subject}" if answerer.subject else f"answer/{answerer.id}"
    return cipher.tag("survey respondent", whose.encode())[:KEY_BYTES]


def shown_of(answerer: Answerer) -> Shown:
    """The groups as they are before any is lost."""
    groups = answerer.groups
    return Shown(groups.origin_province_code, groups.sex_code, groups.major_code, groups.college_code)
