"""Texts of checks: emptied of who is erased, as are packs, and sealed anew by another key of the ring."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId
from common.operations.files import make_anew
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from destinations.checks.domain.samples import PACKING
from destinations.checks.storage.entries import NOTE
from destinations.checks.storage.samples import NOTE as DECIDED

_ERASE = text(
    """
    UPDATE ledger_entries entry SET note_cipher = NULL
      FROM roster_graduates person
     WHERE entry.graduate_id = ANY(:ids) AND person.graduate_id = entry.graduate_id AND person.erased
       AND entry.note_cipher IS NOT NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_ERASE_DECIDED = text(
    """
    UPDATE sample_decisions decided SET note_cipher = NULL
      FROM sample_items item JOIN roster_graduates person USING (graduate_id)
     WHERE item.graduate_id = ANY(:ids) AND person.erased AND decided.note_cipher IS NOT NULL
       AND (decided.sample_id, decided.n) = (item.sample_id, item.n)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_PACKS = text(
    """
    SELECT work.id FROM operations work
     WHERE work.kind = :kind
       AND EXISTS (SELECT FROM sample_items item JOIN roster_graduates person USING (graduate_id)
                    WHERE item.sample_id = CAST(work.parameters ->> 'sample_id' AS uuid)
                      AND item.graduate_id = ANY(:ids) AND person.erased)
     ORDER BY work.id FOR NO KEY UPDATE
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_IS_OTHER = by_another_key("note_cipher")
_ENTRIES = text(f"SELECT id, note_cipher FROM ledger_entries WHERE {_IS_OTHER} ORDER BY id LIMIT :part FOR UPDATE")
_DECISIONS = text(
    f"""
    SELECT sample_id, n, note_cipher FROM sample_decisions WHERE {_IS_OTHER}
     ORDER BY sample_id, n LIMIT :part FOR UPDATE
    """
)
_SEALED = bindparam("note_cipher", type_=LargeBinary)
_RESEAL_ENTRY = text("UPDATE ledger_entries SET note_cipher = :note_cipher WHERE id = :id").bindparams(_SEALED)
_RESEAL_DECISION = text(
    "UPDATE sample_decisions SET note_cipher = :note_cipher WHERE sample_id = :sample_id AND n = :n"
).bindparams(_SEALED)


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the notes about graduates who are erased by what the roster says, and deletes packs that hold them.

    Their streams are locked.
    """
    ids = list(graduate_ids)
    for statement in (_ERASE, _ERASE_DECIDED):
        await connection.execute(statement, {"ids": ids})
    for pack in await connection.scalars(_PACKS, {"ids": ids, "kind": PACKING}):
        await make_anew(connection, pack)


async def reseal_checks(database: Database, cipher: FieldCipher) -> int:
    """Seals notes by the ring's current key, each part in a transaction of its own; how many were."""

    def of_entry(row: Row) -> dict[str, object]:
        return {
            "id": row.id,
            "note_cipher": cipher.encrypt(NOTE, row.id, cipher.decrypt(NOTE, row.id, row.note_cipher)),
        }

    def of_decision(row: Row) -> dict[str, object]:
        item = f"{row.sample_id}/{row.n}"
        sealed = cipher.encrypt(DECIDED, item, cipher.decrypt(DECIDED, item, row.note_cipher))
        return {"sample_id": row.sample_id, "n": row.n, "note_cipher": sealed}

    entries = await reseal_rows(database, cipher, _ENTRIES, _RESEAL_ENTRY, of_entry)
    return entries + await reseal_rows(database, cipher, _DECISIONS, _RESEAL_DECISION, of_decision)
