"""The row of a graduate in `destination_streams`: locked first by every write about the graduate."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import GraduateId, SchoolCode
from common.outbox import Reached, columns_of
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

_RAISE = text(
    """
    INSERT INTO destination_streams AS kept (graduate_id, school_code, sequence, last_decided_on)
    SELECT * FROM unnest(CAST(:keys AS uuid[]), CAST(:schools AS text[]), CAST(:sequences AS bigint[]),
                         CAST(:days AS date[]))
    ON CONFLICT (graduate_id) DO UPDATE
       SET sequence = greatest(kept.sequence, EXCLUDED.sequence),
           last_decided_on = greatest(kept.last_decided_on, EXCLUDED.last_decided_on)
    """
)


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


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each graduate follow the last one that was published; begins a stream that is missing."""
    await connection.execute(_RAISE, columns_of(reached))
