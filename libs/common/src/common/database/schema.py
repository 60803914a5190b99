"""What the tables of all services have in common: names of constraints, ids and instants given by the database.

`Table.info` says which rights the application role gets when migrations have run:

- nothing: SELECT, INSERT, UPDATE, DELETE;
- `insert_only=True`: SELECT, INSERT;
- `updatable_columns=[…]`: UPDATE of these columns only, added to what `insert_only` leaves;
- `deletable=True`: DELETE on a table that is otherwise `insert_only` (expired rows).
"""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import DDL, Column, DateTime, MetaData, Uuid, event, literal_column, text

from common.clock import CREATE_NOW, NOW_SQL, TODAY_SQL
from common.sql import Connection

NOW = literal_column(NOW_SQL, DateTime(timezone=True))
"""The present instant in an SQL expression, by the one clock (`common.clock`)."""

_NEW_ID = text("SELECT uuidv7()")
_TODAY = text(f"SELECT {TODAY_SQL}")
_VERSION_4 = bytes(0x40 | byte & 0x0F for byte in range(256))
_VARIANT = bytes(0x80 | byte & 0x3F for byte in range(256))

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """An empty collection of tables with one convention for names; each service has its own."""
    metadata = MetaData(naming_convention=_NAMES)
    event.listen(metadata, "before_create", DDL(CREATE_NOW))  # type: ignore[no-untyped-call]
    return metadata


def uuid_key(name: str = "id") -> Column[UUID]:
    """Primary key that the database gives, rising in time (UUID version 7)."""
    return Column(name, Uuid, primary_key=True, server_default=text("uuidv7()"))


def random_ids(count: int) -> list[UUID]:
    """Ids of version 4, of one draw and of the driver's class: made and written in a tenth of the time."""
    drawn = bytearray(secrets.token_bytes(16 * count))
    drawn[6::16] = drawn[6::16].translate(_VERSION_4)
    drawn[8::16] = drawn[8::16].translate(_VARIANT)
    return [pgproto.UUID(bytes(drawn[start : start + 16])) for start in range(0, len(drawn), 16)]


async def today(connection: Connection) -> date:
    """The present day in Shanghai, by the database's clock."""
    day: date = await connection.scalar(_TODAY)
    return day


async def new_id(connection: Connection) -> UUID:
    """Such a key for a row that is about to be stored: what is encrypted for it is bound to its id."""
    key: UUID = await connection.scalar(_NEW_ID)
    return key


def instant_column(name: str = "recorded_at", **options: Any) -> Column[Any]:
    """An instant that the database gives at the write; options as for a Column."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=NOW, **options)
