"""Putting work into the queue, inside the caller's transaction."""

import asyncio
from collections.abc import Mapping
from typing import Any

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import OperationId
from common.operations import storage

CHUNK = 1024 * 1024
"""Bytes of an upload in one row: few rows, and little memory for the part that is being encrypted."""

UPLOAD = "upload"
REPORT = "error_report"


async def submit(
    unit: UnitOfWork,
    kind: str,
    parameters: Mapping[str, Any],
    upload: bytes | None = None,
    *,
    cipher: FieldCipher | None = None,
    school_code: str | None = None,
) -> OperationId:
    """Stores the operation and its upload, encrypted part by part in a thread; a worker takes it after the commit.

    Each part is bound to its operation and its place. `parameters` are stored in the clear: codes and settings, nothing
    personal, not even the file's name.
    """
    operation = await storage.insert(unit.connection, kind, parameters, unit.actor, school_code, unit.correlation_id)
    for index, start in enumerate(range(0, len(upload or b""), CHUNK)):
        assert upload is not None
        if cipher is None:
            raise ValueError("an upload needs a cipher")
        part = upload[start : start + CHUNK]
        sealed = await asyncio.to_thread(cipher.encrypt_blob, UPLOAD, f"{operation}:{index}", part)
        await storage.insert_upload_chunk(unit.connection, operation, index, sealed)
    return operation
