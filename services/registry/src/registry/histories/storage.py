"""The versions of an entry in SQL: the superseded ones, and the newest from the roster."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Subquery,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from common import rows
from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.entry import CLEAR
from registry.graduates.storage.keys import openers
from registry.graduates.storage.sealing import codes_of, content_of
from registry.graduates.storage.sources import opened_names
from registry.graduates.tables import graduate_versions, graduates, import_sources
from registry.histories.domain import STATED, Provenance, Version, in_order, named_by

_TABLES = ((graduate_versions, graduate_versions.c.graduate_id), (graduates, graduates.c.id))
_ORIGIN = ("source", "version", "recorded_at", "role", "operation_id")
_COLUMNS = sorted({*STATED, *CLEAR, "sealed"})


async def page(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId, *, after: int | None, limit: int
) -> list[Version]:
    """Versions of a graduate, oldest first. Each document is opened once, that of the version before the page, too."""
    bound = {"id": graduate_id, "from": after or 0, "limit": limit + 1}
    found = await connection.execute(_HISTORY, bound)
    keys = await openers(connection, cipher, found)
    contents = [{}, *(content_of(key, row) if key else codes_of(row) for key, row in zip(keys, found, strict=True))]
    versions = [Version.of(row, *two) for row, *two in zip(found, contents, contents[1:], strict=False)]
    return versions[:limit] if after is None else versions[1:]


async def provenance(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Provenance]:
    """Where the value of each field that was ever filled comes from, in the order of the contract.

    Of an erased entry the codes alone are left.
    """
    found = await connection.execute(_PROVENANCE, {"id": graduate_id})
    sealed = {row.operation_id: row.name_cipher for row in found if row.name_cipher}
    names = await opened_names(connection, cipher, sealed)
    return in_order(named_by(each, names) for each in rows.all(Provenance, found))


def _versions(of: Callable[[FromClause], Sequence[ColumnElement[Any]]]) -> Subquery:
    """These columns of all versions of a graduate, of the newest from the roster."""
    return union_all(
        *(select(key.label("id"), *of(table)).where(key == bindparam("id")) for table, key in _TABLES)
    ).subquery()


_STATED = _versions(lambda table: [table.c[name] for name in _COLUMNS])
_HISTORY = (
    select(_STATED)
    .where(_STATED.c.version >= bindparam("from", type_=Integer))
    .order_by(_STATED.c.version)
    .limit(bindparam("limit", type_=Integer))
)
_CHANGED = _versions(
    lambda table: [func.unnest(table.c.changed_fields).label("field"), *(table.c[name] for name in _ORIGIN)]
)
_IS_ERASED = exists().where(graduates.c.id == bindparam("id"), graduates.c.erased_at.is_not(None))
_IS_LEFT = _CHANGED.c.field.in_([literal_column(f"'{each}'") for each in CLEAR])
_PROVENANCE = (
    select(_CHANGED, import_sources.c.name_cipher)
    .select_from(_CHANGED.outerjoin(import_sources, import_sources.c.operation_id == _CHANGED.c.operation_id))
    .where(or_(_IS_LEFT, ~_IS_ERASED))
    .ext(distinct_on(_CHANGED.c.field))
    .order_by(_CHANGED.c.field, _CHANGED.c.version.desc())
)
