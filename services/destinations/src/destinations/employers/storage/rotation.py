"""A new key of the ring seals the reasons of merges anew."""

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from destinations.employers.storage.employers import MERGED_FOR

PART = 1_000

_OTHERS = text(
    """
    SELECT employer_id, reason_cipher FROM employer_merges
     WHERE substring(reason_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY employer_id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE employer_merges SET reason_cipher = :new WHERE employer_id = :id")


async def reseal_merges(database: Database, cipher: FieldCipher) -> int:
    """Seals reasons by the ring's current key; how many."""
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    resealed, count = 0, PART
    while count == PART:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            opened = [
                (row.employer_id, cipher.decrypt(MERGED_FOR, row.employer_id, row.reason_cipher)) for row in found
            ]
            anew = [{"id": each, "new": cipher.encrypt(MERGED_FOR, each, reason)} for each, reason in opened]
            await unit.connection.execute_many(_RESEAL, anew)
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed
