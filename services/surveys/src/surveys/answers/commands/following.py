"""Whose a token is, its first use, and acts with it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TypeAlias, TypeVar

from common.auth import Actor
from common.database import Database, UnitOfWork
from common.once import AlreadyAnswered, Answered, Once, Remembered
from common.sql import Connection
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Invitation, InvitationState, LinkRefused
from surveys.privacy.commands import statement_for
from surveys.responses import storage as responses
from surveys.waves import storage as waves
from surveys.waves.domain import WavePhase

RESPONDENT = "respondent"
"""Role under which the audit trail names the holder of a link, who has no account."""

Holder: TypeAlias = Invitation | Ballot
"""What a token stands for: the link of a person, or a code without one."""

Done = TypeVar("Done", bound=Remembered)


def holder_of(holder: Holder) -> Actor:
    """Who acts with a link, or with a code, of which nothing is said."""
    return Actor("ballot" if isinstance(holder, Ballot) else f"invitation:{holder.id}", RESPONDENT)


async def acted(
    database: Database, holder: Holder, act: Callable[[UnitOfWork], Awaitable[Done]], once: Once | None = None
) -> Done:
    """Does what `database.act` does; the key of a request about a ballot stands in the ballot, and nowhere else."""
    if once is not None and isinstance(holder, Ballot):
        return await database.act(holder_of(holder), partial(_once, ballot=holder, once=once, act=act))
    return await database.act(holder_of(holder), act, once)


async def follow(database: Database, digest: bytes, of_ballot: bytes | None = None) -> Holder:
    """The invitation or the ballot whose token has this digest, its first use noted; raises LinkRefused.

    Of a token that may be a code `of_ballot` is the digest that it has as one.
    """
    # equality is decided on the digest of a random secret, so the index's timing gives no token away
    async with database.reading() as connection:
        holder: Holder | None = await invitations.by_digest(connection, digest)
        if holder is None:
            holder = await ballots.by_digest(connection, of_ballot or digest)
    match holder:
        case None:
            raise LinkRefused
        case Ballot(is_opened=False):
            await database.act(holder_of(holder), partial(open_ballot, ballot=holder))
        case Invitation(state=InvitationState.CREATED):
            await database.act(holder_of(holder), partial(open_link, invitation=holder))
    return holder


async def open_link(unit: UnitOfWork, *, invitation: Invitation) -> None:
    """Notes the first use of a link while its wave is open: from then on only its holder can read it.

    This is an act of its own: it stays when the request that used the link first is refused for something else.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    # read again under its lock: of two first uses one opens the link
    held = await invitations.hold(unit.connection, invitation.id)
    if held.state is not InvitationState.CREATED or held.token_digest is None or wave.phase is not WavePhase.OPEN:
        return
    await invitations.mark(unit.connection, held.id, InvitationState.OPENED)
    statement = await statement_for(unit.connection, wave.school_code, wave.privacy_statement_id)
    await responses.begun_with(unit.connection, held, *statement.place)
    detail = {"wave_id": str(held.wave_id)}
    await unit.audit("invitation.open", "invitation", held.id, school_code=held.school_code, detail=detail)


async def open_ballot(unit: UnitOfWork, *, ballot: Ballot) -> None:
    """Notes the first use of a code while its wave is open, in the ballot alone: what the holder is shown."""
    wave = await waves.current(unit.connection, ballot.wave_id, hold=True)
    held = await ballots.hold(unit.connection, ballot.id)
    if not held.is_opened and wave.phase is WavePhase.OPEN:
        statement = await statement_for(unit.connection, wave.school_code, wave.privacy_statement_id)
        await ballots.open_with(unit.connection, held, *statement.place)


async def held_by(connection: Connection, holder: Holder) -> Holder:
    """The invitation or the ballot, locked: every act on what is answered begins here."""
    if isinstance(holder, Ballot):
        return await ballots.hold(connection, holder.id)
    return replace(await invitations.hold(connection, holder.id), number=holder.number)


async def _once(unit: UnitOfWork, *, ballot: Ballot, once: Once, act: Callable[[UnitOfWork], Awaitable[Done]]) -> Done:
    await waves.current(unit.connection, ballot.wave_id, hold=True)
    held = await ballots.hold(unit.connection, ballot.id)
    key = "\n".join((once.method, once.path, once.key)).encode()
    request = sha256(held.digest + key + once.payload_hash).digest()
    if held.request_digest == request:
        raise AlreadyAnswered(Answered(str(held.id), held.version))
    done = await act(unit)
    await ballots.remember(unit.connection, held, request)
    return done
