"""Whose row it is: a key and protected groups, or the person."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Self
from uuid import UUID

from common.crypto import FieldCipher
from common.identifiers import EmployerId, GraduateId, SchoolCode
from common.registry_client import REVEALED_AT_ONCE, RegistryClient
from surveys.employers.domain import Employer
from surveys.exports.domain.cells import Cell
from surveys.exports.domain.leading import KEY
from surveys.exports.domain.protection import Shown, pooled, protected
from surveys.exports.storage.answers import Answerer

KEY_BYTES = 16
"""Of the key of who answered: no two people have the same by accident."""

PURPOSE = "survey_contact"
"""For which registry tells surveys a name."""


_NONE: Mapping[UUID, float] = MappingProxyType({})


class Entry(NamedTuple):
    """An answer, and the cells of who has given it: the first tells it from others, and those behind that do not."""

    answerer: Answerer
    first: Cell
    others: tuple[Cell, ...]

    @classmethod
    def of(cls, answerer: Answerer, leading: Sequence[str], cells: Mapping[str, Cell]) -> Self:
        """The entry of these columns."""
        return cls(answerer, cells.get(leading[0]), tuple(map(cells.get, leading[1:])))


def without_person(
    cipher: FieldCipher,
    school_code: SchoolCode,
    leading: Sequence[str],
    found: Sequence[Answerer],
    weights: Mapping[UUID, float] = _NONE,
) -> list[Entry]:
    """Every answer with a key, what is shown of its groups, and its weight. CPU work, for a thread.

    A weight is never lost, so those with one weight are protected among themselves.
    """
    alike: dict[float | None, list[Answerer]] = {}
    for each, weight in zip(found, pooled([weights.get(each.id) for each in found]), strict=True):
        alike.setdefault(weight, []).append(each)
    entries, has_key = [], leading[0] == KEY
    for weight, those in alike.items():
        keys = [key_of(cipher, school_code, each) for each in those]
        shown = protected([shown_of(each) for each in those], keys.__getitem__)
        others = {
            groups: Entry.of(those[0], leading, {**groups._asdict(), "weight": weight}).others for groups in set(shown)
        }
        entries += [
            Entry(each, key.hex() if has_key else None, others[groups])
            for each, key, groups in zip(those, keys, shown, strict=True)
        ]
    return entries


async def with_person(
    registry: RegistryClient,
    cipher: FieldCipher,
    school_code: SchoolCode,
    leading: Sequence[str],
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
        Entry.of(each, leading, {**_person(each, named[each.graduate_id]), "weight": weights.get(each.id)})
        for each in found
        if each.graduate_id in named
    ]
    return entries + without_person(cipher, school_code, leading, [each for each in found if each.graduate_id is None])


def of_employers(
    cipher: FieldCipher,
    school_code: SchoolCode,
    leading: Sequence[str],
    found: Sequence[Answerer],
    known: Mapping[EmployerId, Employer],
) -> list[Entry]:
    """Every answer of an employer: with its id and name where it is among the `known`, else with a key."""
    entries = []
    for each in found:
        employer = None if each.employer_id is None else known.get(each.employer_id)
        named = {} if employer is None else {"employer_id": str(employer.id), "name": employer.name}
        entries.append(Entry.of(each, leading, {KEY: key_of(cipher, school_code, each).hex(), **named}))
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
