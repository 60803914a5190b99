"""Texts of checks: emptied of who is erased, and sealed anew by another key of the ring."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.checks.storage.entries import NOTE

PART = 1_000

_ERASE = text(
    """
    UPDATE ledger_entries entry SET note_cipher = NULL
      FROM roster_graduates person
     WHERE entry.graduate_id = ANY(:ids) AND person.graduate_id = entry.graduate_id AND person.erased
       AND entry.note_cipher IS NOT NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_OTHERS = text(
    """
    SELECT id, note_cipher FROM ledger_entries
     WHERE substring(note_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE ledger_entries SET note_cipher = :note_cipher WHERE id = :id").bindparams(
    bindparam("note_cipher", type_=LargeBinary)
)


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the notes about graduates who are erased by what the roster says; their streams are locked."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def reseal_checks(database: Database, cipher: FieldCipher) -> int:
    """Seals notes by the ring's current key, each part in a transaction of its own; how many were."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    resealed, count = 0, PART
    while count == PART:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [
                {"id": row.id, "note_cipher": cipher.encrypt(NOTE, row.id, cipher.decrypt(NOTE, row.id, row[1]))}
                for row in found
            ]
            await unit.connection.execute_many(_RESEAL, anew)
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed
