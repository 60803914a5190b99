"""SQL of publications: drafts, what they were counted from and to, and how they end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, select, text

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import new_id
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from indicators.organisation.tables import units
from indicators.publishing.domain.publications import POLICY, Consent, Publication, PublicationId, State
from indicators.publishing.domain.tables import TableAsked
from indicators.publishing.tables import contents, publications
from indicators.publishing_counts.people import Published
from indicators.snapshots.domain.snapshots import Moment, SnapshotId

RETURN_REASON, WITHDRAW_REASON = "publication_return_reason", "publication_withdraw_reason"
"""What is sealed of a publication, under its id."""

_ITS = publications.c
_OF_SCHOOL = and_(units.c.school_code == _ITS.school_code, units.c.unit_kind == "school")
_ALL = select(
    *(_ITS[name] for name in (
        "id", "version", "school_code", "cohort", "snapshot_id", "kind", "title", "tables", "policy", "state",
        "supersedes", "proposed_by", "released_at", "ended_at", "recorded_at", "consent_authority",
        "consent_reference", "consent_on", "return_reason_cipher", "withdraw_reason_cipher",
    )),
    contents.c.preview,
    contents.c.hash,
).select_from(
    publications.outerjoin(contents, contents.c.id == _ITS.content_id).outerjoin(units, _OF_SCHOOL)
)  # fmt: skip
_ADD = text(
    """
    INSERT INTO publications (id, school_code, cohort, snapshot_id, kind, title, tables, policy)
    VALUES (:id, :school_code, :cohort, CAST(:snapshot_id AS uuid), :kind, CAST(:title AS jsonb),
            CAST(:tables AS jsonb), :policy)
    """
)
_CHANGE = text(
    """
    UPDATE publications
       SET version = version + 1, snapshot_id = CAST(:snapshot_id AS uuid), kind = :kind,
           title = CAST(:title AS jsonb), tables = CAST(:tables AS jsonb)
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_LOCK = text("SELECT FROM publications WHERE id = :id FOR UPDATE").bindparams(bindparam("id", type_=Uuid()))
# every release of the line waits for the one before it
_LOCK_LINE = text("SELECT pg_advisory_xact_lock(hashtextextended(:line, 0))")
_ADD_CONTENT = text(
    """
    INSERT INTO publication_contents (id, publication_id, school_code, after_publication, tables, shown, tracked,
                                      preview, hash)
    VALUES (:id, :publication_id, :school_code, CAST(:after AS uuid), CAST(:tables AS jsonb), CAST(:shown AS jsonb),
            CAST(:tracked AS jsonb), CAST(:preview AS jsonb), :hash)
    """
).bindparams(bindparam("id", type_=Uuid()), bindparam("publication_id", type_=Uuid()))
_PROPOSED = text(
    f"""
    UPDATE publications SET version = version + 1, state = '{State.PROPOSED}', content_id = :content, proposed_by = :by
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()), bindparam("content", type_=Uuid()))
_RETURN = text(
    f"""
    UPDATE publications SET version = version + 1, state = '{State.DRAFT}', return_reason_cipher = :reason
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_RELEASED = text(
    """
    SELECT publications.id, publications.snapshot_id, publications.content_id, publications.state
      FROM publications
     WHERE school_code = :school_code AND cohort = :cohort AND kind = :kind AND released_at IS NOT NULL
     ORDER BY released_at, id
    """
)
_SUPERSEDE = text(
    f"""
    UPDATE publications SET version = version + 1, state = '{State.SUPERSEDED}', ended_at = {NOW_SQL}
     WHERE id = :id AND state = '{State.RELEASED}' RETURNING id
    """
).bindparams(bindparam("id", type_=Uuid()))
_RELEASE = text(
    f"""
    UPDATE publications
       SET version = version + 1, state = '{State.RELEASED}', released_by = :by, released_at = {NOW_SQL},
           consent_authority = :authority, consent_reference = :reference, consent_on = CAST(:on AS date),
           supersedes = CAST(:supersedes AS uuid)
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_WITHDRAW = text(
    f"""
    UPDATE publications SET version = version + 1, state = '{State.WITHDRAWN}', ended_at = {NOW_SQL},
                            withdraw_reason_cipher = :reason
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_CONTENT = text(
    """
    SELECT contents.id, contents.after_publication, contents.tables, contents.shown, contents.hash
      FROM publication_contents contents JOIN publications ON publications.content_id = contents.id
     WHERE publications.id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_SHOWN = text("SELECT shown FROM publication_contents WHERE id = :id").bindparams(bindparam("id", type_=Uuid()))


async def find(connection: Connection, cipher: FieldCipher, scope: RowScope, of: PublicationId) -> Publication:
    """A publication in scope; raises NotFound."""
    result = await connection.execute(_one(scope.shape), {**scope.values, "id": of})
    found = rows.one_or_none(Publication, result, **_read(cipher))
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    after: UUID | None,
    limit: int,
    *,
    school: SchoolCode | None,
    cohort: Cohort | None,
    state: State | None,
) -> list[Publication]:
    """Publications of the scope, in the order in which they were begun."""
    filters = {"school_code": school, "cohort": cohort, "state": state}
    query = page_by_id(publications, _visible, scope, after, limit, _ALL, **filters)
    return rows.all(Publication, await connection.execute(*query), **_read(cipher))


async def add(
    connection: Connection, moment: Moment, snapshot_id: SnapshotId, title: object, tables: Sequence[TableAsked]
) -> PublicationId:
    """Adds a draft."""
    publication_id = PublicationId(await new_id(connection))
    values = {
        "id": publication_id,
        "school_code": moment.school_code,
        "cohort": moment.cohort,
        "policy": POLICY,
        **_content(snapshot_id, moment, title, tables),
    }
    await connection.execute(_ADD, values)
    return publication_id


async def change(
    connection: Connection,
    of: PublicationId,
    moment: Moment,
    snapshot_id: SnapshotId,
    title: object,
    tables: Sequence[TableAsked],
) -> None:
    """Changes what a locked draft says."""
    await connection.execute(_CHANGE, {"id": of, **_content(snapshot_id, moment, title, tables)})


async def lock(connection: Connection, of: PublicationId) -> None:
    """Locks a publication until the transaction ends."""
    await connection.execute(_LOCK, {"id": of})


async def lock_line(connection: Connection, publication: Publication) -> None:
    """Makes other releases of the school, cohort and kind wait until the transaction ends."""
    line = f"publications {publication.school_code} {publication.cohort} {publication.kind}"
    await connection.execute(_LOCK_LINE, {"line": line})


async def released(connection: Connection, publication: Publication) -> Sequence[Row]:
    """All that ever were released of the school, cohort and kind: id, snapshot, content, state, in their order."""
    values = {"school_code": publication.school_code, "cohort": publication.cohort, "kind": publication.kind}
    return list(await connection.execute(_RELEASED, values))


async def content_of(connection: Connection, of: PublicationId) -> Row | None:
    """What a publication was counted to, as of its newest proposal."""
    return (await connection.execute(_CONTENT, {"id": of})).one_or_none()


async def shown_in(connection: Connection, content_id: UUID) -> Mapping[str, Any]:
    """The groups that a content shows, by table."""
    found: Mapping[str, Any] = await connection.scalar(_SHOWN, {"id": content_id})
    return found


async def propose(
    connection: Connection,
    publication: Publication,
    published: Published,
    tracked: Mapping[str, Any],
    digest: bytes,
    after: PublicationId | None,
    by: Actor,
) -> None:
    """Stores what a locked draft was counted to: from now on it is proposed."""
    content_id = await new_id(connection)
    values = {
        "id": content_id,
        "publication_id": publication.id,
        "school_code": publication.school_code,
        "after": after,
        "tables": json.dumps([each.model_dump(mode="json") for each in published.tables]),
        "shown": json.dumps(published.model_dump(mode="json")["shown"]),
        "tracked": json.dumps(tracked),
        "preview": json.dumps([{"hidden": [each.model_dump() for each in t.hidden]} for t in published.tables]),
        "hash": digest,
    }
    await connection.execute(_ADD_CONTENT, values)
    await connection.execute(_PROPOSED, {"id": publication.id, "content": content_id, "by": by.subject})


async def give_back(connection: Connection, cipher: FieldCipher, of: PublicationId, reason: str) -> None:
    """Makes a locked proposal a draft again."""
    await connection.execute(_RETURN, {"id": of, "reason": cipher.encrypt(RETURN_REASON, of, reason)})


async def release(
    connection: Connection, of: PublicationId, consent: Consent, by: Actor, supersedes: PublicationId | None
) -> None:
    """Releases a locked proposal; the one that it supersedes ends, unless it was withdrawn meanwhile."""
    ended = None if supersedes is None else await connection.scalar(_SUPERSEDE, {"id": supersedes})
    await connection.execute(_RELEASE, {"id": of, "by": by.subject, "supersedes": ended, **asdict(consent)})


async def withdraw(connection: Connection, cipher: FieldCipher, of: PublicationId, reason: str) -> None:
    """Withdraws a locked one that is released."""
    await connection.execute(_WITHDRAW, {"id": of, "reason": cipher.encrypt(WITHDRAW_REASON, of, reason)})


def _content(snapshot_id: SnapshotId, moment: Moment, title: object, tables: Sequence[TableAsked]) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id,
        "kind": moment.kind.value,
        "title": json.dumps(title, ensure_ascii=False),
        "tables": json.dumps([asdict(table) for table in tables]),
    }


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_ITS.school_code, province_code=units.c.province_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_ITS.id == bindparam("id"), _visible(seen))


@lru_cache
def _read(cipher: FieldCipher) -> Mapping[str, Any]:
    return {
        "title": lambda row: row["title"],
        "tables": lambda row: row["tables"],
        "preview": lambda row: row["preview"],
        "consent": _consent,
        "return_reason": partial(_opened, cipher, RETURN_REASON, "return_reason_cipher"),
        "withdraw_reason": partial(_opened, cipher, WITHDRAW_REASON, "withdraw_reason_cipher"),
    }


def _consent(row: Row) -> Consent | None:
    if row["consent_authority"] is None:
        return None
    return Consent(row["consent_authority"], row["consent_reference"], row["consent_on"])


def _opened(cipher: FieldCipher, field: str, column: str, row: Row) -> str | None:
    sealed = row[column]
    return None if sealed is None else cipher.decrypt(field, row["id"], sealed)
