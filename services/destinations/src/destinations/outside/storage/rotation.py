"""A new key of the ring seals facts anew: a function of the owner puts the new ciphertexts in place."""

from uuid import UUID

from sqlalchemy import ARRAY, Integer, LargeBinary, Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from destinations.outside.storage.facts import opened_values, sealed_values

PART = 1_000

_OTHERS = text(
    """
    SELECT id, version, values_cipher FROM facts
     WHERE (id, version) > (:id, :version)
       AND substring(values_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY id, version LIMIT :part
    """
).bindparams(bindparam("id", type_=Uuid), bindparam("version", type_=Integer))
_RESEAL = text("SELECT reseal_facts(:ids, :versions, :old, :new)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(Integer)),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("old", "new")),
)


async def reseal_facts(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Seals facts by the ring's current key, each part in a transaction of its own; how many it has read to do so.

    What an erasure holds at the moment is left to it.
    """
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": part}
    last, resealed = (UUID(int=0), 0), 0
    while True:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, {"id": last[0], "version": last[1], **bound})
            values = {
                "ids": [row.id for row in found],
                "versions": [row.version for row in found],
                "old": [row.values_cipher for row in found],
                "new": [sealed_values(cipher, row.id, row.version, opened_values(cipher, row)) for row in found],
            }
            await unit.connection.execute(_RESEAL, values)
            await unit.commit()
        resealed += len(found)
        if len(found) < part:
            return resealed
        last = found[-1].id, found[-1].version
