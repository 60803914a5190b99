"""A new key of the ring seals the notes of cases anew, and an erasure empties them."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.cases.domain import CaseId
from destinations.cases.storage.opening import opened_note, sealed_note

PART = 1_000

_OTHERS = text(
    """
    SELECT case_id, version, note_cipher FROM case_events
     WHERE substring(note_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY case_id, version LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE case_events SET note_cipher = :sealed WHERE case_id = :case_id AND version = :version")
_ERASE = text("SELECT erase_cases(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties what was said of cases that link erased graduates, and who of these made one; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def reseal_notes(database: Database, cipher: FieldCipher) -> int:
    """Seals notes by the ring's current key; how many it has sealed anew."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    resealed, count = 0, PART
    while count == PART:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [
                {"case_id": row.case_id, "version": row.version, "sealed": sealed_note(cipher, case_id, note)}
                for row in found
                for case_id in [CaseId(row.case_id)]
                if (note := opened_note(cipher, case_id, row.note_cipher)) is not None
            ]
            await unit.connection.execute_many(_RESEAL, anew)
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed
