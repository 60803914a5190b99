"""SQL about reveals."""

from uuid import UUID

from sqlalchemy import insert, text

from common.clock import TODAY_SQL
from common.crypto import FieldCipher
from common.database import new_id
from common.sql import Connection
from registry.graduates.storage.keys import key_of_service
from registry.reveals.domain import DAILY_LIMIT, Asked
from registry.reveals.tables import reveals

NOTE = "note"

_KEEP = insert(reveals)
# of two reveals at once the second waits here for the first: each sees the sum of all before it
_COUNT = text(
    f"""
    INSERT INTO reveal_days AS before (subject, day, people) VALUES (:subject, {TODAY_SQL}, :people)
    ON CONFLICT (subject, day) DO UPDATE SET people = before.people + excluded.people
     WHERE before.people + excluded.people <= :daily_limit
    RETURNING before.people
    """
)


async def count(connection: Connection, subject: str, people: int) -> bool:
    """Adds to what the subject has opened today; False, and nothing added, where it would be over the limit.

    The subject's row of the day stays locked until the end of the transaction.
    """
    values = {"subject": subject, "people": people, "daily_limit": DAILY_LIMIT}
    return await connection.scalar(_COUNT, values) is not None


async def keep(connection: Connection, cipher: FieldCipher, asked: Asked, people: int) -> UUID:
    """Stores that people are opened, with the note as a ciphertext; gives the id of the reveal.

    Where none is, there is no access by which an erasure would find the note: it is not kept.
    """
    reveal_id = await new_id(connection)
    kept = asked.note if people else None
    note = kept and (await key_of_service(connection, cipher)).seal(NOTE, reveal_id, 1, kept.encode())
    values = {"id": reveal_id, "purpose": asked.purpose, "people": people, "note_cipher": note}
    await connection.execute(_KEEP, values)
    return reveal_id
