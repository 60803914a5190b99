"""Keys of the ring that change: data keys are wrapped anew beside writers, keyed indexes only while there are none."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import DataCipher, FieldCipher
from common.database import Database
from common.errors import Message, PermanentError, TransientError
from common.identifiers import SchoolCode
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR
from registry.graduates.storage.keys import BEGINNING_SQL
from registry.graduates.storage.sealing import content_of, indexes, name_index, person_index
from registry.graduates.tables import INDEX_COLUMNS

PART = 2_000
WAIT_SECONDS = 60.0
"""How long to wait for transactions that begin a roster."""

_PAUSE = 0.2
_FIRST = UUID(int=0)

_ALONE = text(f"SELECT pg_try_advisory_xact_lock({BEGINNING_SQL})")
_OTHERS = text(
    """
    SELECT id, wrapped FROM data_keys
     WHERE substring(wrapped FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY id LIMIT :part FOR NO KEY UPDATE
    """
)
_REWRAP = text("UPDATE data_keys SET wrapped = :wrapped WHERE id = :id")

UNDER_THE_RING = {
    "data_keys": ("wrapped",),
    "objects": ("sealed_key",),
    "upload_chunks": ("bytes",),
    "operation_file_parts": ("sealed",),
    "operations": ("report", "error_values_cipher"),
}
"""Tables and columns with ciphertexts of the ring's own keys; all else is under data keys."""

_BEGINS = 'substring("{}" FROM 1 FOR length(CAST(:beginning AS bytea))) = :beginning'

_NEEDING = {
    table: text(f"SELECT count(*) FROM {table} WHERE {' OR '.join(_BEGINS.format(each) for each in columns)}")
    for table, columns in UNDER_THE_RING.items()
}

_CONNECTED = text(
    """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    """
)
# PostgreSQL shows the sessions of its first answer until the transaction ends
_LOOK_AGAIN = text("SELECT pg_stat_clear_snapshot()")
_KEYS = text(
    "SELECT id, school_code, cohort, wrapped FROM data_keys WHERE school_code IS NOT NULL AND wrapped IS NOT NULL"
)
_DOCUMENTS = text(
    f"""
    SELECT id, version, sealed, shared_exam_number_index IS NOT NULL AS is_sharing, {", ".join(CLEAR)} FROM graduates
     WHERE school_code = :school_code AND cohort = :cohort AND id > :after AND erased_at IS NULL ORDER BY id LIMIT :part
    """
)
_INDEXED = (*INDEX_COLUMNS, "shared_exam_number_index", "person_index")
_REINDEX = text(
    f"""
    UPDATE graduates g SET {", ".join(f"{name} = r.{name}" for name in _INDEXED)}
      FROM unnest(CAST(:id AS uuid[]), {", ".join(f"CAST(:{name} AS bytea[])" for name in _INDEXED)})
           AS r (id, {", ".join(_INDEXED)})
     WHERE g.id = r.id
    """
)


class ServiceConnectedError(PermanentError):
    """Processes of the service are connected to the database: stop them first."""

    code = "service_connected"
    title = Message("本服务仍有进程连接数据库：请先全部停止", "Processes of the service are connected: stop them first")


async def rewrap_data_keys(database: Database, cipher: FieldCipher, wait_seconds: float = WAIT_SECONDS) -> int:
    """Wraps every data key by the ring's current key, and rewrites nothing else; how many it has wrapped anew.

    Raises TransientError if a roster that is begun with another key does not come to its end.
    """
    deadline, rewrapped = time.monotonic() + wait_seconds, 0
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    while True:
        async with database.transaction(SYSTEM) as unit:
            is_alone = await unit.connection.scalar(_ALONE)
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [{"id": row.id, "wrapped": cipher.rewrapped(row.id, row.wrapped)} for row in found]
            await unit.connection.execute_many(_REWRAP, anew)
            await unit.commit()
        rewrapped += len(found)
        if not found:
            if is_alone:
                return rewrapped
            if time.monotonic() > deadline:
                raise TransientError
            await asyncio.sleep(_PAUSE)


async def needs_of(database: Database, cipher: FieldCipher, key_id: str) -> Mapping[str, int]:
    """How many rows of which tables a key of the ring is needed for."""
    beginnings = dict.fromkeys(("data_keys", "objects"), cipher.wrapped_by(key_id))
    async with database.reading() as connection:
        counted = {
            table: await connection.scalar(
                query, {"beginning": beginnings.get(table, cipher.encrypted_blobs_by(key_id))}
            )
            for table, query in _NEEDING.items()
        }
    return {table: count for table, count in counted.items() if count}


async def recompute_indexes(database: Database, cipher: FieldCipher) -> int:
    """Computes the keyed indexes of all rosters by the ring's index key, all or none; how many graduates there are.

    Raises ServiceConnectedError, also for a process that has come meanwhile.
    """
    count = 0
    async with database.transaction(SYSTEM) as unit:
        await _require_alone(unit.connection)
        for key in await unit.connection.execute(_KEYS):
            count += await _reindexed(unit.connection, cipher, key)
        await _require_alone(unit.connection)
        await unit.commit()
    return count


async def _require_alone(connection: Connection) -> None:
    await connection.execute(_LOOK_AGAIN)
    if await connection.scalar(_CONNECTED):
        raise ServiceConnectedError


async def _reindexed(connection: Connection, cipher: FieldCipher, key: Row) -> int:
    data, after, count = cipher.data_cipher(key.id, key.wrapped), _FIRST, 0
    bound = {"school_code": key.school_code, "cohort": key.cohort, "part": PART}
    while found := await connection.execute(_DOCUMENTS, {**bound, "after": after}):
        after = found[-1].id
        count += len(found)
        columns = [_indexes(cipher, data, SchoolCode(key.school_code), row) for row in found]
        values = {name: [each[name] for each in columns] for name in _INDEXED}
        await connection.execute(_REINDEX, {"id": [row.id for row in found], **values})
    return count


def _indexes(cipher: FieldCipher, data: DataCipher, school_code: SchoolCode, row: Row) -> Mapping[str, Any]:
    content = content_of(data, row)
    found = dict.fromkeys(INDEX_COLUMNS) | indexes(cipher, school_code, content)
    return {
        **found,
        "shared_exam_number_index": found["exam_number_index"] if row.is_sharing else None,
        "person_index": person_index(cipher, name_index(cipher, school_code, content["name"]), content),
    }
