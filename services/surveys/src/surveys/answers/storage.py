"""What was answered in SQL: one ciphertext per page, bound to the response and the page it belongs to."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from common.crypto import FieldCipher
from common.database import NOW
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.responses.domain import Response
from surveys.responses.tables import response_pages as pages

FIELD = "response_pages.values"

Values = Mapping[str, Any]
"""Question → value, as JSON knows them."""

_NEW = insert(pages)
_SAVE = _NEW.on_conflict_do_update(
    index_elements=[pages.c.response_id, pages.c.page_id],
    set_={
        "school_code": _NEW.excluded.school_code,
        "values_ciphertext": _NEW.excluded.values_ciphertext,
        "recorded_at": NOW,
    },
)
_VALUES = select(pages.c.page_id, pages.c.values_ciphertext, pages.c.recorded_at).where(
    pages.c.response_id == bindparam("id")
)


async def save_page(
    connection: Connection, cipher: FieldCipher, response: Response, page_id: str, values: Values
) -> None:
    """Replaces the answers of one page."""
    plaintext = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    ciphertext = cipher.encrypt(FIELD, _record(response.id, page_id), plaintext)
    place = {"response_id": response.id, "page_id": page_id, "school_code": response.school_code}
    await connection.execute(_SAVE, {**place, "values_ciphertext": ciphertext})


async def values_of(connection: Connection, cipher: FieldCipher, response_id: ResponseId) -> Values:
    """All answers given so far, by question; ids of questions differ over the whole questionnaire."""
    values: dict[str, Any] = {}
    for page in await pages_of(connection, cipher, response_id):
        values |= page["values"]
    return values


async def pages_of(connection: Connection, cipher: FieldCipher, response_id: ResponseId) -> list[dict[str, Any]]:
    """The pages answered so far: `page_id`, `recorded_at`, and `values` by question."""
    # the same value under two pages has two ciphertexts: each is bound to its place
    return [
        {
            "page_id": page_id,
            "recorded_at": recorded_at,
            "values": json.loads(cipher.decrypt(FIELD, _record(response_id, page_id), ciphertext)),
        }
        for page_id, ciphertext, recorded_at in await connection.execute(_VALUES, {"id": response_id})
    ]


def _record(response_id: ResponseId, page_id: str) -> str:
    return f"{response_id}/{page_id}"
