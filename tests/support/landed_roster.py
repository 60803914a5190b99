"""The roster of the first release, whose key ring is gone: its people get names and numbers of a new one."""

import asyncpg

from common.crypto import FieldCipher, KeyRing
from common.database import Database
from registry.graduates.storage.landed import seal_landed

CIPHER = FieldCipher(KeyRing.generate())

_ENCRYPT = """
    UPDATE {table} SET name_cipher = $3, citizen_id_cipher = $4, phone_cipher = $5 WHERE {key} = $1 AND version = $2
"""


def clear(field: str, student_number: str) -> str:
    """What a graduate with this number has as name, citizen id or phone."""
    return f"{field} of {student_number}"


async def encrypted_anew(connection: asyncpg.Connection) -> None:
    """Replaces the ciphertexts of roster and history; each graduate has all three in all versions."""
    await connection.execute("SET search_path = public")
    for table, key in (("graduates", "id"), ("graduate_versions", "graduate_id")):
        for row in await connection.fetch(f"SELECT {key} AS id, version, student_number FROM {table}"):
            sealed = [
                CIPHER.encrypt(field, row["id"], clear(field, row["student_number"]))
                for field in ("name", "citizen_id", "phone")
            ]
            await connection.execute(_ENCRYPT.format(table=table, key=key), row["id"], row["version"], *sealed)


async def seal_all(owner_url: str) -> None:
    """What `seal-roster` does, in small parts."""
    owner = Database.connect(owner_url)
    assert await seal_landed(owner, CIPHER, part=3) == 0
    await owner.dispose()
