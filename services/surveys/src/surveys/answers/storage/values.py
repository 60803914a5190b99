"""Values in SQL: a draft as one ciphertext per page, a submission as one, each bound to where it belongs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert

from common import copying
from common.crypto import FieldCipher
from common.database import NOW
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.responses.domain import Response, ResponseState
from surveys.responses.tables import response_pages as pages
from surveys.responses.tables import submitted_contents as contents

FIELD = "response_pages.values"
CONTENT_FIELD = "submitted_contents.values"

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
_KEEP = insert(contents)
# `json.dumps` makes an encoder for each
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_VERSION = bindparam("version", type_=Integer)
_SUBMITTED = (
    select(contents)
    .where(contents.c.response_id == bindparam("id"))
    .where(or_(_VERSION.is_(None), contents.c.version == _VERSION))
    .order_by(contents.c.version)
)
_VALUES = select(pages.c.page_id, pages.c.values_ciphertext, pages.c.recorded_at).where(
    pages.c.response_id == bindparam("id")
)
_DRAFTS = select(pages.c.response_id, pages.c.page_id, pages.c.values_ciphertext).where(
    pages.c.response_id == bindparam("ids", type_=ARRAY(Uuid)).any_()
)
_KEPT_COLUMNS = ("response_id", "version", "school_code", "completeness", "mode", "values_ciphertext")


async def save_page(
    connection: Connection, cipher: FieldCipher, response: Response, page_id: str, values: Values
) -> None:
    """Replaces the answers of one page of the draft."""
    ciphertext = cipher.encrypt(FIELD, record_of(response.id, page_id), plaintext_of(values))
    place = {"response_id": response.id, "page_id": page_id, "school_code": response.school_code}
    await connection.execute(_SAVE, {**place, "values_ciphertext": ciphertext})


async def keep_submitted(connection: Connection, cipher: FieldCipher, response: Response, values: Values) -> None:
    """Keeps what was just submitted under the version of the response."""
    assert response.completeness, "it is said at a submission"
    assert response.mode, "it is said at a submission"
    values_given = {
        "response_id": response.id,
        "version": response.version,
        "school_code": response.school_code,
        "completeness": response.completeness.value,
        "mode": response.mode.value,
        "values_ciphertext": cipher.encrypt(
            CONTENT_FIELD, record_of(response.id, response.version), plaintext_of(values)
        ),
    }
    await connection.execute(_KEEP, values_given)


async def keep_all(connection: Connection, cipher: FieldCipher, given: Sequence[tuple[Response, Values]]) -> None:
    """Keeps what was just submitted of many responses, as `keep_submitted` does."""
    sealed = [
        cipher.encrypt(CONTENT_FIELD, record_of(response.id, response.version), plaintext_of(values))
        for response, values in given
    ]
    kept = [response for response, _ in given]
    of_kept = {
        "response_id": [each.id for each in kept],
        **{name: [getattr(each, name) for each in kept] for name in _KEPT_COLUMNS[1:-1]},
        "values_ciphertext": sealed,
    }
    fields = {name: copying.fields_of(contents.c[name].type, values) for name, values in of_kept.items()}
    await copying.copy_rows(connection.driver, contents.name, _KEPT_COLUMNS, copying.joined(fields, _KEPT_COLUMNS))


async def drafts_of(
    connection: Connection, cipher: FieldCipher, response_ids: Sequence[ResponseId]
) -> dict[ResponseId, dict[str, Any]]:
    """What has been answered so far of open responses, by question; of one without a page there is nothing."""
    found: dict[ResponseId, dict[str, Any]] = {}
    for row in await connection.execute(_DRAFTS, {"ids": response_ids}):
        record = record_of(row.response_id, row.page_id)
        page = json.loads(cipher.decrypt(FIELD, record, row.values_ciphertext))
        found.setdefault(row.response_id, {}).update(page)
    return found


async def values_of(connection: Connection, cipher: FieldCipher, response: Response) -> Values:
    """The answers of a response by question: what was submitted, and of an open one those given so far."""
    if response.state is ResponseState.SUBMITTED and response.effective_version is not None:
        submitted = await submissions_of(connection, cipher, response.id, response.effective_version)
        return dict(submitted[0]["values"]) if submitted else {}
    # what the release before submitted is still there page by page; ids of questions differ over the questionnaire
    values: dict[str, Any] = {}
    for page in await pages_of(connection, cipher, response.id):
        values |= page["values"]
    return values


async def effective_values(connection: Connection, cipher: FieldCipher, response: Response) -> Values | None:
    """What counts of a response; None where nothing was submitted, or it was erased."""
    if response.effective_version is None:
        # the release before kept what was submitted page by page
        return await values_of(connection, cipher, response) if response.state is ResponseState.SUBMITTED else None
    found = await submissions_of(connection, cipher, response.id, response.effective_version)
    return found[0]["values"] if found else None


async def submissions_of(
    connection: Connection, cipher: FieldCipher, response_id: ResponseId, version: int | None = None
) -> list[dict[str, Any]]:
    """What was submitted, once or more: `version`, `submitted_at`, `completeness`, `mode`, and `values` by question."""
    found = await connection.execute(_SUBMITTED, {"id": response_id, "version": version})
    return [
        {
            **{name: row[name] for name in ("version", "submitted_at", "completeness", "mode")},
            "values": opened(cipher, response_id, row.version, row.values_ciphertext),
        }
        for row in found
    ]


def opened(cipher: FieldCipher, response_id: ResponseId, version: int, ciphertext: bytes) -> Values:
    """What was submitted, by question; raises UndecryptableError."""
    values: Values = json.loads(cipher.decrypt(CONTENT_FIELD, record_of(response_id, version), ciphertext))
    return values


async def pages_of(connection: Connection, cipher: FieldCipher, response_id: ResponseId) -> list[dict[str, Any]]:
    """The pages answered so far: `page_id`, `recorded_at`, and `values` by question."""
    # the same value under two pages has two ciphertexts: each is bound to its place
    return [
        {
            "page_id": page_id,
            "recorded_at": recorded_at,
            "values": json.loads(cipher.decrypt(FIELD, record_of(response_id, page_id), ciphertext)),
        }
        for page_id, ciphertext, recorded_at in await connection.execute(_VALUES, {"id": response_id})
    ]


def plaintext_of(values: Values) -> str:
    """Values as what is sealed."""
    return _as_json(values)


def record_of(response_id: ResponseId, place: str | int) -> str:
    """What a ciphertext is bound to: its response and the page or version there."""
    return f"{response_id}/{place}"
