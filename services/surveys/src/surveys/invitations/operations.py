"""Long work on invitations: making the links of a wave."""

from uuid import UUID

from common.auth import RowScope
from common.crypto import FieldCipher
from common.errors import NotFound
from common.operations import Handler, OperationContext, Outcome
from surveys.invitations import storage
from surveys.invitations.commands import invite_some
from surveys.invitations.storage import Batch
from surveys.waves import storage as waves

KIND = "invitations"


def inviting(cipher: FieldCipher) -> Handler:
    """The handler: a run that was broken off goes on with those who have no link yet."""

    async def invite(context: OperationContext) -> Outcome:
        batch, eligible = await _batch(context)
        while await _invite_chunk(context, cipher, batch):
            await context.progress(await _made(context), eligible)
        return Outcome({"created": await _made(context)})

    return invite


async def _batch(context: OperationContext) -> tuple[Batch, int]:
    async with context.database.reading() as connection:
        wave = await waves.find(connection, RowScope(everything=True), UUID(context.parameters["wave_id"]))
    if wave is None:
        raise NotFound
    return Batch(context.id, wave.id, wave.plan.school_code, context.parameters["channel"]), wave.eligible


async def _invite_chunk(context: OperationContext, cipher: FieldCipher, batch: Batch) -> int:
    async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
        made = await invite_some(unit, cipher, batch)
        await unit.commit()
    return made


async def _made(context: OperationContext) -> int:
    async with context.database.reading() as connection:
        return await storage.made_by(connection, context.id)
