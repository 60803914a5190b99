"""Opt-outs in SQL. Who writes one holds the stream of whom it is of: a message is noted before, or finds it."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, text, update

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import EmployerId, GraduateId, SchoolCode, WaveId
from common.sql import Connection
from surveys.contact.domain import OptOut, OptOutId, OptOutSource
from surveys.contact.tables import opt_outs
from surveys.invitations.domain import Invitation
from surveys.invitations.tables import invitations

_HOLD = text("SELECT FROM response_streams WHERE graduate_id = :id FOR NO KEY UPDATE")
_ADD = text(
    """
    INSERT INTO opt_outs (school_code, graduate_id, employer_id, wave_id, source)
    VALUES (:school_code, CAST(:graduate_id AS uuid), CAST(:employer_id AS uuid), CAST(:wave_id AS uuid), :source)
    ON CONFLICT DO NOTHING RETURNING *
    """
)
_REVOKE = (
    update(opt_outs)
    .where(opt_outs.c.id == bindparam("of_id"))
    .values(revoked_at=NOW, version=opt_outs.c.version + 1)
    .returning(opt_outs)
)
_BY_TOKEN = text(
    """
    SELECT invitation.* FROM stop_tokens AS known JOIN invitations AS invitation ON invitation.id = known.invitation_id
     WHERE known.token_digest = :digest
    """
)
_OF_INVITATION = select(invitations).where(invitations.c.id == bindparam("id", type_=Uuid))
_SCHOOL_OF = text("SELECT school_code FROM graduates WHERE graduate_id = :id AND NOT erased")


async def hold(connection: Connection, subject: GraduateId | EmployerId) -> None:
    """Locks the stream of a graduate or an employer."""
    await connection.execute(_HOLD, {"id": subject})


async def add(
    connection: Connection,
    school_code: SchoolCode,
    subject: GraduateId | None,
    employer_id: EmployerId | None,
    wave_id: WaveId | None,
    source: OptOutSource,
) -> OptOut | None:
    """Stores an opt-out of a graduate, or of an employer; None where one stands that reaches as far."""
    bound = {
        "school_code": school_code,
        "graduate_id": subject,
        "employer_id": employer_id,
        "wave_id": wave_id,
        "source": source,
    }
    return rows.one_or_none(OptOut, await connection.execute(_ADD, bound))


async def revoke(connection: Connection, opt_out_id: OptOutId) -> OptOut:
    """Ends an opt-out."""
    return rows.one(OptOut, await connection.execute(_REVOKE, {"of_id": opt_out_id}))


async def find(connection: Connection, scope: RowScope, opt_out_id: OptOutId) -> OptOut | None:
    """The opt-out, if the scope sees its person."""
    return rows.one_or_none(OptOut, await connection.execute(_one(scope.shape), {**scope.values, "id": opt_out_id}))


async def page(
    connection: Connection,
    scope: RowScope,
    school_code: SchoolCode | None,
    wave_id: WaveId | None,
    after: UUID | None,
    limit: int,
) -> list[OptOut]:
    """Opt-outs in the order in which they came, also those that were revoked."""
    query = page_by_id(opt_outs, _visible, scope, after, limit, school_code=school_code, wave_id=wave_id)
    return rows.all(OptOut, await connection.execute(*query))


async def by_token(connection: Connection, digest: bytes) -> Invitation | None:
    """The invitation whose contact a token with this digest may end."""
    return rows.one_or_none(Invitation, await connection.execute(_BY_TOKEN, {"digest": digest}))


async def invitation(connection: Connection, invitation_id: UUID) -> Invitation:
    """An invitation that is known to exist."""
    return rows.one(Invitation, await connection.execute(_OF_INVITATION, {"id": invitation_id}))


async def school_of(connection: Connection, graduate_id: GraduateId) -> SchoolCode | None:
    """The school of a graduate who is not erased."""
    found = await connection.scalar(_SCHOOL_OF, {"id": graduate_id})
    return None if found is None else SchoolCode(found)


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(opt_outs).where(opt_outs.c.id == bindparam("id"), _visible(seen))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=opt_outs.c.school_code, graduate_id=opt_outs.c.graduate_id))
