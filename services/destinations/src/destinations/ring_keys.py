"""Which rows a key of the ring is needed for."""

from collections.abc import Mapping

from sqlalchemy import LargeBinary, Table, text

from common.crypto import FieldCipher
from common.database import Database
from destinations.schema import metadata

_BEGINS = 'substring("{0}" FROM 1 FOR length(CAST(:{1} AS bytea))) = :{1}'


async def needs_of(database: Database, cipher: FieldCipher, key_id: str) -> Mapping[str, int]:
    """How many rows of which tables hold something that the key has encrypted; tables without any are left out.

    Every column of bytes is looked at, so that a new one cannot be forgotten.
    """
    beginnings = {"field": cipher.wrapped_by(key_id), "blob": cipher.encrypted_blobs_by(key_id)}
    found = {}
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            if columns := _bytes_of(table):
                begun = " OR ".join(_BEGINS.format(column, each) for column in columns for each in beginnings)
                found[table.name] = await connection.scalar(
                    text(f'SELECT count(*) FROM "{table.name}" WHERE {begun}'), beginnings
                )
    return {name: count for name, count in found.items() if count}


def _bytes_of(table: Table) -> list[str]:
    return [column.name for column in table.c if isinstance(column.type, LargeBinary)]
