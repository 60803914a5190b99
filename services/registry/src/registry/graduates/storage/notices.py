"""Notices as acts on entries leave them; the area `notices` shows them."""

from sqlalchemy import insert

from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.notices import Notice
from registry.graduates.tables import notices

_ADD = insert(notices)


async def notify(connection: Connection, graduate_id: GraduateId, kind: Notice) -> None:
    """Tells a graduate, who exists, in the caller's act."""
    await connection.execute(_ADD, {"graduate_id": graduate_id, "kind": kind.value})
