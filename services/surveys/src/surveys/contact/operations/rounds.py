"""One round of a worker: what is due is judged, noted and sent, part by part; what was put off is tried again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import TypeVar

from common import clock
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import InvitationId
from common.observability import logger
from common.registry_client import REVEALED_AT_ONCE, RegistryClient, RegistryRefused, RegistryUnavailable
from surveys.contact.commands import noting
from surveys.contact.commands.noting import Noted
from surveys.contact.domain import Address, DueStep, Judged, Sender, address_of, field_of, is_waking
from surveys.contact.operations.gateway import GatewayAddress, gateway_sender
from surveys.contact.operations.mail import Relay, mail_sender
from surveys.contact.operations.mails import Letterhead
from surveys.contact.operations.sending import Until, messages_of, send_all
from surveys.contact.storage import attempts, judging
from surveys.contact.storage.attempts import Deferred
from surveys.employers.storage.contacts import contacts_of
from surveys.invitations import commands as invitations
from surveys.invitations.domain import Batch
from surveys.invitations.storage import uninvited
from surveys.ladders.domain import GATED, Channel, Step, StepKind
from surveys.settings import Settings
from surveys.waves import storage as waves

SECONDS = 10.0
"""Between two rounds."""

AT_ONCE = REVEALED_AT_ONCE
NOTED_AT_ONCE = 100
"""A worker that dies loses no more messages than these: what it has noted may have left."""

LINKS_AT_ONCE = 5_000
LEASE = timedelta(minutes=15)
"""A message that is sent for longer has lost its sender: a round ends before."""

ROUND_SECONDS = 300.0
"""A round begins no other part after these, and the next one goes on."""

GRACE_SECONDS = 120.0
"""For so long after them it still sends what is noted."""

Found = TypeVar("Found")
Reach = Callable[[Channel, Sequence[Judged]], Awaitable[Mapping[InvitationId, Address]]]
"""The addresses of people for a channel, who have one; raises RegistryUnavailable or RegistryRefused."""

_log = logger(__name__)


@dataclass(frozen=True)
class Means:
    """What a round needs of its surroundings; `prices` are in fen, by channel."""

    reach: Reach
    senders: Mapping[Channel, Sender]
    prices: Mapping[str, int]
    public_url: str


async def contact_due(database: Database, cipher: FieldCipher, settings: Settings) -> None:
    """Does what is due now; while registry or a channel is down, a step stays due."""
    async with database.reading() as connection:
        is_due = await judging.due_steps(connection) or await attempts.underway(connection)
    if is_due and is_waking(clock.now()):
        async with RegistryClient.connected(settings) as registry, senders_of(settings) as senders:
            await Round(database, cipher, means_of(registry, senders, database, cipher, settings)).run()


def means_of(
    registry: RegistryClient,
    senders: Mapping[Channel, Sender],
    database: Database,
    cipher: FieldCipher,
    settings: Settings,
) -> Means:
    """The means of this process, the same for ladders, shared entries and unlinkable waves."""
    return Means(partial(reach, registry, database, cipher), senders, settings.message_prices, settings.public_base)


async def reach(
    registry: RegistryClient, database: Database, cipher: FieldCipher, channel: Channel, found: Sequence[Judged]
) -> dict[InvitationId, Address]:
    """The addresses that registry shows of graduates, which are not stored, and those of employers' contacts.

    Raises RegistryUnavailable or RegistryRefused.
    """
    employers = {each.employer_id: each.invitation_id for each in found if each.employer_id is not None}
    async with database.reading() as connection:
        asked = await contacts_of(connection, cipher, [*employers])
    reached = {employers[of]: address for of, each in asked if (address := address_of(channel, vars(each)))}
    return reached | await _reach_graduates(registry, channel, found)


async def _reach_graduates(
    registry: RegistryClient, channel: Channel, found: Sequence[Judged]
) -> dict[InvitationId, Address]:
    people = {each.graduate_id: each.invitation_id for each in found if each.graduate_id is not None}
    if not people:
        return {}
    shown = await registry.reveal("survey_contact", [*people], ["name", field_of(channel)])
    known = {people[person]: address_of(channel, values) for person, values in shown.items()}
    return {invitation: address for invitation, address in known.items() if address is not None}


@asynccontextmanager
async def senders_of(settings: Settings) -> AsyncIterator[Mapping[Channel, Sender]]:
    """The channels that are set up."""
    async with AsyncExitStack() as opened:
        senders: dict[Channel, Sender] = {}
        if settings.smtp_url is not None:
            relay = Relay(settings.smtp_url.get_secret_value(), Letterhead(settings.mail_from))
            senders[Channel.EMAIL] = await opened.enter_async_context(mail_sender(relay))
        if settings.gateway_url is not None and settings.gateway_secret is not None:
            address = GatewayAddress(settings.gateway_url, settings.gateway_secret.get_secret_value())
            senders |= dict.fromkeys(GATED, await opened.enter_async_context(gateway_sender(address)))
        yield senders


class Round:
    """What is due now, done step by step, and in parts: each is noted, sent, and what became of it is kept."""

    def __init__(self, database: Database, cipher: FieldCipher, means: Means) -> None:
        self._database = database
        self._cipher = cipher
        self._means = means
        self._begun = time.monotonic()

    async def run(self) -> None:
        """Does all of it, or as much as a round has time for; while registry is down steps stay due."""
        repeated = [channel for channel, sender in self._means.senders.items() if sender.repeats]
        async with self._database.transaction(SYSTEM) as unit:
            await attempts.lose(unit.connection, LEASE, repeated)
            await unit.commit()
        try:
            await self.try_again()
            async with self._database.reading() as connection:
                due = await judging.due_steps(connection)
            for each in due:
                await self.do(each)
        except (RegistryUnavailable, RegistryRefused) as silent:
            _log.warning("Steps stay due", error=silent.code)

    async def try_again(self) -> None:
        """Sends what was put off, wave by wave and step by step."""
        while self._goes_on:
            async with self._database.reading() as connection:
                found = await attempts.deferred(connection, [*self._means.senders], AT_ONCE)
            for _, part in groupby(found, key=lambda each: (each.wave_id, each.number, each.channel)):
                await self.send_again([*part])
            if not found:
                return

    async def send_again(self, put_off: Sequence[Deferred]) -> None:
        """Sends messages of one step that were put off."""
        one = put_off[0]
        async with self._database.reading() as connection:
            wave = await waves.current(connection, one.wave_id)
        step = Step(StepKind.INVITE, one.channel, 0) if one.number is None else noting.step_of(wave, one.number)
        assert step is not None, "a step that is due stays as it is"
        due = DueStep(one.wave_id, one.school_code, one.number or 0, step, wave.closes_at)
        found = [Judged(each.invitation_id, each.graduate_id, None, None, each.employer_id) for each in put_off]
        reached = await self._means.reach(one.channel, found)
        for part in self.parts_of(put_off):
            act = partial(noting.retry, put_off=part, reached=reached)
            await self._send(due, await self._database.act(SYSTEM, act), reached)

    async def do(self, due: DueStep) -> None:
        """Does a step for everybody whom it concerns now, and notes when it goes on, or that it has ended."""
        await self.make_links(due)
        next_at = None
        if due.step.channel is not Channel.LINK:
            if due.step.channel not in self._means.senders:
                _log.warning("A step stays due: its channel is not set up", channel=str(due.step.channel))
                return
            next_at = min([each async for each in self.waiting_after(due)], default=None)
        if self._goes_on:
            await self._database.act(SYSTEM, partial(noting.end, due=due, next_at=next_at))

    async def make_links(self, due: DueStep) -> None:
        """Makes the links that are missing, while the wave is open."""
        batch = Batch(None, due.wave_id, due.school_code, due.step.channel or Channel.LINK, due.audience)
        after, count = None, LINKS_AT_ONCE
        while due.closes_at > clock.now() and count:
            async with self._database.reading() as connection:
                people = await uninvited(connection, due.wave_id, LINKS_AT_ONCE, after=after, audience=due.audience)
            # those who were left behind are looked for from the beginning
            count = len(people) if people or after is None else LINKS_AT_ONCE
            after = people[-1][1] if people else None
            made = await asyncio.to_thread(invitations.sealed, self._cipher, people)
            await self._database.act(SYSTEM, partial(invitations.invite, batch=batch, made=made))

    async def waiting_after(self, due: DueStep) -> AsyncIterator[datetime]:
        """Does a step part by part; gives until when those wait who had a message just now."""
        channel, after, count = due.step.channel or Channel.LINK, None, AT_ONCE
        price = self._means.prices.get(channel, 0)
        while count == AT_ONCE and self._goes_on:
            async with self._database.reading() as connection:
                found = await judging.next_of(connection, due, after, AT_ONCE)
            ready = [each for each in found if each.reason is not None or each.waits_until is None]
            reached = await self._means.reach(channel, [each for each in ready if each.reason is None])
            for part in self.parts_of(ready):
                act = partial(noting.note, due=due, found=part, reached=reached, price=price)
                await self._send(due, await self._database.act(SYSTEM, act), reached)
            for each in found:
                after = each.invitation_id
                if each.reason is None and each.waits_until is not None:
                    yield each.waits_until
            count = len(found)

    def parts_of(self, found: Sequence[Found]) -> Iterator[Sequence[Found]]:
        """Parts that are noted at once, as long as the round goes on."""
        for at in range(0, len(found), NOTED_AT_ONCE):
            if self._goes_on:
                yield found[at : at + NOTED_AT_ONCE]

    async def _send(self, due: DueStep, noted: Sequence[Noted], reached: Mapping[InvitationId, Address]) -> None:
        if noted:
            messages = await messages_of(self._database, due, noted, reached, self._means.public_url)
            until = Until(self._begun + ROUND_SECONDS + GRACE_SECONDS, by_day=True)
            await send_all(self._database, self._means.senders[due.step.channel or Channel.LINK], messages, until)

    @property
    def _goes_on(self) -> bool:
        return time.monotonic() < self._begun + ROUND_SECONDS and is_waking(clock.now())
