"""What is noted leaves, several messages side by side, and what became of each is kept as it comes."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from common import clock
from common.auth import SYSTEM
from common.database import Database
from common.errors import Message
from common.identifiers import InvitationId
from surveys.contact.commands.noting import Noted
from surveys.contact.domain import (
    PATIENCE,
    Address,
    AttemptId,
    AttemptState,
    DueStep,
    Outcome,
    Outgoing,
    Sender,
    is_waking,
    last_day,
    stop_link,
)
from surveys.contact.storage import attempts
from surveys.invitations.domain import link
from surveys.roster.storage import school_names

PAUSE = timedelta(minutes=15)
"""Before a message that was put off is tried again."""

KEPT_AT_ONCE = 100


@dataclass(frozen=True)
class Until:
    """When nothing is sent any more, by `time.monotonic`, or `by_day` alone: what has not left by then is put off."""

    deadline: float
    by_day: bool = False

    @property
    def is_over(self) -> bool:
        """Whether that is so."""
        return time.monotonic() > self.deadline or (self.by_day and not is_waking(clock.now()))


async def messages_of(
    database: Database, due: DueStep, noted: Iterable[Noted], reached: Mapping[InvitationId, Address], public_url: str
) -> list[Outgoing]:
    """The messages of what is noted."""
    async with database.reading() as connection:
        names = await school_names(connection, due.school_code)
    school = Message(names.name or due.school_code, names.name_en or names.name or due.school_code)
    closes_on, until = last_day(due.closes_at), clock.now() + PATIENCE
    return [
        Outgoing(
            each.id,
            due.step,
            reached[each.invitation_id],
            school,
            link(public_url, each.link_token),
            stop_link(public_url, each.stop_token),
            closes_on,
            until,
        )
        for each in noted
    ]


async def send_all(database: Database, sender: Sender, messages: Sequence[Outgoing], until: Until) -> None:
    """Sends messages; what became of those that have left is kept, also where others cannot be sent.

    Where the worker ends meanwhile, only those under way remain open: the others have not left, and are put off.
    """
    left, done = iter(messages), dict[AttemptId, Outcome]()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(sender.at_once, len(messages))):
                group.create_task(send_each(database, sender, left, done, until))
    finally:
        await keep(database, done | {each.id: Outcome(AttemptState.DEFERRED) for each in left})


async def send_each(
    database: Database, sender: Sender, messages: Iterator[Outgoing], done: dict[AttemptId, Outcome], until: Until
) -> None:
    """Takes one message after the other, as others do beside it."""
    for message in messages:
        done[message.id] = Outcome(AttemptState.DEFERRED) if until.is_over else await sender.send(message)
        if len(done) >= KEPT_AT_ONCE:
            kept = dict(done)
            done.clear()
            await keep(database, kept)


async def keep(database: Database, done: Mapping[AttemptId, Outcome]) -> None:
    """Stores what became of messages."""
    async with database.transaction(SYSTEM) as unit:
        await attempts.keep(unit.connection, done, PAUSE)
        await unit.commit()
