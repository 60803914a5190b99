"""The worker's part of unlinkable waves: a step that is due is noted as a whole, mixed, and sent by this process."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from random import SystemRandom
from uuid import uuid4

from common import clock
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.errors import Message
from common.identifiers import InvitationId, WaveId
from common.observability import logger
from common.registry_client import REVEALED_AT_ONCE, RegistryClient, RegistryRefused, RegistryUnavailable
from surveys.ballots import commands
from surveys.ballots.commands import Leaving
from surveys.ballots.domain import spoken_step
from surveys.ballots.storage import sendings
from surveys.contact.domain import (
    PATIENCE,
    Address,
    AttemptId,
    AttemptState,
    DueStep,
    Judged,
    Outgoing,
    Sender,
    is_waking,
    last_day,
    stop_link,
)
from surveys.contact.operations.rounds import Means, means_of, senders_of
from surveys.contact.storage import judging
from surveys.invitations.domain import link
from surveys.ladders.domain import Channel
from surveys.roster.storage import school_names
from surveys.settings import Settings

SECONDS = 10.0
"""Between two looks."""

SENDING_SECONDS = 500.0
"""For so long a step is sent; what has not left by then never does. It is less than an act of the worker may take."""

PAUSE_SECONDS = 20.0
"""Before what a relay put off is handed to it again."""

_LOCK = "SELECT pg_try_advisory_lock(hashtext('ballots'), hashtext($1))"
_log = logger(__name__)


async def send_due(database: Database, cipher: FieldCipher, settings: Settings) -> None:
    """Sends what is due now; while registry or a channel is down, a step stays due."""
    await notice_interrupted(database)
    async with database.reading() as connection:
        due = await judging.due_steps(connection, unlinkable=True)
    # a step goes out as a whole, so that none is begun which the night would meet
    if not due or not (is_waking(now := clock.now()) and is_waking(now + timedelta(seconds=SENDING_SECONDS))):
        return
    async with RegistryClient.connected(settings) as registry, senders_of(settings) as senders:
        means = means_of(registry, senders, database, cipher, settings)
        for each in due:
            try:
                await send_step(database, means, each)
            except (RegistryUnavailable, RegistryRefused) as silent:
                _log.warning("Steps stay due", error=silent.code)
                return


async def notice_interrupted(database: Database) -> None:
    """Notes which sendings have lost their process."""
    async with database.reading() as connection:
        begun = await sendings.underway(connection)
    for each in begun:
        async with alone(database, each.wave_id, each.step) as is_alone:
            if is_alone:
                await database.act(SYSTEM, partial(commands.give_up, wave_id=each.wave_id, step=each.step))


async def send_step(database: Database, means: Means, due: DueStep, seconds: float = SENDING_SECONDS) -> None:
    """Notes a step as a whole and sends it in an order that is kept nowhere; raises what `Means.reach` raises."""
    channel = due.step.channel or Channel.LINK
    if channel not in means.senders:
        _log.warning("A step stays due: its channel is not set up", channel=str(channel))
        return
    async with alone(database, due.wave_id, due.number or 0) as is_alone:
        if not is_alone:
            return
        await database.act(SYSTEM, partial(commands.invite, due=due))
        found = [each async for each in everybody(database, due)]
        reached = await addresses(means, channel, found)
        price = means.prices.get(channel, 0)
        act = partial(commands.note, due=due, found=found, reached=reached, price=price)
        leaving = await database.act(SYSTEM, act)
        if not leaving:
            return
        messages = await messages_of(database, due, leaving, reached, means.public_url)
        SystemRandom().shuffle(messages)
        is_whole = await hand_over(means.senders[channel], messages, time.monotonic() + seconds)
        await database.act(SYSTEM, partial(commands.end, due=due, is_whole=is_whole))


@asynccontextmanager
async def alone(database: Database, wave_id: WaveId, step: int) -> AsyncIterator[bool]:
    """Holds a sending for as long as this process lives; False where another process has it."""
    async with dedicated_connection(database.pool, "ballots") as connection:
        yield bool(await connection.fetchval(_LOCK, f"{wave_id}/{step}"))


async def everybody(database: Database, due: DueStep) -> AsyncIterator[Judged]:
    """All whom a step may concern."""
    after, count = None, REVEALED_AT_ONCE
    while count == REVEALED_AT_ONCE:
        async with database.reading() as connection:
            found = await judging.next_of(connection, due, after, REVEALED_AT_ONCE)
        for each in found:
            after = each.invitation_id
            yield each
        count = len(found)


async def addresses(means: Means, channel: Channel, found: Sequence[Judged]) -> dict[InvitationId, Address]:
    """The addresses of those who are not left alone."""
    asked, known = [each for each in found if each.reason is None], dict[InvitationId, Address]()
    for at in range(0, len(asked), REVEALED_AT_ONCE):
        known |= await means.reach(channel, asked[at : at + REVEALED_AT_ONCE])
    return known


async def messages_of(
    database: Database,
    due: DueStep,
    leaving: Sequence[Leaving],
    reached: Mapping[InvitationId, Address],
    public_url: str,
) -> list[Outgoing]:
    """The messages; their ids are new ones, which no report can bring back to an attempt."""
    async with database.reading() as connection:
        names = await school_names(connection, due.school_code)
    school = Message(names.name or due.school_code, names.name_en or names.name or due.school_code)
    closes_on, until, step = last_day(due.closes_at), clock.now() + PATIENCE, spoken_step(due.step)
    return [
        Outgoing(
            AttemptId(uuid4()),
            step,
            reached[each.invitation_id],
            school,
            f"{public_url.rstrip('/')}/a" if each.code is None else link(public_url, each.code),
            stop_link(public_url, each.stop_token),
            closes_on,
            until,
        )
        for each in leaving
    ]


async def hand_over(
    sender: Sender, messages: Sequence[Outgoing], deadline: float, pause: float = PAUSE_SECONDS
) -> bool:
    """Sends messages until a deadline, and those that were put off once more; whether none was left."""
    left = list(messages)
    while left:
        queue = iter(left)
        parts = await asyncio.gather(
            *(_put_off(sender, queue, deadline) for _ in range(min(sender.at_once, len(left))))
        )
        left = [message for part in parts for message in part]
        if left and time.monotonic() + pause > deadline:
            return False
        if left:
            await asyncio.sleep(pause)
    return True


async def _put_off(sender: Sender, messages: Iterator[Outgoing], deadline: float) -> list[Outgoing]:
    """Takes one message after the other, as others do beside it; those that did not leave."""
    return [
        message
        for message in messages
        if time.monotonic() > deadline or (await sender.send(message)).state is AttemptState.DEFERRED
    ]
