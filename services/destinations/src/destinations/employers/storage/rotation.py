"""A new key of the ring seals the reasons of merges anew."""

from sqlalchemy import text

from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Row
from destinations.employers.storage.employers import MERGED_FOR

_OTHERS = text(
    f"""
    SELECT employer_id, reason_cipher FROM employer_merges
     WHERE {by_another_key("reason_cipher")}
     ORDER BY employer_id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE employer_merges SET reason_cipher = :new WHERE employer_id = :id")


async def reseal_merges(database: Database, cipher: FieldCipher) -> int:
    """Seals reasons by the ring's current key; how many."""

    def anew(row: Row) -> dict[str, object]:
        reason = cipher.decrypt(MERGED_FOR, row.employer_id, row.reason_cipher)
        return {"id": row.employer_id, "new": cipher.encrypt(MERGED_FOR, row.employer_id, reason)}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
