"""Erasures in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.identifiers import GraduateId
from common.sql import Connection, Row, Rows
from registry.erasures.domain import Erasure, ErasureId, ErasureState, Ground
from registry.erasures.tables import erasures
from registry.graduates.storage.keys import keys_of, text_of

_PLAIN = tuple(each.name for each in fields(Erasure) if each.name in erasures.c)
_ALL = select(*(erasures.c[name] for name in (*_PLAIN, "reason_cipher", "decision_reason_cipher")))
# two unique indexes say which erasures of a graduate stand beside each other
_ADD = upsert(erasures).on_conflict_do_nothing().returning(erasures.c.id)
# sorted, in the order in which the entries are locked
_ADD_ALL = text(
    """
    INSERT INTO erasures (school_code, cohort, college_code, graduate_id, ground, requested_by, requested_by_role,
                          due_on)
    SELECT school_code, cohort, college_code, id, :ground, :requested_by, :requested_by_role, CAST(:due_on AS date)
      FROM graduates WHERE id = ANY(CAST(:graduate_ids AS uuid[])) ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING id, school_code
    """
)
_DUE = text(
    f"""
    SELECT id FROM erasures e
     WHERE state = 'approved'
       AND (erase_on <= {TODAY_SQL}
            OR EXISTS (SELECT FROM graduates g WHERE g.id = e.graduate_id AND g.erased_at IS NOT NULL))
     ORDER BY erase_on, id LIMIT :limit
    """
)
_IS_APPROVED = text("SELECT EXISTS (SELECT FROM erasures WHERE graduate_id = :graduate_id AND state = 'approved')")
_END_APPROVED = text(
    f"""
    UPDATE erasures SET state = 'erased', erase_on = LEAST(erase_on, {TODAY_SQL}), version = version + 1
     WHERE graduate_id = :graduate_id AND state = 'approved'
    RETURNING id
    """
)


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, erasure_id: ErasureId, *, lock: bool = False
) -> Erasure | None:
    """One erasure in scope, locked until the end of the transaction if `lock`."""
    found = await connection.execute(_one(scope.shape, lock=lock), {**scope.values, "id": erasure_id})
    opened = await _opened(connection, cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[Erasure]:
    """Erasures in scope in the order in which they were asked."""
    query = page_of_requests(_ALL, erasures, _visible, scope, filters, after, limit)
    return await _opened(connection, cipher, await connection.execute(*query))


async def add(connection: Connection, values: Mapping[str, object]) -> bool:
    """Stores a new erasure; False where another one of the graduate stands in its way."""
    return await connection.scalar(_ADD, values) is not None


async def add_all(
    connection: Connection, graduate_ids: Collection[GraduateId], values: Mapping[str, object]
) -> Sequence[Row]:
    """Stores the same erasure of each of these graduates unless one stands in its way; gives ids and schools."""
    return await connection.execute(_ADD_ALL, {**values, "graduate_ids": list(graduate_ids)})


async def due(connection: Connection, limit: int) -> list[ErasureId]:
    """Approved erasures whose day has come or whose graduate is erased already, the longest due first."""
    return [ErasureId(each) for each in await connection.scalars(_DUE, {"limit": limit})]


async def is_approved(connection: Connection, graduate_id: GraduateId) -> bool:
    """True while an approved erasure of the graduate waits to be done."""
    return bool(await connection.scalar(_IS_APPROVED, {"graduate_id": graduate_id}))


async def end_approved(connection: Connection, graduate_id: GraduateId) -> list[ErasureId]:
    """Lets every approved erasure of a locked graduate be done by today; gives these."""
    done = await connection.scalars(_END_APPROVED, {"graduate_id": graduate_id})
    return [ErasureId(each) for each in done]


def sealed(data: DataCipher, erasure_id: ErasureId, column: str, content: str) -> bytes:
    """The ciphertext of a text of an erasure, under the data key of its roster."""
    return data.seal(f"erasure {column}", erasure_id, 1, content.encode())


async def _opened(connection: Connection, cipher: FieldCipher, found: Rows) -> list[Erasure]:
    ciphers = [text for row in found for text in (row.reason_cipher, row.decision_reason_cipher) if text]
    keys = await keys_of(connection, cipher, {data_key_of(each) for each in ciphers})
    return [
        Erasure(
            **{name: row[name] for name in _PLAIN} | {"state": ErasureState(row.state), "ground": Ground(row.ground)},
            reason=text_of(keys, "erasure reason", row.id, 1, row.reason_cipher),
            decision_reason=text_of(keys, "erasure decision_reason", row.id, 1, row.decision_reason_cipher),
        )
        for row in found
    ]


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=erasures.c.school_code, graduate_id=erasures.c.graduate_id))


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _ALL.where(erasures.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if lock else query
