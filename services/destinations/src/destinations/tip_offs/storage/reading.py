"""Tip-offs by their receipt, and what a handler reads of them."""

from sqlalchemy import Uuid, bindparam, text

from common import rows
from common.crypto import FieldCipher
from common.errors import NotFound
from common.sql import Connection, Row
from destinations.cases.domain import CaseId
from destinations.tip_offs.domain import Addition, File
from destinations.tip_offs.storage.receiving import CONTACT, TEXT

_ID = bindparam("case_id", type_=Uuid)
_OF_RECEIPT = text("SELECT case_id FROM tip_offs WHERE receipt_hash = :receipt_hash")
_CONTACT = text("SELECT contact_cipher FROM tip_offs WHERE case_id = :case_id").bindparams(_ID)
_MESSAGES = text(
    "SELECT id, text_cipher, recorded_at FROM tip_off_messages WHERE case_id = :case_id ORDER BY id"
).bindparams(_ID)
_COUNT = text("SELECT count(*) FROM tip_off_messages WHERE case_id = :case_id").bindparams(_ID)
_FILES = text("SELECT n, state, media_type, name FROM tip_off_files WHERE case_id = :case_id ORDER BY n").bindparams(
    _ID
)


async def case_of(connection: Connection, receipt_hash: bytes) -> CaseId:
    """The case that a receipt opens; raises NotFound."""
    found = await connection.scalar(_OF_RECEIPT, {"receipt_hash": receipt_hash})
    if found is None:
        raise NotFound
    return CaseId(found)


async def contact_of(connection: Connection, cipher: FieldCipher, case_id: CaseId) -> str | None:
    """How to reach who reported; None where nothing was said, or it was erased. Raises NotFound for no tip-off."""
    found = (await connection.execute(_CONTACT, {"case_id": case_id})).one_or_none()
    if found is None:
        raise NotFound
    sealed = found.contact_cipher
    return None if sealed is None else cipher.decrypt(CONTACT, case_id, sealed)


async def count_messages(connection: Connection, case_id: CaseId) -> int:
    """How often the reporter has said something further."""
    return int(await connection.scalar(_COUNT, {"case_id": case_id}))


async def messages_of(connection: Connection, cipher: FieldCipher, case_id: CaseId) -> list[Addition]:
    """What the reporter has said further, in its order."""
    found = await connection.execute(_MESSAGES, {"case_id": case_id})

    def opened(row: Row) -> str | None:
        return None if row.text_cipher is None else cipher.decrypt(TEXT, row.id, row.text_cipher)

    return rows.all(Addition, found, text=opened)


async def files_of(connection: Connection, case_id: CaseId) -> list[File]:
    """The files of a tip-off."""
    return rows.all(File, await connection.execute(_FILES, {"case_id": case_id}))


async def file_of(connection: Connection, case_id: CaseId, n: int) -> File:
    """One of them; raises NotFound."""
    found = next((each for each in await files_of(connection, case_id) if each.n == n), None)
    if found is None:
        raise NotFound
    return found
