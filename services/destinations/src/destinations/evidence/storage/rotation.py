"""A new key of the ring seals the texts of evidence anew."""

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from destinations.evidence.storage.pieces import TEXTS, opened_text, sealed_text

PART = 1_000

_IS_OTHER = "substring({0}_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning"
_OTHERS = text(
    f"""
    SELECT id, {", ".join(f"{each}_cipher" for each in TEXTS)} FROM evidence
     WHERE {" OR ".join(_IS_OTHER.format(each) for each in TEXTS)}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text(f"UPDATE evidence SET {', '.join(f'{each}_cipher = :{each}' for each in TEXTS)} WHERE id = :id")


async def reseal_texts(database: Database, cipher: FieldCipher) -> int:
    """Seals titles and reasons by the ring's current key; of how many pieces it has sealed some anew."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    resealed, count = 0, PART
    while count == PART:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [
                {"id": row.id}
                | {
                    each: None
                    if (content := opened_text(cipher, each, row)) is None
                    else sealed_text(cipher, each, row.id, content)
                    for each in TEXTS
                }
                for row in found
            ]
            await unit.connection.execute_many(_RESEAL, anew)
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed
