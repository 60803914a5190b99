"""A new key of the ring wraps the keys of files anew; no file is written again."""

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.objects.objects import KEY_FIELD

PART = 1_000

_OTHERS = text(
    """
    SELECT name, sealed_key FROM objects
     WHERE substring(sealed_key FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY name LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_REWRAP = text("UPDATE objects SET sealed_key = :sealed_key WHERE name = :name")


async def rewrap_file_keys(database: Database, cipher: FieldCipher) -> int:
    """Wraps the key of every stored file by the ring's current key; how many it has wrapped anew.

    A file that is being deleted at the moment is left to its end.
    """
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": PART}
    rewrapped = 0
    while True:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, bound)
            anew = [
                {
                    "name": row.name,
                    "sealed_key": cipher.encrypt(
                        KEY_FIELD, row.name, cipher.decrypt(KEY_FIELD, row.name, row.sealed_key)
                    ),
                }
                for row in found
            ]
            await unit.connection.execute_many(_REWRAP, anew)
            await unit.commit()
        if not found:
            return rewrapped
        rewrapped += len(found)
