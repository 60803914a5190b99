"""Invitations in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import NOW
from surveys.invitations.domain import InvitationState
from surveys.invitations.tables import invitations


@dataclass(frozen=True)
class Invitation:
    """邀请 of one graduate to one wave; the ciphertext is that of an unused link's token."""

    id: UUID
    wave_id: UUID
    graduate_id: UUID
    school_code: str
    channel: str
    state: InvitationState
    token_ciphertext: bytes | None
    created_at: datetime


@dataclass(frozen=True)
class Batch:
    """What the invitations of one run have in common."""

    operation_id: UUID
    wave_id: UUID
    school_code: str
    channel: str


@dataclass(frozen=True)
class NewInvitation:
    """An invitation with the digest and the ciphertext of its token, about to be stored."""

    id: UUID
    graduate_id: UUID
    token_digest: bytes
    token_ciphertext: bytes


_HOLD = text("SELECT FROM waves WHERE id = :wave_id FOR NO KEY UPDATE")

_UNINVITED = text(
    """
    SELECT graduate_id FROM wave_eligible AS eligible
     WHERE wave_id = :wave_id AND NOT EXISTS (
               SELECT FROM invitations AS made
                WHERE made.wave_id = eligible.wave_id AND made.graduate_id = eligible.graduate_id)
     ORDER BY graduate_id LIMIT :limit
    """
)

_ADD = text(
    """
    INSERT INTO invitations
           (id, wave_id, graduate_id, school_code, operation_id, channel, token_digest, token_ciphertext)
    SELECT made.id, :wave_id, made.graduate_id, :school_code, :operation_id, :channel,
           made.token_digest, made.token_ciphertext
      FROM unnest(CAST(:ids AS uuid[]), CAST(:graduate_ids AS uuid[]),
                  CAST(:digests AS bytea[]), CAST(:ciphertexts AS bytea[]))
           AS made (id, graduate_id, token_digest, token_ciphertext)
    """
)

_MADE_BY = text("SELECT count(*) FROM invitations WHERE operation_id = :operation_id")

_NEW_IDS = text("SELECT uuidv7() FROM generate_series(1, :count)")


async def uninvited(connection: AsyncConnection, wave_id: UUID, limit: int) -> list[UUID]:
    """Eligible graduates of the wave who have no invitation yet; nobody else invites until the transaction ends."""
    await connection.execute(_HOLD, {"wave_id": wave_id})
    found = await connection.execute(_UNINVITED, {"wave_id": wave_id, "limit": limit})
    return list(found.scalars())


async def new_ids(connection: AsyncConnection, count: int) -> list[UUID]:
    """Ids for invitations: needed before the rows, because a ciphertext is bound to its row."""
    return list((await connection.execute(_NEW_IDS, {"count": count})).scalars())


async def add(connection: AsyncConnection, batch: Batch, made: Sequence[NewInvitation]) -> None:
    """Stores the invitations."""
    bound = {
        "wave_id": batch.wave_id,
        "school_code": batch.school_code,
        "operation_id": batch.operation_id,
        "channel": batch.channel,
        "ids": [each.id for each in made],
        "graduate_ids": [each.graduate_id for each in made],
        "digests": [each.token_digest for each in made],
        "ciphertexts": [each.token_ciphertext for each in made],
    }
    await connection.execute(_ADD, bound)


async def made_by(connection: AsyncConnection, operation_id: UUID) -> int:
    """How many invitations an operation made, in all its runs."""
    return int((await connection.execute(_MADE_BY, {"operation_id": operation_id})).scalar_one())


async def page(connection: AsyncConnection, wave_id: UUID, after: UUID | None, limit: int) -> list[Invitation]:
    """Invitations of a wave in a fixed order."""
    query = select(invitations).where(invitations.c.wave_id == wave_id).order_by(invitations.c.id).limit(limit)
    if after is not None:
        query = query.where(invitations.c.id > after)
    return [_invitation(row) for row in (await connection.execute(query)).mappings()]


async def by_digest(connection: AsyncConnection, digest: bytes) -> Invitation | None:
    """The invitation whose token has this digest, held until the transaction ends."""
    query = select(invitations).where(invitations.c.token_digest == digest).with_for_update()
    row = (await connection.execute(query)).mappings().one_or_none()
    return _invitation(row) if row else None


async def mark(connection: AsyncConnection, invitation_id: UUID, state: InvitationState) -> None:
    """Records what became of the link, and forgets the token: from the first use only the graduate knows it."""
    await connection.execute(
        update(invitations)
        .where(invitations.c.id == invitation_id)
        .values(
            state=state.value,
            token_ciphertext=None,
            first_used_at=func.coalesce(invitations.c.first_used_at, NOW),
        )
    )


def _invitation(row: RowMapping) -> Invitation:
    return Invitation(
        id=row["id"],
        wave_id=row["wave_id"],
        graduate_id=row["graduate_id"],
        school_code=row["school_code"],
        channel=row["channel"],
        state=InvitationState(row["state"]),
        token_ciphertext=row["token_ciphertext"],
        created_at=row["created_at"],
    )
