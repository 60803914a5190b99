"""A topic with too many dead letters on a real broker: it pauses, the others go on, a better version resumes."""

from collections.abc import Sequence

from broker_events import GROUP, Applied, dead_letters, publish, publish_raw, stored

from common.consuming import Consumer, PartitionProgress, open_letters, replay_dead_letters
from common.contracts import IncomingEvent
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.registration import TOPIC
from common.database import Database
from common.errors import PermanentError
from common.kafka import on_wire
from common.observability import Notice, exposition
from common.publishing import Message, publisher
from common.settings import ServiceSettings
from testing.messaging import running
from testing.waiting import eventually


def paused(topic: str) -> bool:
    return f'quxiang_consumer_paused{{group="{GROUP}",topic="{topic}"}} 1.0' in exposition().decode()


async def test_a_handler_that_fails_on_everything_pauses_its_topic_and_leaves_no_letter(
    database: Database, settings: ServiceSettings
) -> None:
    reached: dict[tuple[str, int], PartitionProgress] = {}
    refusals: list[int] = []

    async def remember(progress: Sequence[PartitionProgress]) -> None:
        reached.update({(each.topic, each.partition): each for each in progress})

    def refuse_all_but_the_first(events: Sequence[IncomingEvent]) -> None:
        if any(event.sequence > 1 for event in events):
            refusals.append(len(events))
            raise PermanentError

    def applied(topic: str) -> int:
        return reached[topic, 0].applied if (topic, 0) in reached else 0

    await publish(settings, stored(1))
    bad = Consumer(
        database, settings, GROUP, [TOPIC, GRADUATES], Applied(refuse_all_but_the_first), on_progress=remember
    )
    async with running(bad.run):
        await eventually(lambda: applied(TOPIC) == 1, within=30, describe="the first event applied")
        await publish(settings, *(stored(number) for number in range(2, 41)))
        await eventually(lambda: paused(TOPIC), within=30, describe="a topic that pauses")
        refused = len(refusals)
        assert TOPIC in str(await bad.not_ready())
        # what cannot be read of another topic is set apart meanwhile: the group goes on
        async with publisher(settings) as client:
            await client.send([Message(on_wire(settings, GRADUATES), b"k", b"{", 0, [])])
        await eventually(lambda: applied(GRADUATES) == 1, describe="the other topic read")
        assert await _places(database) == [f"{GRADUATES}/0/0"]
        assert not paused(GRADUATES)
        # the watermark must not pass what waits, and nothing of it is tried again
        assert (applied(TOPIC), reached[TOPIC, 0].caught_up, len(refusals)) == (1, False, refused)
    good = Applied()
    async with running(Consumer(database, settings, GROUP, [TOPIC, GRADUATES], good).run):
        await eventually(lambda: set(range(2, 41)) <= set(good.sequences), within=30, describe="all the rest applied")
    assert await _places(database) == [f"{GRADUATES}/0/0"]


async def test_a_flood_that_cannot_be_read_pauses_its_topic(database: Database, settings: ServiceSettings) -> None:
    for _ in range(6):
        await publish_raw(settings, b"k", b"{", {})
    consumer = Consumer(database, settings, GROUP, [TOPIC], Applied())
    async with running(consumer.run):
        await eventually(lambda: paused(TOPIC), within=30, describe="a topic that pauses")
    assert await _places(database) == []


async def test_an_open_letter_is_named_and_replay_closes_it(database: Database, settings: ServiceSettings) -> None:
    def refuse_seven(events: Sequence[IncomingEvent]) -> None:
        if any(event.sequence == 7 for event in events):
            raise PermanentError

    handler = Applied(refuse_seven)
    await publish(settings, *(stored(number) for number in range(1, 21)))
    consumer = Consumer(database, settings, GROUP, [TOPIC], handler)
    async with running(consumer.run):
        notice = await eventually(lambda: _notice(consumer), describe="the letter named")
        assert f"{TOPIC}/0/6" in notice
        # a replay that comes too early brings it back to where the next one finds it
        assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 1
        assert len(await dead_letters(settings, 2)) == 2
        handler.rules.clear()
        assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 1
        await eventually(lambda: _none_open(consumer, database), describe="no letter open")
    assert handler.sequences == list(range(1, 21))


async def _notice(consumer: Consumer) -> str:
    found = await consumer.not_ready()
    return found if isinstance(found, Notice) else ""


async def _none_open(consumer: Consumer, database: Database) -> bool:
    return await _places(database) == [] and await consumer.not_ready() is None


async def _places(database: Database) -> list[str]:
    return [letter.place for letter in await open_letters(database)]
