"""Population changes in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from common.approvals.domain import RequestState
from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.database import UnitOfWork
from common.identifiers import GraduateId, OperationId
from common.sql import Connection, Row, Rows
from registry.graduates.storage.keys import key_of_service, keys_of, text_of
from registry.population_changes.domain import Change, ChangeId, Document, FileTexts, PopulationChange
from registry.population_changes.tables import population_change_files
from registry.population_changes.tables import population_change_graduates as named
from registry.population_changes.tables import population_changes as changes


def _gathered(column: Any) -> Any:
    """A column of the graduates whom a change names, in the order asked."""
    in_order = func.array_agg(aggregate_order_by(column, named.c.place))
    return select(in_order).where(named.c.change_id == changes.c.id, named.c.is_named).scalar_subquery()


_PLAIN = tuple(field.name for field in fields(PopulationChange) if field.name in changes.c)
_ALL = select(
    *(changes.c[name] for name in _PLAIN),
    *(changes.c[name] for name in ("reason_cipher", "decision_reason_cipher", "document_number_cipher")),
    changes.c.document_issued_on,
    _gathered(named.c.graduate_id).label("graduate_ids"),
    _gathered(named.c.status).label("statuses"),
)
_ITS = named.alias("its")
_NAMING = (
    _ALL.join_from(changes, _ITS, _ITS.c.change_id == changes.c.id)
    .where(_ITS.c.graduate_id == bindparam("graduate_id", type_=Uuid), _ITS.c.is_named)
    .order_by(changes.c.id)
)
_ADD = insert(changes)
_ADD_FILE = insert(population_change_files)
_FILE = select(population_change_files).where(population_change_files.c.operation_id == bindparam("operation_id"))
# sorted, so that two changes which name the same graduates never wait in a circle
_NAME = text(
    """
    INSERT INTO population_change_graduates AS stored (change_id, graduate_id, place, status)
    SELECT :change_id, asked.graduate_id, asked.place, asked.status
      FROM unnest(CAST(:graduate_ids AS uuid[]), CAST(:statuses AS text[])) WITH ORDINALITY
           AS asked (graduate_id, status, place)
     ORDER BY asked.graduate_id
    ON CONFLICT (graduate_id) WHERE is_open DO NOTHING
    RETURNING graduate_id
    """
).bindparams(bindparam("change_id", type_=Uuid()))
_OPEN_OF = select(named.c.graduate_id).where(
    named.c.graduate_id == any_(bindparam("graduate_ids", type_=ARRAY(Uuid))), named.c.is_open
)
_KEEP = text(
    """
    UPDATE population_change_graduates SET is_open = false, is_named = false
     WHERE change_id = :change_id AND is_named AND graduate_id <> ALL(CAST(:graduate_ids AS uuid[]))
    """
).bindparams(bindparam("change_id", type_=Uuid()))
_CLOSE = text(
    "UPDATE population_change_graduates SET is_open = false WHERE change_id = :change_id AND is_open"
).bindparams(bindparam("change_id", type_=Uuid()))


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, change_id: ChangeId, *, lock: bool = False
) -> PopulationChange | None:
    """One change in scope, locked until the end of the transaction if `lock`."""
    bound = {**scope.values, "id": change_id}
    if lock:
        # by itself: what was read together with the wait would be the graduates of before
        await connection.execute(_locked(scope.shape), bound)
    found = await _opened(connection, cipher, await connection.execute(_one(scope.shape), bound))
    return found[0] if found else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[PopulationChange]:
    """Changes in scope in the order in which they were asked."""
    query = page_of_requests(_ALL, changes, _visible, scope, filters, after, limit)
    return await _opened(connection, cipher, await connection.execute(*query))


async def naming(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[PopulationChange]:
    """The changes that name a graduate, in the order in which they were asked."""
    return await _opened(connection, cipher, await connection.execute(_NAMING, {"graduate_id": graduate_id}))


async def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Stores a new change, which names no graduate yet."""
    await connection.execute(_ADD, values)


async def name_graduates(
    connection: Connection, change_id: ChangeId, graduate_ids: Sequence[GraduateId], statuses: Sequence[str]
) -> set[GraduateId]:
    """Names graduates, each with the status of now; gives back those whom no open change named before."""
    bound = {"change_id": change_id, "graduate_ids": list(graduate_ids), "statuses": list(statuses)}
    return {GraduateId(each) for each in await connection.scalars(_NAME, bound)}


async def held(connection: Connection, graduate_ids: Collection[GraduateId]) -> set[GraduateId]:
    """Those of the graduates whom an open change names."""
    found = await connection.scalars(_OPEN_OF, {"graduate_ids": list(graduate_ids)})
    return {GraduateId(each) for each in found}


async def keep_only(connection: Connection, change_id: ChangeId, graduate_ids: Collection[GraduateId]) -> None:
    """Lets a locked change name these of its graduates only; the others are free for another one."""
    await connection.execute(_KEEP, {"change_id": change_id, "graduate_ids": list(graduate_ids)})


async def close(connection: Connection, change_id: ChangeId) -> None:
    """Frees the graduates of a locked change that ends."""
    await connection.execute(_CLOSE, {"change_id": change_id})


async def keep_texts(unit: UnitOfWork, operation_id: OperationId, *, cipher: FieldCipher, texts: FileTexts) -> None:
    """Stores what was written about the change that a file asks for."""
    data = await key_of_service(unit.connection, cipher)
    sealed_texts = {
        f"{name}_cipher": None if text is None else data.seal(name, operation_id, 1, text.encode())
        for name, text in vars(texts).items()
    }
    await unit.connection.execute(_ADD_FILE, {"operation_id": operation_id, **sealed_texts})


async def texts_of(connection: Connection, cipher: FieldCipher, operation_id: OperationId) -> FileTexts:
    """What was written about the change that the file of an operation asks for."""
    row = (await connection.execute(_FILE, {"operation_id": operation_id})).one()
    key_id = data_key_of(row.reason_cipher)
    data = (await keys_of(connection, cipher, {key_id}))[key_id]
    number = row.document_number_cipher
    return FileTexts(
        data.open("reason", operation_id, 1, row.reason_cipher).decode(),
        None if number is None else data.open("document_number", operation_id, 1, number).decode(),
    )


def sealed(data: DataCipher, change_id: ChangeId, column: str, text: str) -> bytes:
    """The ciphertext of a text of a change, under the data key of its roster."""
    return data.seal(column, change_id, 1, text.encode())


async def _opened(connection: Connection, cipher: FieldCipher, found: Rows) -> list[PopulationChange]:
    keys = await keys_of(connection, cipher, {data_key_of(row.reason_cipher) for row in found})
    return [_read(keys, row) for row in found]


def _read(keys: Mapping[UUID, DataCipher], row: Row) -> PopulationChange:
    def opened(column: str) -> str | None:
        return text_of(keys, column, row.id, 1, row[f"{column}_cipher"])

    number, plain = opened("document_number"), {name: row[name] for name in _PLAIN}
    return PopulationChange(
        **{**plain, "state": RequestState(row.state), "change": Change(row.change)},
        reason=opened("reason"),
        decision_reason=opened("decision_reason"),
        document=None if number is None else Document(number, row.document_issued_on),
        graduate_ids=row.graduate_ids,
        statuses=row.statuses,
    )


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    """One without a college is the school's."""
    return seen.condition(Owners(school_code=changes.c.school_code, college_code=changes.c.college_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(changes.c.id == bindparam("id"), _visible(seen))


@lru_cache
def _locked(seen: ScopeShape) -> Select[Any]:
    return select(changes.c.id).where(changes.c.id == bindparam("id"), _visible(seen)).with_for_update()
