"""The worker's part of shared entries: who asks is looked up, and sent the own link at once."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from uuid import UUID

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import Cohort, GraduateId, InvitationId, SchoolCode
from common.observability import logger
from common.registry_client import RegistryClient, RegistryRefused, RegistryUnavailable, RowKey
from common.sql import uuid_of
from surveys.contact.domain import Address, DueStep, Judged
from surveys.contact.operations.rounds import GRACE_SECONDS, Means, means_of, senders_of
from surveys.contact.operations.sending import Until, messages_of, send_all
from surveys.entries import commands, storage
from surveys.entries.domain import Request
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.settings import Settings
from surveys.waves import storage as waves
from surveys.waves.domain import Wave

SECONDS = 3.0
"""Between two looks for requests: who asks waits before a screen."""

AT_ONCE = 200
CHANNELS = (Channel.EMAIL, Channel.SMS)
"""By which a link is sent, the first by which the person is reached."""

Identify = Callable[[Wave, Sequence[Request]], Awaitable[Mapping[UUID, GraduateId]]]
"""Whom requests mean, by their ids, without those that mean no person."""

_log = logger(__name__)


@dataclass(frozen=True)
class Desk:
    """What answering requests needs of its surroundings."""

    database: Database
    cipher: FieldCipher
    identify: Identify
    means: Means


async def answer_requests(database: Database, cipher: FieldCipher, settings: Settings) -> None:
    """Answers what was asked for at shared entries; while registry is down it waits, for a day."""
    async with database.reading() as connection:
        found = await storage.waiting(connection, cipher, AT_ONCE)
    if not found:
        return
    async with RegistryClient.connected(settings) as registry, senders_of(settings) as senders:
        if not senders.keys() & set(CHANNELS):
            _log.warning("Links cannot be sent: neither mail nor messages are set up")
            return
        means = means_of(registry, senders, database, cipher, settings)
        try:
            await answer_all(Desk(database, cipher, partial(identify, registry), means), found)
        except (RegistryUnavailable, RegistryRefused) as silent:
            _log.warning("Requests for links wait", error=silent.code)


async def identify(registry: RegistryClient, wave: Wave, found: Sequence[Request]) -> dict[UUID, GraduateId]:
    """Asks registry whom numbers and names mean together; what it does not take, such as a NUL, means no person.

    A request that is refused keeps no other one waiting: those beside it are asked for without it. Raises
    RegistryUnavailable.
    """
    if wave.cohort is None:
        return {}
    try:
        return await _known(registry, wave.school_code, wave.cohort, found)
    except RegistryRefused:
        middle = len(found) // 2
        if not middle:
            return {}
        return {**await identify(registry, wave, found[:middle]), **await identify(registry, wave, found[middle:])}


async def _known(
    registry: RegistryClient, school_code: SchoolCode, cohort: Cohort, found: Sequence[Request]
) -> dict[UUID, GraduateId]:
    rows = [
        RowKey(row=at, student_number=each.named.student_number, exam_number=None, name=each.named.name)
        for at, each in enumerate(found)
    ]
    known = await registry.resolved(school_code, cohort, rows)
    return {
        found[each["row"]].id: GraduateId(uuid_of(each["graduate_id"]))
        for each in known
        if each.get("graduate_id") and not each.get("problem")
    }


async def answer_all(desk: Desk, found: Sequence[Request]) -> None:
    """Answers requests wave by wave; raises RegistryUnavailable or RegistryRefused."""
    for wave_id, part in groupby(sorted(found, key=lambda each: each.wave_id), key=lambda each: each.wave_id):
        async with desk.database.reading() as connection:
            wave = await waves.current(connection, wave_id)
        await answer_of_wave(desk, wave, [*part])


async def answer_of_wave(desk: Desk, wave: Wave, found: Sequence[Request]) -> None:
    """Sends each of those who are meant a message by the first channel that reaches them, and forgets all of them."""
    meant = await desk.identify(wave, found)
    judged = {}
    for each in {*meant.values()}:
        act = partial(commands.prepare, cipher=desk.cipher, wave_id=wave.id, graduate_id=each)
        judged[each] = await desk.database.act(SYSTEM, act)
    asked = {each.id: judged[meant[each.id]] if each.id in meant else None for each in found}
    left = dict(asked)
    for channel in (each for each in CHANNELS if each in desk.means.senders):
        people = [each for each in left.values() if each is not None]
        reached = await desk.means.reach(channel, people) if people else {}
        here = {name: one for name, one in left.items() if one is not None and one.invitation_id in reached}
        await _send(desk, wave, channel, here, reached, found)
        left = {name: one for name, one in left.items() if name not in here}
    # what is noted of those who cannot be reached stands where the manager looks
    await _send(desk, wave, next(each for each in CHANNELS if each in desk.means.senders), left, {}, found)


async def _send(
    desk: Desk,
    wave: Wave,
    channel: Channel,
    asked: Mapping[UUID, Judged | None],
    reached: Mapping[InvitationId, Address],
    found: Sequence[Request],
) -> None:
    if not asked:
        return
    due = DueStep(wave.id, wave.school_code, None, Step(StepKind.INVITE, channel, 0), wave.closes_at)
    price = desk.means.prices.get(channel, 0)
    act = partial(commands.answer, due=due, asked=asked, reached=reached, price=price)
    noted = await desk.database.act(SYSTEM, act)
    if noted:
        spoken = {one.invitation_id: each.language for each in found if (one := asked.get(each.id)) is not None}
        messages = await messages_of(desk.database, due, noted, reached, desk.means.public_url)
        said = [replace(one, language=spoken[each.invitation_id]) for one, each in zip(messages, noted, strict=True)]
        until = Until(time.monotonic() + GRACE_SECONDS)
        await send_all(desk.database, desk.means.senders[channel], said, until)
