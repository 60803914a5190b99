"""A new key of the ring seals rows that came back anew."""

from sqlalchemy import Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Row
from destinations.reconciliations.storage.items import opened_row, sealed_row

_OTHERS = text(
    f"""
    SELECT reconciliation_id, n, theirs_cipher FROM reconciliation_items
     WHERE {by_another_key("theirs_cipher")}
     ORDER BY reconciliation_id, n LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(
    "UPDATE reconciliation_items SET theirs_cipher = :sealed WHERE reconciliation_id = :id AND n = :n"
).bindparams(bindparam("id", type_=Uuid))


async def reseal_items(database: Database, cipher: FieldCipher) -> int:
    """Seals rows by the ring's current key; how many."""

    def anew(row: Row) -> dict[str, object]:
        sealed = sealed_row(cipher, row.reconciliation_id, row.n, opened_row(cipher, row) or {})
        return {"id": row.reconciliation_id, "n": row.n, "sealed": sealed}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
