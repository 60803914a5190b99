"""A new key of the ring seals contact and pay anew, in what stands and in the history."""

from uuid import UUID

from sqlalchemy import ARRAY, Integer, LargeBinary, Uuid, bindparam, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.sql import Connection
from destinations.registrations.domain.content import SEALED
from destinations.registrations.storage.sealing import opened, sealed

PART = 500

_FIRST = UUID(int=0)
_IDS = bindparam("ids", type_=ARRAY(Uuid))

_NEXT = text(
    "SELECT graduate_id FROM destination_streams WHERE graduate_id > :behind ORDER BY graduate_id LIMIT :part"
).bindparams(bindparam("behind", type_=Uuid))
_IS_OTHER = "substring(history.{0} FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning"
_OTHERS_SQL = f"""
      FROM registrations registration JOIN registration_versions history ON history.registration_id = registration.id
     WHERE registration.graduate_id = ANY(:ids) AND ({" OR ".join(_IS_OTHER.format(name) for name in SEALED)})
"""
_LOCK = text(
    f"""
    SELECT graduate_id FROM destination_streams
     WHERE graduate_id IN (SELECT registration.graduate_id {_OTHERS_SQL})
     ORDER BY graduate_id FOR UPDATE
    """
).bindparams(_IDS)
_OTHERS = text(
    f"""
    SELECT history.registration_id, history.version, registration.graduate_id,
           {", ".join(f"history.{name}" for name in SEALED)} {_OTHERS_SQL}
    """
).bindparams(_IDS)
_COLUMNS = tuple(f"{when}_{name}" for when in ("old", "new") for name in SEALED)
_RESEAL = text(
    f"SELECT reseal_registrations(:ids, :versions, {', '.join(f'{name} => :{name}' for name in _COLUMNS)})"
).bindparams(
    _IDS,
    bindparam("versions", type_=ARRAY(Integer)),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in _COLUMNS),
)


async def reseal_versions(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Seals contact and pay by the ring's current key; of how many versions it has sealed some anew.

    A version stays the version that it is: no event, no other day, no other ETag. Each part of so many graduates is
    committed by itself, under the locks of the graduates of whom something is to be sealed: another act, which carries
    ciphertexts over from the version before, either finds the new ones or has written when these are read.
    """
    behind, resealed = _FIRST, 0
    while True:
        async with database.transaction(SYSTEM) as unit:
            ids = await unit.connection.scalars(_NEXT, {"behind": behind, "part": part})
            resealed += await _reseal(unit.connection, cipher, ids)
            await unit.commit()
        if len(ids) < part:
            return resealed
        behind = ids[-1]


async def _reseal(connection: Connection, cipher: FieldCipher, graduate_ids: list[UUID]) -> int:
    beginning = cipher.wrapped_by(cipher.current)
    locked = await connection.scalars(_LOCK, {"beginning": beginning, "ids": graduate_ids})
    if not locked:
        return 0
    # a statement of its own: it sees what those have written who held the locks
    found = await connection.execute(_OTHERS, {"beginning": beginning, "ids": locked})
    old = [{name: row[name] for name in SEALED} for row in found]
    new = [
        sealed(cipher, row.graduate_id, opened(cipher, row.graduate_id, each))
        for row, each in zip(found, old, strict=True)
    ]
    values = {
        f"{when}_{name}": [each[name] for each in rows]
        for when, rows in (("old", old), ("new", new))
        for name in SEALED
    }
    named = {"ids": [row.registration_id for row in found], "versions": [row.version for row in found]}
    await connection.execute(_RESEAL, named | values)
    return len(found)
