"""Texts that rows hold sealed, sealed anew by the ring's current key."""

from collections.abc import Callable, Mapping

from sqlalchemy import TextClause

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
