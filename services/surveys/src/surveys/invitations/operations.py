"""Long work on invitations: making the links of a wave."""

import asyncio
from functools import partial
from uuid import UUID

from common.auth import EVERYTHING
from common.crypto import FieldCipher
from common.errors import NotFound
from common.identifiers import WaveId
from common.operations import Handler, OperationContext, Outcome
from surveys.invitations import commands, storage
from surveys.invitations.domain import Batch, Channel
from surveys.waves import storage as waves

CHUNK = 5_000
"""Invitations of one act."""


def inviting(cipher: FieldCipher) -> Handler:
    """The handler: a run that was broken off goes on with those who have no link yet."""

    async def invite(context: OperationContext) -> Outcome:
        async with context.database.reading() as connection:
            wave = await waves.find(connection, EVERYTHING, WaveId(UUID(context.parameters["wave_id"])))
        if wave is None:
            raise NotFound
        batch = Batch(context.id, wave.id, wave.school_code, Channel(context.parameters["channel"]), wave.audience)
        after = None
        while True:
            # read anew each time: another operation on the wave may have invited some meanwhile
            async with context.database.reading() as connection:
                asked = await storage.uninvited(connection, wave.id, CHUNK, after=after, audience=wave.audience)
                created = await storage.made_by(connection, context.id)
            await context.progress(created, wave.eligible)
            if not asked and after is None:
                return Outcome({"created": created})
            # those who were left behind are looked for from the beginning
            after = asked[-1][1] if asked else None
            if await context.is_cancelled():
                return Outcome({"created": created}, state="cancelled")
            # encrypting thousands of tokens would hold up every request of this process, and inside an act its locks
            made = await asyncio.to_thread(commands.sealed, cipher, asked)
            await context.database.act(context.actor, partial(commands.invite, batch=batch, made=made))

    return invite
