"""Putting work into the queue: encrypted before the caller's transaction, stored inside of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.auth import Actor
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork, new_id
from common.identifiers import OperationId
from common.operations import storage

CHUNK = 1024 * 1024
"""Bytes of an upload in one row: few rows, and little memory for the part that is being encrypted."""

UPLOAD = "upload"
REPORT = "error_report"


@dataclass(frozen=True)
class NewOperation:
    """The id of work that is not yet stored, and its upload, encrypted in parts that are bound to id and place."""

    id: OperationId
    parts: Sequence[bytes] = field(default=(), repr=False)


async def prepare(database: Database, upload: bytes = b"", cipher: FieldCipher | None = None) -> NewOperation:
    """Encrypts an upload part by part in a thread, before the act that stores it opens."""
    async with database.reading() as connection:
        operation = OperationId(await new_id(connection))
    if upload and cipher is None:
        raise ValueError("an upload needs a cipher")
    parts = []
    for index, start in enumerate(range(0, len(upload), CHUNK)):
        assert cipher is not None
        part = upload[start : start + CHUNK]
        parts.append(await asyncio.to_thread(cipher.encrypt_blob, UPLOAD, f"{operation}:{index}", part))
    return NewOperation(operation, parts)


async def submit(
    unit: UnitOfWork,
    new: NewOperation,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    school_code: str | None = None,
    asked_by: Actor | None = None,
) -> None:
    """Stores the operation and its upload; a worker takes it after the commit.

    It is the work of who acts, or of `asked_by`, where another person only lets it begin: who asked sees it, and it is
    done in that name. `parameters` are stored in the clear: codes and settings, nothing personal, not even the name of
    the file.
    """
    actor = asked_by or unit.actor
    await storage.insert(unit.connection, new.id, kind, parameters, actor, school_code, unit.correlation_id)
    for index, sealed in enumerate(new.parts):
        await storage.insert_upload_chunk(unit.connection, new.id, index, sealed)
