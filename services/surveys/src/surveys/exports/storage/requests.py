"""Exports as they are asked for, decided and fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Select, Text, Uuid, bindparam, insert, select, text

from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode
from common.operations import files
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row, Rows
from surveys.exports.domain.plan import ACCESS, FILE_HOURS, Export, ExportId, ExportPlan, ExportState
from surveys.exports.storage.answers import STANDS
from surveys.exports.tables import exports

PART = 100
"""Files that one transaction looks at."""

REASON_FIELD = "exports.reason"
DECISION_FIELD = "exports.decision_reason"

DAYS = 7
"""In which a file without the persons can be fetched; it goes with the work that has made it."""

_ALL = select(exports)
_TOLD = {"plan", "reason", "decision_reason", "state", "versions"}
_PLAIN = tuple(each.name for each in fields(Export) if each.name not in _TOLD)
_ADD = insert(exports)
_KEEP_MADE = text(
    f"""
    UPDATE exports SET rows = :rows, versions = CAST(:versions AS int[]), stands = CAST(:stands AS numeric),
           file_until = {NOW_SQL} + CASE WHEN identified THEN interval '{FILE_HOURS} hours'
                                         ELSE interval '{DAYS} days' END
     WHERE id = :id
    """
)
_IS_THERE = f"deleted_at IS NULL AND file_until > {NOW_SQL}"
_STANDS = f"stands = ({STANDS.format(wave='exports.wave_id')})"
_TAKE = text(
    f"""
    UPDATE exports SET fetched_at = {NOW_SQL}
     WHERE id = :id AND identified AND fetched_at IS NULL AND {_IS_THERE} AND {_STANDS}
    RETURNING operation_id
    """
)
_HAS_FILE = text(f"SELECT operation_id FROM exports WHERE id = :id AND NOT identified AND {_IS_THERE} AND {_STANDS}")
_GIVE_BACK = text("UPDATE exports SET fetched_at = NULL WHERE id = :id AND deleted_at IS NULL")
_DELETED = text(f"UPDATE exports SET deleted_at = {NOW_SQL} WHERE id = :id AND deleted_at IS NULL")
_OVERDUE = text(
    f"""
    SELECT id, operation_id FROM exports
     WHERE file_until IS NOT NULL AND deleted_at IS NULL AND (file_until <= {NOW_SQL} OR NOT {_STANDS})
     ORDER BY id LIMIT {PART} FOR UPDATE SKIP LOCKED
    """
)
# those whose work has not expired
_FILES = text(
    f"""
    SELECT exports.id, exports.deleted_at, exports.identified, exports.rows,
           coalesce(CAST(operations.file ->> 'parts' AS int), 0) AS named,
           (SELECT count(*) FROM operation_file_parts WHERE operation_id = operations.id) AS parts,
           (SELECT count(*) FROM accesses WHERE occasion_id = exports.id AND kind = '{ACCESS}') AS accesses
      FROM exports JOIN operations ON operations.id = exports.operation_id
     WHERE exports.rows IS NOT NULL AND operations.state = 'succeeded'
       AND (CAST(:school AS text) IS NULL OR exports.school_code = :school)
     ORDER BY exports.id
    """
).bindparams(bindparam("school", type_=Text))
_OTHERS = text(
    f"""
    SELECT id, reason_cipher, decision_reason_cipher FROM exports
     WHERE {by_another_key("reason_cipher")} OR {by_another_key("decision_reason_cipher")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text(
    "UPDATE exports SET reason_cipher = :reason, decision_reason_cipher = :decided WHERE id = :id"
).bindparams(
    bindparam("reason", type_=LargeBinary), bindparam("decided", type_=LargeBinary), bindparam("id", type_=Uuid)
)


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, export_id: ExportId, *, lock: bool = False
) -> Export | None:
    """One export in scope, locked until the end of the transaction if `lock`."""
    found = await connection.execute(_one(scope.shape, lock=lock), {**scope.values, "id": export_id})
    opened = _opened(cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[Export]:
    """Exports in scope in the order in which they were asked for."""
    query = page_of_requests(_ALL, exports, _visible, scope, filters, after, limit)
    return _opened(cipher, await connection.execute(*query))


async def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Stores a new export."""
    await connection.execute(_ADD, values)


async def keep_made(
    connection: Connection, export_id: ExportId, rows: int, versions: Sequence[int], stands: Decimal
) -> None:
    """Notes that the file was made; the hours or days begin in which it is there."""
    made = {"id": export_id, "rows": rows, "versions": list(versions), "stands": stands}
    await connection.execute(_KEEP_MADE, made)


async def take(connection: Connection, export: Export) -> UUID | None:
    """The operation that has the file, None if it is not there any more.

    Of one with the persons, which no one else can fetch from then on.
    """
    statement = _TAKE if export.plan.identified else _HAS_FILE
    found: UUID | None = await connection.scalar(statement, {"id": export.id})
    return found


async def give_back(connection: Connection, export_id: ExportId) -> None:
    """Lets the file be fetched again, which was not sent whole."""
    await connection.execute(_GIVE_BACK, {"id": export_id})


async def delete_file(connection: Connection, export_id: UUID, operation_id: UUID) -> None:
    """Deletes the file."""
    await connection.execute(_DELETED, {"id": export_id})
    await files.forget(connection, operation_id)


async def delete_overdue(connection: Connection) -> int:
    """Deletes files that are over, or have an answer that does not stand any more; how many, some at a time."""
    overdue: Sequence[Row] = await connection.execute(_OVERDUE)
    for row in overdue:
        await delete_file(connection, row.id, row.operation_id)
    return len(overdue)


def sealed(cipher: FieldCipher, field: str, export_id: UUID, reason: str) -> bytes:
    """The ciphertext of a reason."""
    return cipher.encrypt(field, export_id, reason)


async def files_kept(connection: Connection, school: SchoolCode | None) -> list[tuple[UUID, bool]]:
    """Of each export whether its file, or what is noted of it, is wrong.

    A file is whole while it may be fetched, and gone once it was; accesses are to persons alone.
    """
    found = []
    for row in await connection.execute(_FILES, {"school": school}):
        is_whole = row.parts == row.named if row.deleted_at is None else not row.parts
        is_noted = row.accesses <= row.rows if row.identified else not row.accesses
        found.append((row.id, not (is_whole and is_noted)))
    return found


async def reseal_reasons(database: Database, cipher: FieldCipher) -> int:
    """Seals reasons by the ring's current key; of how many exports."""

    def anew(row: Row) -> dict[str, object]:
        reason, decided = _read(cipher, row)
        return {
            "id": row.id,
            "reason": None if reason is None else sealed(cipher, REASON_FIELD, row.id, reason),
            "decided": None if decided is None else sealed(cipher, DECISION_FIELD, row.id, decided),
        }

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


def _read(cipher: FieldCipher, row: Row) -> tuple[str | None, str | None]:
    reason, decided = row.reason_cipher, row.decision_reason_cipher
    return (
        None if reason is None else cipher.decrypt(REASON_FIELD, row.id, reason),
        None if decided is None else cipher.decrypt(DECISION_FIELD, row.id, decided),
    )


def _opened(cipher: FieldCipher, found: Rows) -> list[Export]:
    opened = []
    for row in found:
        reason, decided = _read(cipher, row)
        values: Literal["coded", "labelled"] = "labelled" if row.labelled else "coded"
        opened.append(
            Export(
                **{name: row[name] for name in _PLAIN},
                reason=reason,
                decision_reason=decided,
                state=ExportState(row.state),
                plan=ExportPlan(row.format, values, row.language, row.identified, row.weighting_id),
                versions=None if row.versions is None else tuple(row.versions),
            )
        )
    return opened


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=exports.c.school_code, college_code=exports.c.college_code))


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _ALL.where(exports.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if lock else query
