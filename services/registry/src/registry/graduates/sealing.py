"""Between an entry in clear and its stored form: ciphertexts bound to the graduate, and keyed indexes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.crypto import FieldCipher
from registry.graduates.domain import FIELDS, PERSONAL, Entry
from registry.graduates.identity import comparable_name


def name_index(cipher: FieldCipher, school_code: str, name: str) -> bytes:
    """By which a name is found, exactly and within one school only."""
    return cipher.blind_index("name", f"{school_code}|{comparable_name(name)}")


def citizen_id_index(cipher: FieldCipher, citizen_id: str) -> bytes:
    """By which a citizen id is found, over all schools."""
    return cipher.blind_index("citizen_id", citizen_id)


def sealed_values(
    cipher: FieldCipher, school_code: str, graduate_id: UUID, given: Mapping[str, object]
) -> dict[str, object]:
    """The columns to store for the given fields; a field given as None empties its columns."""
    values = {field: value for field, value in given.items() if field not in PERSONAL}
    for field in PERSONAL:
        if field in given:
            text = given[field]
            sealed = None if text is None else cipher.encrypt(field, graduate_id, str(text))
            values[f"{field}_cipher"] = sealed
    if "name" in given:
        values["name_index"] = name_index(cipher, school_code, str(given["name"]))
    if "citizen_id" in given:
        number = given["citizen_id"]
        values["citizen_id_index"] = None if number is None else citizen_id_index(cipher, str(number))
    return values


def opened_entry(cipher: FieldCipher, graduate_id: UUID, row: Mapping[str, Any]) -> Entry:
    """The entry in clear from a stored row."""
    clear: dict[str, Any] = {field: row[field] for field in FIELDS if field not in PERSONAL}
    personal: dict[str, Any] = {
        field: _opened(cipher, field, graduate_id, row[f"{field}_cipher"]) for field in PERSONAL
    }
    return Entry(**clear, **personal)


def _opened(cipher: FieldCipher, field: str, graduate_id: UUID, ciphertext: bytes | None) -> str | None:
    return None if ciphertext is None else cipher.decrypt(field, graduate_id, ciphertext)
