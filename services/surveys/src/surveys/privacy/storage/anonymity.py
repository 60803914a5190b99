"""What waves promise to those who answer, in SQL."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import WaveId
from common.sql import Connection

_IDENTIFIED = text("SELECT id FROM waves WHERE id = ANY(:ids) AND anonymity = 'identified'").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


async def identified_among(connection: Connection, wave_ids: Collection[WaveId]) -> set[WaveId]:
    """Those of the waves that show answers with the person."""
    return set(await connection.scalars(_IDENTIFIED, {"ids": [*wave_ids]}))
