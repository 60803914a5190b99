"""Putting work into the queue, inside the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import OperationId
from common.operations import storage

CHUNK = 1024 * 1024
"""Bytes of an upload in one row: large enough for few rows, small enough to encrypt without a pause."""

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
    """Stores the operation and its encrypted upload; a worker takes it after the commit.

    `parameters` are stored in the clear: codes and settings, nothing personal, not even the file's name.
    """
    operation = await storage.insert(unit.connection, kind, parameters, unit.actor, school_code, unit.correlation_id)
    if upload is not None:
        if cipher is None:
            raise ValueError("an upload needs a cipher")
        await storage.insert_chunks(unit.connection, operation, sealed(cipher, operation, upload))
    return operation


def sealed(cipher: FieldCipher, operation: OperationId, upload: bytes) -> list[bytes]:
    """The upload in encrypted parts, each bound to its operation and its place."""
    parts = [upload[start : start + CHUNK] for start in range(0, len(upload), CHUNK)]
    return [cipher.encrypt_blob(UPLOAD, f"{operation}:{index}", part) for index, part in enumerate(parts)]


def opened(cipher: FieldCipher, operation: OperationId, chunks: list[bytes]) -> bytes:
    """The upload again."""
    return b"".join(cipher.decrypt_blob(UPLOAD, f"{operation}:{index}", chunk) for index, chunk in enumerate(chunks))
