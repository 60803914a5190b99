"""Emptying all that is kept of one graduate: the last version, then the owner's function; codes and days stay."""

from sqlalchemy import LargeBinary, Uuid, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from common.auth import EVERYTHING, Actor
from common.crypto import FieldCipher
from common.database import NOW
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.entry import CLEAR, Source, StoredGraduate
from registry.graduates.storage import roster, versions
from registry.graduates.storage.erased_numbers import number_hashes
from registry.graduates.storage.keys import key_of_service, openers
from registry.graduates.storage.sealing import content_of
from registry.graduates.tables import REACHED_DAY, REACHED_SEQUENCE, graduates

ACTION = "erase"

_CODES = ", ".join(CLEAR)
_DOCUMENTS = text(
    f"""
    SELECT id, version, sealed, {_CODES} FROM graduates WHERE id = :id AND sealed IS NOT NULL
    UNION ALL
    SELECT graduate_id, version, sealed, {_CODES} FROM graduate_versions WHERE graduate_id = :id AND sealed IS NOT NULL
    """
)
# what counts is as before, and from the day from which it counted
_NEXT = (
    update(graduates)
    .where(graduates.c.id == bindparam("of_id"))
    .values(
        version=graduates.c.version + 1,
        judged_version=graduates.c.version + 1,
        sequence=REACHED_SEQUENCE + 1,
        decided_on=REACHED_DAY,
        recorded_at=NOW,
        changed_fields=[],
        action=ACTION,
        source=Source.ERASURE.value,
        operation_id=None,
    )
)
_ERASE = text("SELECT erase_graduate(:of_graduate, :of_numbers)").bindparams(
    bindparam("of_graduate", type_=Uuid), bindparam("of_numbers", type_=ARRAY(LargeBinary))
)

_RESTRICT = update(graduates).where(graduates.c.id == bindparam("of_id"))


async def restrict(connection: Connection, graduate_id: GraduateId, *, restricted: bool) -> None:
    """Sets whether a locked graduate is neither shown in clear nor given away; the entry's version stays."""
    await connection.execute(_RESTRICT, {"of_id": graduate_id, "restricted": restricted})


async def erase(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId, actor: Actor) -> StoredGraduate:
    """Empties a locked graduate who is not erased yet, as one more version, which takes the next sequence.

    Hashes of the numbers of all versions stay. Raises UndecryptableError, DataKeyGoneError.
    """
    found = await connection.execute(_DOCUMENTS, {"id": graduate_id})
    stored = await roster.get(connection, cipher, EVERYTHING, graduate_id)
    data = await key_of_service(connection, cipher)
    hashes: dict[bytes, None] = {}
    for key, row in zip(await openers(connection, cipher, found), found, strict=True):
        if key is not None:
            numbers = number_hashes(data, stored.school_code, stored.cohort, content_of(key, row))
            hashes |= dict.fromkeys(numbers)
    await versions.supersede(connection, [graduate_id])
    await connection.execute(_NEXT, {"of_id": graduate_id, "subject": actor.subject, "role": actor.role})
    await connection.execute(_ERASE, {"of_graduate": graduate_id, "of_numbers": list(hashes)})
    return await roster.get(connection, cipher, EVERYTHING, graduate_id)
