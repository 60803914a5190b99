"""Exports in SQL: how many entries there are, and the requests for clear ones."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select, text

from common.approvals.domain import RequestState
from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.operations import files
from common.sql import Connection, Row, Rows
from registry.exports.domain.clear import FILE_HOURS, KIND, ClearExport, ClearExportId
from registry.exports.domain.plan import ExportPlan
from registry.exports.tables import clear_exports
from registry.graduates.storage.findings import asked_of, breaks
from registry.graduates.storage.keys import keys_of, text_of
from registry.graduates.storage.roster import FILTERED
from registry.graduates.tables import graduates

PART = 1000
"""Files that one transaction deletes."""

_ALL = select(clear_exports)
_PLAIN = tuple(
    each.name for each in fields(ClearExport) if each.name not in {"plan", "reason", "decision_reason", "state"}
)
_ADD = insert(clear_exports)
_KEEP_MADE = text(
    f"""
    UPDATE clear_exports SET people = :people, file_until = {NOW_SQL} + interval '{FILE_HOURS} hours'
     WHERE id = :id
    """
)
# among those in the file
_HAS = f"""
    EXISTS (SELECT FROM graduates g JOIN accesses a ON a.graduate_id = g.id
             WHERE g.school_code = clear_exports.school_code AND g.cohort = clear_exports.cohort
               AND a.occasion_id = clear_exports.id AND a.kind = '{KIND}' AND
"""
_TAKE = text(
    f"""
    UPDATE clear_exports SET fetched_at = {NOW_SQL}
     WHERE id = :id AND fetched_at IS NULL AND deleted_at IS NULL AND file_until > {NOW_SQL}
       AND NOT {_HAS} g.restricted)
    RETURNING operation_id
    """
)
_GIVE_BACK = text("UPDATE clear_exports SET fetched_at = NULL WHERE id = :id AND deleted_at IS NULL")
_DELETED = text(f"UPDATE clear_exports SET deleted_at = {NOW_SQL} WHERE id = :id AND deleted_at IS NULL")
_OVERDUE = text(
    f"""
    SELECT id, operation_id FROM clear_exports
     WHERE file_until IS NOT NULL AND deleted_at IS NULL
       AND (file_until <= {NOW_SQL} OR {_HAS} g.erased_at IS NOT NULL))
     ORDER BY id LIMIT {PART} FOR UPDATE SKIP LOCKED
    """
)


async def count(connection: Connection, scope: RowScope, plan: ExportPlan) -> int:
    """How many entries an export has."""
    given = {name: value for name, value in vars(plan.of_list).items() if value is not None}
    bound = {**scope.values, **asked_of(plan.school_code, plan.cohort), **given}
    found: int = await connection.scalar(_counted(scope.shape, tuple(given), plan.rule), bound)
    return found


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, export_id: ClearExportId, *, lock: bool = False
) -> ClearExport | None:
    """One clear export in scope, locked until the end of the transaction if `lock`."""
    found = await connection.execute(_one(scope.shape, lock=lock), {**scope.values, "id": export_id})
    opened = await _opened(connection, cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[ClearExport]:
    """Clear exports in scope in the order in which they were asked for."""
    query = page_of_requests(_ALL, clear_exports, _visible, scope, filters, after, limit)
    return await _opened(connection, cipher, await connection.execute(*query))


async def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Stores a new request."""
    await connection.execute(_ADD, values)


async def keep_made(connection: Connection, export_id: ClearExportId, people: int) -> None:
    """Notes that the file was made, with the entries of so many people; the hours begin in which it is there."""
    await connection.execute(_KEEP_MADE, {"id": export_id, "people": people})


async def take(connection: Connection, export_id: ClearExportId) -> UUID | None:
    """Lets who asks fetch the file, and no one after: the operation that has it.

    None if it is not there any more, or has a graduate who is restricted by now.
    """
    found: UUID | None = await connection.scalar(_TAKE, {"id": export_id})
    return found


async def give_back(connection: Connection, export_id: ClearExportId) -> None:
    """Lets the file be fetched again, which was not sent whole."""
    await connection.execute(_GIVE_BACK, {"id": export_id})


async def delete_file(connection: Connection, export_id: ClearExportId, operation_id: UUID) -> None:
    """Deletes the file."""
    await connection.execute(_DELETED, {"id": export_id})
    await files.forget(connection, operation_id)


async def delete_overdue(connection: Connection) -> int:
    """Deletes files whose hours are over, or that have an erased person, some at a time; how many it has deleted."""
    overdue: Sequence[Row] = await connection.execute(_OVERDUE)
    for row in overdue:
        await delete_file(connection, row.id, row.operation_id)
    return len(overdue)


def sealed(data: DataCipher, export_id: ClearExportId, column: str, reason: str) -> bytes:
    """The ciphertext of a text of a request, under the data key of its roster."""
    return data.seal(column, export_id, 1, reason.encode())


async def _opened(connection: Connection, cipher: FieldCipher, found: Rows) -> list[ClearExport]:
    keys = await keys_of(connection, cipher, {data_key_of(row.reason_cipher) for row in found})
    return [
        ClearExport(
            **{name: row[name] for name in _PLAIN},
            reason=text_of(keys, "reason", row.id, 1, row.reason_cipher),
            decision_reason=text_of(keys, "decision_reason", row.id, 1, row.decision_reason_cipher),
            state=RequestState(row.state),
            plan=ExportPlan.of(dict(row)),
        )
        for row in found
    ]


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=clear_exports.c.school_code))


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _ALL.where(clear_exports.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if lock else query


@lru_cache
def _counted(seen: ScopeShape, filtered: tuple[str, ...], rule: str | None) -> Select[Any]:
    visible = seen.condition(Owners(school_code=graduates.c.school_code, college_code=graduates.c.college_code))
    equal = [FILTERED[name] == bindparam(name) for name in filtered]
    narrowed = equal if rule is None else [*equal, breaks(rule)]
    return select(func.count()).select_from(graduates).where(visible, *narrowed)
