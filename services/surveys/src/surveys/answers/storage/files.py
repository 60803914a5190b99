"""Files of answers in SQL."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from common.identifiers import ResponseId
from common.objects import ObjectName
from common.sql import Connection
from surveys.responses.domain import Response
from surveys.responses.tables import response_files as files

_ADD = insert(files).returning(files.c.id)
_OF_RESPONSE = files.c.response_id == bindparam("response_id")
_COUNT = select(func.count()).select_from(files).where(_OF_RESPONSE)
_AMONG = select(files.c.id).where(_OF_RESPONSE, files.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
_LISTED = select(files.c.id, files.c.media_type, files.c.recorded_at).where(_OF_RESPONSE).order_by(files.c.id)


async def add(connection: Connection, response: Response, name: ObjectName, media_type: str) -> UUID:
    """Stores that a response has a file; the file's id."""
    values = {"response_id": response.id, "school_code": response.school_code, "name": name, "media_type": media_type}
    added: UUID = await connection.scalar(_ADD, values)
    return added


async def count(connection: Connection, response_id: ResponseId) -> int:
    """How many files a response has."""
    return int(await connection.scalar(_COUNT, {"response_id": response_id}))


async def among(connection: Connection, response_id: ResponseId, ids: Collection[UUID]) -> set[UUID]:
    """Those of these files that the response has."""
    return set(await connection.scalars(_AMONG, {"response_id": response_id, "ids": list(ids)}))


async def files_of(connection: Connection, response_id: ResponseId) -> list[dict[str, Any]]:
    """The files of a response: `id`, `media_type`, `recorded_at`."""
    return [dict(row) for row in await connection.execute(_LISTED, {"response_id": response_id})]
