"""Between an entry in clear and its stored form: one sealed document a version, and keyed indexes."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

from common.crypto import DataCipher, FieldCipher
from common.identifiers import SchoolCode
from common.identity import comparable_name, comparable_names
from registry.graduates.domain.entry import CLEAR, FIELDS, INDEXED, OF_ERASED, SEALED, Entry
from registry.graduates.domain.findings import born

NUMBERS = tuple(field for field in INDEXED if field != "name")
"""Fields that are found over all schools; a name is found within one."""

_INDEX_OF = {field: f"{field}_index" for field in NUMBERS}

DOCUMENT = "graduate"
REASON = "reason"

_FROM_JSON: Mapping[type, Callable[[str], object]] = {date: date.fromisoformat, Decimal: Decimal}
_KINDS = {field: {hint, *get_args(hint)} for field, hint in get_type_hints(Entry).items()}
_READ = {field: read for field in SEALED for kind, read in _FROM_JSON.items() if kind in _KINDS[field]}
"""Sealed fields that are no JSON by themselves: what reads the text that stands for them."""

_IN_COLUMNS, _KNOWN = frozenset(CLEAR), frozenset(FIELDS)

_read = json.JSONDecoder().decode


def name_index(cipher: FieldCipher, school_code: SchoolCode, name: str) -> bytes:
    """The blind index to store, which finds a name within one school."""
    return cipher.blind_index("name", f"{school_code}|{comparable_name(name)}")


def name_indexes(cipher: FieldCipher, school_code: SchoolCode, name: str) -> tuple[bytes, ...]:
    """The blind indexes that find a name within one school: first the one to store, then those of earlier releases.

    An import that meets a row with an earlier index gives it today's; until then the row is found by either.
    """
    return tuple(cipher.blind_index("name", f"{school_code}|{form}") for form in comparable_names(name))


def indexes_of_names(cipher: FieldCipher, school_code: SchoolCode, names: Iterable[str | None]) -> list[bytes | None]:
    """The index to store of each name; None of None."""
    return cipher.blind_indexes("name", [name and f"{school_code}|{comparable_name(name)}" for name in names])


def number_indexes(
    cipher: FieldCipher, given: Mapping[str, Any], numbers: Collection[str] = NUMBERS
) -> dict[str, bytes | None]:
    """The columns by which the given numbers are found, over all schools; one given as None is found by nothing."""
    found: dict[str, bytes | None] = {}
    for field in numbers:
        if field in given:
            text = given[field]
            found[_INDEX_OF[field]] = None if text is None else cipher.blind_index(field, text)
    return found


def indexes(cipher: FieldCipher, school_code: SchoolCode, given: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The columns by which a graduate with the given fields is found."""
    found = number_indexes(cipher, given)
    if "name" in given:
        found["name_index"] = name_index(cipher, school_code, given["name"])
    return found


def person_index(cipher: FieldCipher, index_of_name: bytes, content: Mapping[str, Any]) -> bytes | None:
    """What an entry shares with another one of its school with the same name and day of birth; None without a day."""
    return person_indexes(cipher, [index_of_name], [content])[0]


def person_indexes(
    cipher: FieldCipher, indexes_of_names: Sequence[bytes], contents: Sequence[Mapping[str, Any]]
) -> list[bytes | None]:
    """The same of many."""
    born_on = map(born, contents)
    named = zip(indexes_of_names, born_on, strict=True)
    return cipher.blind_indexes("person", [None if day is None else f"{name.hex()}{day}" for name, day in named])


def sealed(data: DataCipher, graduate_id: UUID, version: int, content: Mapping[str, Any]) -> bytes:
    """The document of one version: what these fields say of those that are sealed, or that a later release has."""
    return all_sealed(data, [(graduate_id, version, content)])[0]


def all_sealed(data: DataCipher, versions: Sequence[tuple[UUID, int, Mapping[str, Any]]]) -> list[bytes]:
    """The documents of many."""
    said = [(graduate_id, version, _sealed_of(content)) for graduate_id, version, content in versions]
    return data.seal_all_fields(DOCUMENT, said)


def _sealed_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = _sealed_among(tuple(content))
    values = [*map(content.__getitem__, fields)]
    if None in values:
        return {field: value for field, value in zip(fields, values, strict=True) if value is not None}
    return dict(zip(fields, values, strict=True))


@lru_cache(maxsize=256)
def _sealed_among(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Most entries of a roster have the same fields."""
    return tuple(field for field in fields if field not in _IN_COLUMNS)


def opened(data: DataCipher | None, row: Any) -> tuple[Entry, Mapping[str, Any]]:
    """The entry of a row of roster or history with its id, and what only a later release reads of the document.

    Without a key that of an erased one. Raises UndecryptableError.
    """
    content = {**OF_ERASED, **codes_of(row)} if data is None else content_of(data, row)
    unread = {field: content.pop(field) for field in content.keys() - _KNOWN}
    return Entry(**content), unread


def content_of(data: DataCipher, row: Any) -> dict[str, Any]:
    """The fields of such a row that have a value, and the clear ones."""
    said: dict[str, Any] = _read(data.open(DOCUMENT, row["id"], row["version"], row["sealed"]).decode())
    for field, read in _READ.items():
        if field in said:
            said[field] = read(said[field])
    for field in CLEAR:
        said[field] = row[field]
    return said


def codes_of(row: Any) -> dict[str, Any]:
    """The clear fields of such a row: all that is left of an erased entry."""
    return {field: row[field] for field in CLEAR}


def as_value(field: str, said: Any) -> Any:
    """A field's value of what JSON says of it."""
    read = _READ.get(field)
    return read(said) if read and said is not None else said


def sealed_reason(data: DataCipher, graduate_id: UUID, version: int, reason: str | None) -> bytes | None:
    """The ciphertext of why a version was made."""
    return None if reason is None else data.seal(REASON, graduate_id, version, reason.encode())
