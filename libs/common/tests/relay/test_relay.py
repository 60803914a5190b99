"""The relay: order, completeness, leadership, and what is left after a kill."""

from common.auth.principal import SYSTEM
from common.contracts import IncomingEvent
from common.database import Database
from common.kafka import partition_for
from common.relay.relay import Relay, Role
from common.relay.replay import replay
from common.settings import ServiceSettings
from testing.messaging import EventRecorder, destination_event, running
from testing.waiting import eventually


async def test_a_committed_event_arrives_as_it_was_announced(database: Database, settings: ServiceSettings) -> None:
    announced = destination_event(destination_code="46", place_code="410102")
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        async with database.transaction(SYSTEM) as work:
            token = await work.announce(announced)
            await work.commit()
        (received,) = await recorder.until(lambda events: len(events) == 1)
    assert (received.topic, received.key, received.sequence) == (token.topic, token.key, token.sequence)
    assert received.data == announced.data
    assert received.position == 1
    assert received.id.version == 7


async def test_a_school_has_one_partition_whatever_the_graduate(database: Database, settings: ServiceSettings) -> None:
    schools = ("90001", "90002", "90003", "90004")
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        async with database.transaction(SYSTEM) as work:
            for school in schools * 5:
                await work.announce(destination_event(school=school))
            await work.commit()
        events = await recorder.until(lambda events: len(events) == 20)
    places = {(event.school_code, event.partition) for event in events}
    assert places == {(school, partition_for(school, settings.partitions)) for school in schools}


async def test_what_was_rolled_back_is_never_sent(database: Database, settings: ServiceSettings) -> None:
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        async with database.transaction(SYSTEM) as work:
            await work.announce(destination_event(sequence=7))
        async with database.transaction(SYSTEM) as work:
            await work.announce(destination_event(sequence=8))
            await work.commit()
        events = await recorder.until(bool)
    assert [event.sequence for event in events] == [8]


async def test_two_relays_have_one_leader_and_the_other_takes_over(
    database: Database, settings: ServiceSettings
) -> None:
    first, second = Relay(database, settings), Relay(database, settings)
    async with running(second.run):
        async with running(first.run):
            await eventually(lambda: {first.role, second.role} == {Role.LEADING, Role.STANDING_BY})
        await eventually(lambda: second.role is Role.LEADING)


async def test_a_replay_equals_what_was_sent_first(database: Database, settings: ServiceSettings) -> None:
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        async with database.transaction(SYSTEM) as work:
            for sequence in range(1, 21):
                await work.announce(destination_event(sequence=sequence))
            await work.commit()
        first = await recorder.until(lambda events: len(events) == 20)
        assert await replay(database, settings) == 20
        again = (await recorder.until(lambda events: len(events) == 40))[20:]
    assert sorted(map(_content, again)) == sorted(map(_content, first))


def _content(event: IncomingEvent) -> tuple[object, ...]:
    return (
        event.position,
        str(event.id),
        event.key,
        event.sequence,
        str(event.recorded_at),
        event.data.model_dump_json(),
    )
