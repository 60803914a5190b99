"""Between an entry in clear and its stored form: ciphertexts bound to the graduate, and keyed indexes."""

from collections.abc import Mapping
from typing import Any

from common.crypto import FieldCipher
from common.identifiers import GraduateId, SchoolCode
from common.identity import comparable_name, comparable_names
from registry.graduates.domain.entry import CLEAR, PERSONAL, Entry, StoredGraduate


def name_index(cipher: FieldCipher, school_code: SchoolCode, name: str) -> bytes:
    """The blind index to store, which finds a name within one school."""
    return cipher.blind_index("name", f"{school_code}|{comparable_name(name)}")


def name_indexes(cipher: FieldCipher, school_code: SchoolCode, name: str) -> tuple[bytes, ...]:
    """The blind indexes that find a name within one school: first the one to store, then those of earlier releases.

    An import that meets a row with an earlier index gives it today's; until then the row is found by either.
    """
    return tuple(cipher.blind_index("name", f"{school_code}|{form}") for form in comparable_names(name))


def citizen_id_index(cipher: FieldCipher, citizen_id: str) -> bytes:
    """The blind index that finds a citizen id, over all schools."""
    return cipher.blind_index("citizen_id", citizen_id)


def sealed_values(
    cipher: FieldCipher,
    school_code: SchoolCode,
    graduate_id: GraduateId,
    given: Mapping[str, object],
    index: bytes | None = None,
) -> dict[str, object]:
    """The columns to store for the given fields; a field given as None empties its columns.

    `index` is that of the given citizen id, where it is known already.
    """
    # only what is given: a field that is absent keeps its ciphertext
    values = {field: value for field, value in given.items() if field not in PERSONAL}
    for field in PERSONAL:
        if field in given:
            text = given[field]
            values[f"{field}_cipher"] = None if text is None else cipher.encrypt(field, graduate_id, str(text))
    if "name" in given:
        values["name_index"] = name_index(cipher, school_code, str(given["name"]))
    if "citizen_id" in given:
        number = given["citizen_id"]
        values["citizen_id_index"] = None if number is None else index or citizen_id_index(cipher, str(number))
    return values


def opened_entry(cipher: FieldCipher, stored: StoredGraduate) -> Entry:
    """The entry of a stored graduate in clear."""
    values: dict[str, Any] = {field: getattr(stored, field) for field in CLEAR}
    for field in PERSONAL:
        sealed = getattr(stored, f"{field}_cipher")
        values[field] = None if sealed is None else cipher.decrypt(field, stored.id, sealed)
    return Entry(**values)
