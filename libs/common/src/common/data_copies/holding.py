"""What a service holds about one graduate."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import text

from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.errors import Message, NotFound
from common.identifiers import GraduateId
from common.sql import Connection

Records: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Kind of record → the records, each with its values in clear by name.

They name no other person: of who acted the role alone, never the subject of a token.
"""

Collect = Callable[[Connection, FieldCipher, GraduateId], Awaitable[Records]]
"""Gives the records of a graduate, who may be unknown: then there are none. The connection sees one moment.

A service without a key ring is given None in the place of a cipher.
"""


class NothingHeld(NotFound):
    """The service holds nothing about the graduate, or the graduate is not the caller."""

    code = "nothing_held"
    title = Message(
        "没有该毕业生的数据，或不在您的权限范围内", "Nothing is held about this graduate, or you may not see it"
    )


_NOW = text(f"SELECT {NOW_SQL}")


@dataclass(frozen=True)
class Holding:
    """What a service held about a graduate at the moment `recorded_at`."""

    service: str
    graduate_id: GraduateId
    recorded_at: datetime
    records: Records


async def held_about(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId, *, service: str, collect: Collect
) -> Holding:
    """All that the service holds, of the one moment that the connection sees; raises NothingHeld."""
    recorded_at: datetime = await connection.scalar(_NOW)
    records = await collect(connection, cipher, graduate_id)
    if not any(records.values()):
        raise NothingHeld
    return Holding(service, graduate_id, recorded_at, records)
