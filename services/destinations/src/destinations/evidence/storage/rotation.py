"""A new key of the ring seals the texts of evidence anew."""

from sqlalchemy import text

from common.crypto import FieldCipher
from common.database import Database
from common.resealing import by_another_key, reseal_rows
from common.sql import Row
from destinations.evidence.storage.pieces import TEXTS, opened_text, sealed_text

_OTHERS = text(
    f"""
    SELECT id, {", ".join(f"{each}_cipher" for each in TEXTS)} FROM evidence
     WHERE {" OR ".join(by_another_key(f"{each}_cipher") for each in TEXTS)}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(f"UPDATE evidence SET {', '.join(f'{each}_cipher = :{each}' for each in TEXTS)} WHERE id = :id")


async def reseal_texts(database: Database, cipher: FieldCipher) -> int:
    """Seals titles and reasons by the ring's current key; of how many pieces it has sealed some anew."""

    def anew(row: Row) -> dict[str, object]:
        opened = {each: opened_text(cipher, each, row) for each in TEXTS}
        sealed = {
            each: None if said is None else sealed_text(cipher, each, row.id, said) for each, said in opened.items()
        }
        return {"id": row.id, **sealed}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
