"""The file that long work makes: stored in encrypted parts while it grows, read part by part while it is sent.

A part is bound to its place in one attempt's file. The operation names the file when it ends, in the same statement:
what an attempt that was killed has written is never answered.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import text

from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.errors import PermanentError
from common.identifiers import OperationId
from common.operations.storage import FORGET_OTHER_PARTS, MINE, RESULT_FILE, Claimed
from common.sql import Connection

PART = 256 * 1024
"""Bytes of a part: what one reader of a file keeps in memory."""

PURPOSE = "operation_file"

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of .xlsx."""

PREFIX = "/v1/operations"
"""Path below which operations are."""

_ADD_PART = text(
    f"""
    INSERT INTO operation_file_parts (file_id, index, operation_id, sealed)
    SELECT CAST(:file_id AS uuid), CAST(:index AS integer), id, CAST(:sealed AS bytea) FROM operations WHERE {MINE}
    """
)
_PART = text("SELECT sealed FROM operation_file_parts WHERE file_id = :file_id AND index = :index")
_MAKE_ANEW = text(
    f"""
    UPDATE operations SET file = NULL, result = result - '{RESULT_FILE}', worker = NULL, lease_until = {NOW_SQL}
     WHERE id = :id
    """
)
_FORGET = text("UPDATE operations SET file = NULL WHERE id = :id")


class FileGoneError(PermanentError):
    """A file was deleted while it was being sent."""

    code = "operation_file_deleted"


@dataclass(frozen=True)
class OperationFile:
    """What is known of a file: `size` in bytes, `parts` in which it is stored."""

    id: UUID
    name: str
    media_type: str
    size: int
    parts: int

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The file of what `to_json` gave."""
        return cls(**{**stored, "id": UUID(stored["id"])})

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "id": str(self.id)}


def file_of(operation: OperationId) -> dict[str, str]:
    """What names the file of an operation in its result, for who asked for the work."""
    return {RESULT_FILE: f"{PREFIX}/{operation}/file"}


def place_of(file_id: UUID, index: int) -> str:
    """What the ciphertext of a part is bound to."""
    return f"{file_id}:{index}"


async def in_parts(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The content cut anew, in parts of one size but for the last."""
    waiting = bytearray()
    async for piece in content:
        waiting += piece
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    if waiting:
        yield bytes(waiting)


async def add_part(connection: Connection, claimed: Claimed, file_id: UUID, index: int, part: bytes) -> bool:
    """Stores a part, already encrypted, of a file that the work makes; False if the hold was lost."""
    values = {**claimed.hold, "file_id": file_id, "index": index, "sealed": part}
    return bool(await connection.affected(_ADD_PART, values))


async def stored_part(connection: Connection, file_id: UUID, index: int) -> bytes | None:
    """A part of a file that work has made; None once it was deleted."""
    found: bytes | None = await connection.scalar(_PART, {"file_id": file_id, "index": index})
    return found


async def forget(connection: Connection, operation: UUID) -> None:
    """Deletes the file that work has made, before the work expires."""
    await connection.execute(_FORGET, {"id": operation})
    await connection.execute(FORGET_OTHER_PARTS, {"id": operation, "file_id": None})


async def make_anew(connection: Connection, operation: UUID) -> None:
    """Deletes the file that work has made, which its result names no more; work that is making it begins again."""
    await connection.execute(_MAKE_ANEW, {"id": operation})
    await connection.execute(FORGET_OTHER_PARTS, {"id": operation, "file_id": None})


async def content_of(database: Database, cipher: FieldCipher, file: OperationFile) -> AsyncIterator[bytes]:
    """The file part by part. Between two parts it holds no connection: who takes them may be slow.

    Raises FileGoneError, UndecryptableError.
    """
    for index in range(file.parts):
        async with database.reading() as connection:
            sealed = await stored_part(connection, file.id, index)
        if sealed is None:
            raise FileGoneError
        yield await asyncio.to_thread(cipher.decrypt_blob, PURPOSE, place_of(file.id, index), sealed)
