"""Emptying what names an erased graduate; the application may not change history, so a function of the owner does."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import GraduateId
from common.sql import Connection

_ERASE = text("SELECT erase_registrations(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the texts of all registrations of graduates of the roster and of their versions; repeatable.

    Locks the graduates' streams first, each of which begins here if there is none: what another act writes meanwhile is
    emptied, too, and one that comes later finds the graduate erased.
    """
    await connection.execute(_ERASE, {"ids": graduate_ids})
