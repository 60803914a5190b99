"""Fields of a registration that stand encrypted: each ciphertext is bound to its field and its graduate."""

import json
from collections.abc import Mapping
from typing import Any

from common.crypto import FieldCipher
from common.identifiers import GraduateId
from destinations.registrations.domain.content import SEALED, Destination


def sealed(
    cipher: FieldCipher, graduate_id: GraduateId, said: Mapping[str, Any], before: Destination | None = None
) -> dict[str, Any]:
    """What is said about a graduate, with ciphertexts in place of its values of sealed fields.

    A value that stands already keeps its ciphertext, under whichever key of the ring: it is no change.
    """
    stored = vars(before) if before else {}
    kept = opened(cipher, graduate_id, stored) if before else {}
    found = dict(said)
    for name in SEALED:
        if (value := said.get(name)) is not None:
            plaintext = json.dumps(value, ensure_ascii=False)
            found[name] = (
                stored[name] if kept.get(name) == value else cipher.encrypt(_field(name), graduate_id, plaintext)
            )
    return found


def opened(cipher: FieldCipher, graduate_id: GraduateId, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The sealed fields of a content or of its row, in clear; None where nothing is stored."""
    return {name: stored[name] and _open(cipher, graduate_id, name, stored[name]) for name in SEALED}


def _open(cipher: FieldCipher, graduate_id: GraduateId, name: str, ciphertext: bytes) -> Any:
    return json.loads(cipher.decrypt(_field(name), graduate_id, ciphertext))


def _field(name: str) -> str:
    return f"registration.{name}"
