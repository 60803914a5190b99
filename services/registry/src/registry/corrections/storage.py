"""Corrections in SQL."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from common import rows
from common.approvals.domain import RequestState
from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.objects import ObjectName
from common.sql import Connection, Row, Rows
from registry.corrections.domain import Correction, CorrectionId, Proof, ProofKind, Value
from registry.corrections.tables import correction_proofs as proofs
from registry.corrections.tables import corrections
from registry.graduates.storage.keys import keys_of
from registry.graduates.storage.sealing import as_value
from registry.graduates.tables import graduates

_PLAIN = tuple(each.name for each in fields(Correction) if each.name in corrections.c)
_SEALED = ("reason_cipher", "decision_reason_cipher", "content_cipher")
_ALL = select(*(corrections.c[name] for name in (*_PLAIN, *_SEALED)))
_ADD = (
    upsert(corrections)
    .on_conflict_do_nothing(
        index_elements=[corrections.c.graduate_id, corrections.c.field], index_where=text("state = 'open'")
    )
    .returning(corrections.c.id)
)
_COLLEGE_OF_NOW = select(graduates.c.college_code).where(graduates.c.id == corrections.c.graduate_id).scalar_subquery()
_PROOFS = (
    select(*(proofs.c[each.name] for each in fields(Proof)))
    .where(proofs.c.correction_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(proofs.c.correction_id, proofs.c.place)
)
_ADD_PROOF = insert(proofs)
_REMOVE_PROOFS = delete(proofs).where(proofs.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))).returning(proofs.c.name)


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, correction_id: CorrectionId, *, lock: bool = False
) -> Correction | None:
    """One correction in scope, locked until the end of the transaction if `lock`."""
    query = _one(scope.shape, lock=lock)
    found = await _opened(connection, cipher, await connection.execute(query, {**scope.values, "id": correction_id}))
    return found[0] if found else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[Correction]:
    """Corrections in scope in the order in which they were asked."""
    query = page_of_requests(_ALL, corrections, _visible, scope, filters, after, limit)
    return await _opened(connection, cipher, await connection.execute(*query))


async def add(connection: Connection, values: Mapping[str, object]) -> bool:
    """Stores a new correction; False where an open one asks for the field already."""
    return await connection.scalar(_ADD, values) is not None


async def add_proof(
    connection: Connection, correction: Correction, kind: ProofKind, media_type: str, name: UUID
) -> None:
    """Stores that a locked correction has one more proof."""
    place = {"correction_id": correction.id, "place": len(correction.proofs) + 1}
    await connection.execute(_ADD_PROOF, {**place, "kind": kind.value, "media_type": media_type, "name": name})


async def remove_proofs(connection: Connection, ids: Collection[UUID]) -> list[ObjectName]:
    """Deletes proofs, and gives their files, to be dropped."""
    return await connection.scalars(_REMOVE_PROOFS, {"ids": list(ids)})


def sealed(data: DataCipher, correction_id: CorrectionId, column: str, content: str) -> bytes:
    """The ciphertext of a text of a correction, under the data key of its roster."""
    return data.seal(f"correction {column}", correction_id, 1, content.encode())


def sealed_content(data: DataCipher, correction_id: CorrectionId, before: Value, value: Value) -> bytes:
    """The ciphertext of what the field held, and of what is asked for."""
    return sealed(data, correction_id, "content", json.dumps([before, value], ensure_ascii=False, default=str))


async def _opened(connection: Connection, cipher: FieldCipher, found: Rows) -> list[Correction]:
    key_ids = {data_key_of(row.content_cipher) for row in found if row.content_cipher}
    keys = await keys_of(connection, cipher, key_ids)
    ids = [row.id for row in found]
    kept = rows.all(Proof, await connection.execute(_PROOFS, {"ids": ids})) if ids else []
    return [_read(row.content_cipher and keys[data_key_of(row.content_cipher)], row, kept) for row in found]


def _read(data: DataCipher | None, row: Row, kept: Collection[Proof]) -> Correction:
    """Without a key that of an erased graduate."""

    def opened(column: str) -> str | None:
        sealed_text = row[f"{column}_cipher"]
        return data.open(f"correction {column}", row.id, 1, sealed_text).decode() if data and sealed_text else None

    before, value = json.loads(opened("content") or "[null, null]")
    plain: Mapping[str, Any] = {name: row[name] for name in _PLAIN}
    its: Sequence[Proof] = [each for each in kept if each.correction_id == row.id]
    return Correction(
        **{**plain, "state": RequestState(row.state)},
        value=as_value(row.field, value),
        before=as_value(row.field, before),
        reason=opened("reason"),
        decision_reason=opened("decision_reason"),
        proofs=its,
    )


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    """Of the college where the graduate is by now, not where it was asked."""
    owners = {name: corrections.c[name] for name in ("school_code", "graduate_id")}
    return seen.condition(Owners(**owners, college_code=_COLLEGE_OF_NOW))


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _ALL.where(corrections.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if lock else query
