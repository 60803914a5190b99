"""A new key of the ring seals anew why proposals went back and publications were withdrawn."""

from sqlalchemy import Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Row
from indicators.publishing.storage.writing import RETURN_REASON, WITHDRAW_REASON

_SEALED = {"return_reason_cipher": RETURN_REASON, "withdraw_reason_cipher": WITHDRAW_REASON}
_OTHERS = text(
    f"""
    SELECT id, return_reason_cipher, withdraw_reason_cipher FROM publications
     WHERE {by_another_key("return_reason_cipher")} OR {by_another_key("withdraw_reason_cipher")}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(
    "UPDATE publications SET return_reason_cipher = :return_reason_cipher,"
    " withdraw_reason_cipher = :withdraw_reason_cipher WHERE id = :id"
).bindparams(bindparam("id", type_=Uuid()))


async def reseal_reasons(database: Database, cipher: FieldCipher) -> int:
    """Seals the reasons by the ring's current key; how many publications had others."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id} | {
            column: row[column] and cipher.encrypt(field, row.id, cipher.decrypt(field, row.id, row[column]))
            for column, field in _SEALED.items()
        }

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
