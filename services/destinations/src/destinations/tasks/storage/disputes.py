"""What graduates have said is wrong, sealed."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ARRAY, Integer, LargeBinary, Uuid, bindparam, insert, select, text

from common import rows
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import RegistrationId
from common.sql import Connection, Row
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Registration
from destinations.tasks.domain import Dispute, DisputeKind
from destinations.tasks.tables import disputes

_REASON = "reason of a dispute"
_KEEP = insert(disputes)
_OF_REGISTRATION = (
    select(disputes).where(disputes.c.registration_id == bindparam("id", type_=Uuid)).order_by(disputes.c.version)
)
_BEFORE_ALL: dict[str, UUID | int] = {"registration_id": UUID(int=0), "version": 0}
_OTHERS = text(
    """
    SELECT registration_id, version, reason_cipher FROM disputes
     WHERE (registration_id, version) > (:registration_id, :version)
       AND substring(reason_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY registration_id, version LIMIT :part
    """
).bindparams(bindparam("registration_id", type_=Uuid), bindparam("version", type_=Integer))
_RESEAL = text("SELECT reseal_disputes(:ids, :versions, :old, :new)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(Integer)),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("old", "new")),
)


def sealed_reason(cipher: FieldCipher, registration_id: RegistrationId, reason: str) -> bytes:
    """The ciphertext of what is said of a registration."""
    return cipher.encrypt(_REASON, registration_id, reason)


def opened_reason(cipher: FieldCipher, row: Row) -> str | None:
    """That text again, of a row with its ciphertext; None where it was erased."""
    sealed = row["reason_cipher"]
    return None if sealed is None else cipher.decrypt(_REASON, row.registration_id, sealed)


async def keep(connection: Connection, registration: Registration, kind: DisputeKind, sealed: bytes) -> None:
    """Stores what was said of the registration, whose version the dispute has made."""
    values = {
        "registration_id": registration.id,
        "version": registration.version,
        "graduate_id": registration.graduate.id,
        "school_code": registration.graduate.school_code,
        "kind": kind.value,
        "reason_cipher": sealed,
    }
    await connection.execute(_KEEP, values)


async def disputes_of(connection: Connection, cipher: FieldCipher, registration_id: RegistrationId) -> list[Dispute]:
    """All disputes of a registration, oldest first."""
    found = await connection.execute(_OF_REGISTRATION, {"id": registration_id})
    return rows.all(Dispute, found, reason=lambda row: opened_reason(cipher, row))


async def shown_disputes(
    connection: Connection, cipher: FieldCipher, party: Party | None, registration_id: RegistrationId
) -> Mapping[int, Dispute]:
    """Those that this party, or another reader, reads, by the version that each has made."""
    disputes = await disputes_of(connection, cipher, registration_id)
    return {each.version: each for each in disputes if each.is_shown_to(party)}


async def reseal_disputes(database: Database, cipher: FieldCipher, part: int = 1_000) -> int:
    """Seals reasons by the ring's current key, each part in a transaction of its own; how many it has read to do so.

    What an erasure holds at the moment is left to it.
    """
    last, count = _BEFORE_ALL, 0
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": part}
    while True:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, last | bound)
            new = [sealed_reason(cipher, row.registration_id, opened_reason(cipher, row) or "") for row in found]
            values = {"ids": [row.registration_id for row in found], "versions": [row.version for row in found]}
            old = [row.reason_cipher for row in found]
            await unit.connection.execute(_RESEAL, {**values, "old": old, "new": new})
            await unit.commit()
        count += len(found)
        if len(found) < part:
            return count
        last = {name: found[-1][name] for name in last}
