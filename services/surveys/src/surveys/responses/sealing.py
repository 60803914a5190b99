"""Answers under encryption: one ciphertext per page, bound to the response and the page it belongs to."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.crypto import FieldCipher

FIELD = "response_pages.values"

Values = dict[str, Any]


def seal(cipher: FieldCipher, response_id: UUID, page_id: str, values: Mapping[str, object]) -> bytes:
    """The ciphertext of one page's answers."""
    plaintext = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return cipher.encrypt(FIELD, _record(response_id, page_id), plaintext)


def unseal(cipher: FieldCipher, response_id: UUID, pages: Mapping[str, bytes]) -> Values:
    """All answers given so far, by question; their ids differ over the whole questionnaire."""
    values: Values = {}
    for page_id, ciphertext in pages.items():
        values |= json.loads(cipher.decrypt(FIELD, _record(response_id, page_id), ciphertext))
    return values


def _record(response_id: UUID, page_id: str) -> str:
    return f"{response_id}/{page_id}"
