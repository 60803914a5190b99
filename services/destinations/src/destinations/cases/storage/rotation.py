"""A new key of the ring seals the notes of cases anew, and an erasure empties them."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from destinations.cases.domain import CaseId
from destinations.cases.storage.opening import opened_note, sealed_note

_OTHERS = text(
    f"""
    SELECT case_id, version, note_cipher FROM case_events
     WHERE {by_another_key("note_cipher")}
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

    def anew(row: Row) -> dict[str, object]:
        case_id = CaseId(row.case_id)
        sealed = sealed_note(cipher, case_id, opened_note(cipher, case_id, row.note_cipher) or "")
        return {"case_id": case_id, "version": row.version, "sealed": sealed}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
