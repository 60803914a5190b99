"""A new key of the ring seals the reasons of revisions anew."""

from sqlalchemy import Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Row
from indicators.snapshots.storage.asking import DECISION_REASON, REASON

_SEALED = {"reason_cipher": REASON, "decision_reason_cipher": DECISION_REASON}
_OTHERS = text(
    f"""
    SELECT id, reason_cipher, decision_reason_cipher FROM snapshots
     WHERE {by_another_key("reason_cipher")} OR {by_another_key("decision_reason_cipher")}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(
    "UPDATE snapshots SET reason_cipher = :reason_cipher, decision_reason_cipher = :decision_reason_cipher"
    " WHERE id = :id"
).bindparams(bindparam("id", type_=Uuid()))


async def reseal_reasons(database: Database, cipher: FieldCipher) -> int:
    """Seals why snapshots were revised, and why revisions were refused, by the ring's current key; how many."""

    def anew(row: Row) -> dict[str, object]:
        sealed = {column: row[column] for column in _SEALED}
        return {"id": row.id} | {
            column: stored and cipher.encrypt(_SEALED[column], row.id, cipher.decrypt(_SEALED[column], row.id, stored))
            for column, stored in sealed.items()
        }

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
