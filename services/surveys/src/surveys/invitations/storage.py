"""Invitations in SQL."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Select, Text, bindparam, case, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import EVERYTHING, Owners, RowScope, ScopeShape
from common.crypto import FieldCipher
from common.database import NOW, Database
from common.database.pages import page_by_id
from common.identifiers import GraduateId, InvitationId, OperationId, WaveId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.invitations.domain import (
    ENDED,
    FIELD,
    Batch,
    Entry,
    Invitation,
    InvitationState,
    LinkRefused,
    NewInvitation,
)
from surveys.invitations.tables import access_entries, invitations
from surveys.waves.domain import Audience

_UNINVITED = text(
    """
    SELECT uuidv7() AS id, graduate_id AS subject_id
      FROM wave_eligible AS eligible JOIN graduates AS person USING (graduate_id)
     WHERE wave_id = :wave_id AND (CAST(:graduate_id AS uuid) IS NULL OR graduate_id = :graduate_id)
       AND graduate_id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000')
       AND NOT person.erased AND NOT EXISTS (
               SELECT FROM invitations AS made
                WHERE made.wave_id = eligible.wave_id AND made.graduate_id = eligible.graduate_id)
     ORDER BY graduate_id LIMIT :limit
    """
)

_UNINVITED_EMPLOYERS = text(
    """
    SELECT uuidv7() AS id, employer_id AS subject_id FROM wave_employers AS eligible
     WHERE wave_id = :wave_id AND employer_id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000')
       AND NOT EXISTS (
               SELECT FROM invitations AS made
                WHERE made.wave_id = eligible.wave_id AND made.employer_id = eligible.employer_id)
     ORDER BY employer_id LIMIT :limit
    """
)

# in the order of graduates, so that two operations on a wave wait for each other and never in a circle; the roster's
# entries are held, so that an erasure waits and then finds the link
_ADD = text(
    """
    INSERT INTO invitations
           (id, wave_id, graduate_id, school_code, operation_id, channel, token_digest, token_ciphertext)
    SELECT made.id, :wave_id, made.graduate_id, :school_code, CAST(:operation_id AS uuid), :channel,
           made.token_digest, made.token_ciphertext
      FROM unnest(CAST(:ids AS uuid[]), CAST(:subject_ids AS uuid[]),
                  CAST(:digests AS bytea[]), CAST(:ciphertexts AS bytea[]))
           AS made (id, graduate_id, token_digest, token_ciphertext)
      JOIN graduates AS person ON person.graduate_id = made.graduate_id AND NOT person.erased
      -- before it opens a wave may have come to ask others
      JOIN wave_eligible AS asked ON asked.wave_id = :wave_id AND asked.graduate_id = made.graduate_id
     ORDER BY made.graduate_id FOR SHARE OF person
    ON CONFLICT (wave_id, graduate_id) DO NOTHING
    """
)

_ADD_EMPLOYERS = text(
    """
    INSERT INTO invitations
           (id, wave_id, employer_id, school_code, operation_id, channel, token_digest, token_ciphertext)
    SELECT made.id, :wave_id, made.employer_id, :school_code, :operation_id, :channel,
           made.token_digest, made.token_ciphertext
      FROM unnest(CAST(:ids AS uuid[]), CAST(:subject_ids AS uuid[]),
                  CAST(:digests AS bytea[]), CAST(:ciphertexts AS bytea[]))
           AS made (id, employer_id, token_digest, token_ciphertext)
      JOIN wave_employers AS asked ON asked.wave_id = :wave_id AND asked.employer_id = made.employer_id
     ORDER BY made.employer_id
    ON CONFLICT (wave_id, employer_id) DO NOTHING
    """
)
_MADE_BY = text("SELECT count(*) FROM invitations WHERE operation_id = :operation_id")

_BY_DIGEST = select(invitations).where(invitations.c.token_digest == bindparam("digest"))
_OF_GRADUATE = select(invitations).where(
    invitations.c.wave_id == bindparam("wave_id"), invitations.c.graduate_id == bindparam("graduate_id")
)
_HOLD_OF = _OF_GRADUATE.with_for_update()
_BY_ENTRY = (
    select(invitations, access_entries.c.by_phone, func.coalesce(access_entries.c.number, 1).label("number"))
    .join(access_entries, access_entries.c.invitation_id == invitations.c.id)
    .where(access_entries.c.token_digest == bindparam("digest"), access_entries.c.expires_at > NOW)
    # of who is erased no token opens anything
    .where(invitations.c.token_digest.is_not(None))
)
_ADD_ENTRY = (
    insert(access_entries)
    .values(expires_at=NOW + bindparam("lives", type_=Interval))
    .returning(access_entries.c.expires_at)
)
_LAST_NUMBER = select(func.max(access_entries.c.number)).where(access_entries.c.invitation_id == bindparam("id"))
_END_ENTRIES = delete(access_entries).where(access_entries.c.expires_at <= NOW)
_HOLD = select(invitations).where(invitations.c.id == bindparam("id")).with_for_update()
_HAS_ENDED = or_(*(invitations.c.state == each.value for each in ENDED))
_TO_STATE = bindparam("to_state", type_=Text)
MARKED = update(invitations).values(
    # what was answered can be taken back though the link has ended
    state=case((_HAS_ENDED, invitations.c.state), else_=_TO_STATE),
    token_ciphertext=None,
    first_used_at=func.coalesce(invitations.c.first_used_at, NOW),
)
"""What becomes of links whose token is forgotten; which ones, and `to_state`, are said where it is used."""

_MARK = MARKED.where(invitations.c.id == bindparam("of_id"))
_REVOKE = (
    update(invitations).where(invitations.c.id == bindparam("of_id")).values(state="revoked", token_ciphertext=None)
)

# in the order in which acts lock invitations
_EXPIRE = text(
    """
    WITH ended AS (
        SELECT id FROM invitations WHERE wave_id = :wave_id AND state IN ('created', 'opened')
         ORDER BY id LIMIT :limit FOR UPDATE
    )
    UPDATE invitations SET state = 'expired', token_ciphertext = NULL FROM ended WHERE invitations.id = ended.id
    """
)


_OTHERS = text(
    f"""
    SELECT id, token_ciphertext FROM invitations WHERE {by_another_key("token_ciphertext")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE invitations SET token_ciphertext = :new WHERE id = :id")


async def uninvited(
    connection: Connection,
    wave_id: WaveId,
    limit: int,
    graduate_id: GraduateId | None = None,
    *,
    after: UUID | None = None,
    audience: Audience = Audience.GRADUATES,
) -> list[tuple[InvitationId, UUID]]:
    """Whom a wave asks and who is not invited, nor erased, each with the id that the invitation will have.

    With `graduate_id` that one alone, with `after` those behind it in the order of ids. The id comes before the row,
    because a ciphertext is bound to its row.
    """
    bound = {"wave_id": wave_id, "graduate_id": graduate_id, "after": after, "limit": limit}
    statement = _UNINVITED_EMPLOYERS if audience is Audience.EMPLOYERS else _UNINVITED
    found = await connection.execute(statement, bound)
    return [(InvitationId(row.id), row.subject_id) for row in found]


async def add(connection: Connection, batch: Batch, made: Sequence[NewInvitation]) -> int:
    """Stores the invitations and counts them.

    Left out is whom another operation has invited meanwhile, or who is erased by now.
    """
    bound = {
        "wave_id": batch.wave_id,
        "school_code": batch.school_code,
        "operation_id": batch.operation_id,
        "channel": batch.channel,
        "ids": [each.id for each in made],
        "subject_ids": [each.subject_id for each in made],
        "digests": [each.token_digest for each in made],
        "ciphertexts": [each.token_ciphertext for each in made],
    }
    return await connection.affected(_ADD_EMPLOYERS if batch.audience is Audience.EMPLOYERS else _ADD, bound)


async def made_by(connection: Connection, operation_id: OperationId) -> int:
    """How many invitations an operation made, in all its runs."""
    return int(await connection.scalar(_MADE_BY, {"operation_id": operation_id}))


async def page(connection: Connection, wave_id: WaveId, after: UUID | None, limit: int) -> list[Invitation]:
    """Invitations of a wave in the order of their ids."""
    query = page_by_id(invitations, _every_one, EVERYTHING, after, limit, wave_id=wave_id)
    return rows.all(Invitation, await connection.execute(*query))


async def of_graduate(connection: Connection, wave_id: WaveId, graduate_id: GraduateId) -> Invitation | None:
    """The invitation of a graduate to a wave; None while there is none."""
    bound = {"wave_id": wave_id, "graduate_id": graduate_id}
    return rows.one_or_none(Invitation, await connection.execute(_OF_GRADUATE, bound))


async def by_digest(connection: Connection, digest: bytes) -> Invitation | None:
    """The invitation whose token has this digest, or that of an entry that has not expired."""
    found = rows.one_or_none(Invitation, await connection.execute(_BY_DIGEST, {"digest": digest}))
    return found or rows.one_or_none(Invitation, await connection.execute(_BY_ENTRY, {"digest": digest}))


async def add_entry(connection: Connection, entry: Entry) -> datetime:
    """Stores an entry; when it expires."""
    values = {
        "token_digest": entry.token_digest,
        "invitation_id": entry.invitation.id,
        "school_code": entry.invitation.school_code,
        "by_phone": entry.by_phone,
        "number": entry.number,
        "lives": entry.lives,
    }
    expires_at: datetime = await connection.scalar(_ADD_ENTRY, values)
    return expires_at


async def last_number(connection: Connection, invitation_id: InvitationId) -> int:
    """The number of the last answer of a held invitation that has a token of its own; 0 before the first."""
    return await connection.scalar(_LAST_NUMBER, {"id": invitation_id}) or 0


async def end_entries(connection: Connection) -> None:
    """Forgets the entries that have expired."""
    await connection.execute(_END_ENTRIES, {})


async def find(connection: Connection, scope: RowScope, invitation_id: InvitationId) -> Invitation | None:
    """The invitation, if the scope sees its school."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": invitation_id})
    return rows.one_or_none(Invitation, found)


async def hold_of(connection: Connection, wave_id: WaveId, graduate_id: GraduateId) -> Invitation | None:
    """The invitation of a graduate to a wave, locked; None if there is none."""
    found = await connection.execute(_HOLD_OF, {"wave_id": wave_id, "graduate_id": graduate_id})
    return rows.one_or_none(Invitation, found)


async def hold(connection: Connection, invitation_id: InvitationId) -> Invitation:
    """An invitation, locked: every act on it, its response and its pages begins here.

    Raises LinkRefused for one that is gone: its wave has come to ask others before it opened.
    """
    held = rows.one_or_none(Invitation, await connection.execute(_HOLD, {"id": invitation_id}))
    if held is None:
        raise LinkRefused
    return held


async def mark(connection: Connection, invitation_id: InvitationId, state: InvitationState) -> None:
    """Records what became of the link, and forgets the token: from the first use only the graduate knows it.

    One that has expired or was revoked stays so.
    """
    await connection.execute(_MARK, {"of_id": invitation_id, "to_state": state.value})


async def revoke(connection: Connection, invitation_id: InvitationId) -> Invitation:
    """Takes a held invitation back: neither its link nor a further token opens anything."""
    await connection.execute(_REVOKE, {"of_id": invitation_id})
    return await hold(connection, invitation_id)


async def expire(connection: Connection, wave_id: WaveId, limit: int) -> int:
    """Ends invitations of a wave that were never answered, at most so many; how many."""
    return await connection.affected(_EXPIRE, {"wave_id": wave_id, "limit": limit})


async def reseal_tokens(database: Database, cipher: FieldCipher) -> int:
    """Seals tokens of links that were not used yet by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "new": cipher.encrypt(FIELD, row.id, cipher.decrypt(FIELD, row.id, row.token_ciphertext))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


def _every_one(seen: ScopeShape) -> ColumnElement[bool]:
    # who may see a wave sees its invitations
    return seen.condition(Owners())


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    visible = seen.condition(Owners(school_code=invitations.c.school_code))
    return select(invitations).where(invitations.c.id == bindparam("id"), visible)
