"""A new key of the ring seals rows that came back anew."""

from sqlalchemy import Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from destinations.reconciliations.storage.items import opened_row, sealed_row

PART = 1_000

_OTHERS = text(
    """
    SELECT reconciliation_id, n, theirs_cipher FROM reconciliation_items
     WHERE substring(theirs_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY reconciliation_id, n LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(
    "UPDATE reconciliation_items SET theirs_cipher = :sealed WHERE reconciliation_id = :id AND n = :n"
).bindparams(bindparam("id", type_=Uuid))


async def reseal_rows(database: Database, cipher: FieldCipher) -> int:
    """Seals rows by the ring's current key; how many."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    resealed, count = 0, PART
    while count == PART:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [
                {
                    "id": row.reconciliation_id,
                    "n": row.n,
                    "sealed": sealed_row(cipher, row.reconciliation_id, row.n, opened_row(cipher, row) or {}),
                }
                for row in found
            ]
            await unit.connection.execute_many(_RESEAL, anew)
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed
