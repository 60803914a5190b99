"""Texts that rows hold sealed, sealed anew by the ring's current key, and what still needs another one."""

from collections.abc import Callable, Mapping

from sqlalchemy import LargeBinary, MetaData, Table, TextClause, text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.sql import Row

PART = 1_000
"""Rows of one transaction."""


def by_another_key(column: str) -> str:
    """True of a column that another key has sealed than the one by which `:beginning` begins, as SQL; not of NULL.

    >>> by_another_key("note_cipher")
    'substring(note_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning'
    """
    return f"substring({column} FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning"


async def reseal_rows(
    database: Database,
    cipher: FieldCipher,
    others: TextClause,
    reseal: TextClause,
    anew: Callable[[Row], Mapping[str, object]],
    part: int = PART,
) -> int:
    """Seals rows by the ring's current key, each part in a transaction of its own; how many rows that were.

    `others` locks at most `:part` rows that another key than `:beginning` has sealed; `anew` gives the values by which
    `reseal` changes one of them. Killed anywhere, it leaves what the next call finds.
    """
    bound = {"beginning": cipher.wrapped_by(cipher.current), "part": part}
    resealed, count = 0, part
    while count == part:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(others, bound)
            await unit.connection.execute_many(reseal, [*map(anew, found)])
            await unit.commit()
        count = len(found)
        resealed += count
    return resealed


_BEGINS = 'substring("{0}" FROM 1 FOR length(CAST(:{1} AS bytea))) = :{1}'


async def rows_under(metadata: MetaData, database: Database, cipher: FieldCipher, key_id: str) -> Mapping[str, int]:
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
