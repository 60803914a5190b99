"""The row of a graduate in `destination_streams`: locked first by every write about the graduate."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_OPEN = text(
    """
    INSERT INTO destination_streams (graduate_id, school_code)
    SELECT each, :school_code FROM unnest(:ids) AS each ORDER BY each
    ON CONFLICT (graduate_id) DO NOTHING
    """
).bindparams(_IDS)
_LOCK = text(
    "SELECT FROM destination_streams WHERE graduate_id = ANY(:ids) ORDER BY graduate_id FOR UPDATE"
).bindparams(_IDS)


async def open_streams(connection: Connection, school_code: SchoolCode, graduate_ids: Sequence[GraduateId]) -> None:
    """Locks the streams of graduates of one school, each of which begins here if there is none."""
    await connection.execute(_OPEN, {"ids": graduate_ids, "school_code": school_code})
    await lock_streams(connection, graduate_ids)


async def lock_streams(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Makes other writes about these graduates wait until the transaction ends.

    One statement locks in the order of the ids, so that acts which meet on several graduates never lock in a circle.
    Raises Busy when another act holds one of them for too long.
    """
    await connection.execute(_LOCK, {"ids": graduate_ids})
