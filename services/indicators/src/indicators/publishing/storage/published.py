"""What is open to all of publications: the released ones of a school, each with its tables."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text

from common import rows
from common.errors import Message, NotFound
from common.sql import Connection, Row
from indicators.publishing.domain.publications import Opened, PublicationGone, PublicationId, Released, State

_SAID = """
    publications.id, publications.school_code, publications.cohort, publications.kind, snapshots.as_of,
    publications.title, publications.policy, publications.released_at, publications.state, contents.hash
"""
_FROM = """
    FROM publications JOIN snapshots ON snapshots.id = publications.snapshot_id
    JOIN publication_contents contents ON contents.id = publications.content_id
"""
_LISTED = text(
    f"""
    SELECT {_SAID} {_FROM}
     WHERE publications.school_code = :school AND publications.state = '{State.RELEASED}' AND publications.id > :after
     ORDER BY publications.id LIMIT :limit
    """
).bindparams(bindparam("after", type_=Uuid()), bindparam("limit", type_=Integer))
_ONE = text(
    f"""
    SELECT {_SAID}, publications.snapshot_id, publications.tables AS asked, contents.tables AS counted,
           contents.tracked,
           publications.consent_authority AS authority, publications.consent_reference AS reference,
           publications.consent_on AS "on",
           snapshot_contents.hash AS snapshot_hash, successor.id AS successor
      {_FROM} JOIN snapshot_contents ON snapshot_contents.snapshot_id = publications.snapshot_id
      LEFT JOIN publications successor ON successor.supersedes = publications.id
     WHERE publications.id = :id AND publications.released_at IS NOT NULL
    """
).bindparams(bindparam("id", type_=Uuid()))
_NAMES = text("SELECT unit_kind, code, name, name_en FROM units WHERE school_code = :school AND unit_kind <> 'class'")
_BEFORE_ALL = UUID(int=0)


async def listed(connection: Connection, school: str, after: UUID | None, limit: int) -> list[Released]:
    """What a school has released, in the order in which it was begun."""
    values = {"school": school, "after": after or _BEFORE_ALL, "limit": limit}
    return rows.all(Released, await connection.execute(_LISTED, values), title=_title)


async def opened(connection: Connection, of: UUID) -> Opened:
    """A released publication; raises NotFound before its release, PublicationGone with its successor after its end."""
    found = rows.one_or_none(
        Opened,
        await connection.execute(_ONE, {"id": PublicationId(of)}),
        title=_title,
        asked=lambda row: row["asked"],
        counted=lambda row: row["counted"],
        tracked=lambda row: row["tracked"] or {},
    )
    if found is None:
        raise NotFound
    if found.state is not State.RELEASED:
        raise PublicationGone(found.state, found.successor)
    return found


async def unit_names(connection: Connection, school: str) -> Mapping[tuple[str, str], Message]:
    """Names of a school's units, by kind and code."""
    rows_found = await connection.execute(_NAMES, {"school": school})
    return {(row.unit_kind, row.code): Message(row.name, row.name_en or row.name) for row in rows_found}


def _title(row: Row) -> Any:
    return row["title"]
