"""Single versions of a registration in SQL."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.expression import bindparam

from common.crypto import FieldCipher
from common.errors import NotFound
from common.sql import Connection
from destinations.histories.domain import COMPARED
from destinations.registrations.domain.registration import Registration
from destinations.registrations.storage import opened
from destinations.registrations.tables import versions

_VERSION = select(*(versions.c[name] for name in COMPARED)).where(
    versions.c.registration_id == bindparam("id"), versions.c.version == bindparam("version")
)


async def version(
    connection: Connection, cipher: FieldCipher, registration: Registration, number: int
) -> Mapping[str, Any]:
    """What a version of a registration says, in clear; raises NotFound."""
    found = (await connection.execute(_VERSION, {"id": registration.id, "version": number})).one_or_none()
    if found is None:
        raise NotFound
    said = dict(found)
    return said | opened(cipher, registration.graduate.id, said)
