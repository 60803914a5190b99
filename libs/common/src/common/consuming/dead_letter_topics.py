"""Topics of dead letters: messages that could not be processed, as they came, with the cause in headers."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common.consuming.dead_letters import (
    GROUP,
    OFFSET,
    PARTITION,
    PREFIX,
    TOPIC,
    DeadLetter,
    Letter,
    closed_letters,
    letter_ids,
    open_letters,
)
from common.contracts.catalogue import dead_letter_topic
from common.contracts.envelope import MAX_BODY
from common.database import Database
from common.kafka import (
    ANSWER_SECONDS,
    START_SECONDS,
    answered,
    commit,
    consumer,
    ensure_topics,
    on_wire,
    reader,
)
from common.observability import counter, logger
from common.publishing import Message, Publisher, publisher
from common.settings import ServiceSettings

_ERROR, _CODE, _OMITTED = f"{PREFIX}error", f"{PREFIX}code", f"{PREFIX}body_omitted"

_log = logger(__name__)
_dead_letters = counter("consumer_dead_letters_total", "Messages sent to dead letters", ["group", "code"])


async def send_dead_letters(settings: ServiceSettings, group: str, letters: Sequence[DeadLetter]) -> None:
    """Returns when the broker has acknowledged all; raises BrokerUnavailableError."""
    if not letters:
        return
    topics = sorted({letter.place[0] for letter in letters})
    await ensure_topics(settings, topics, {group: topics})
    async with publisher(settings) as client:
        await client.send([_message(settings, group, letter) for letter in letters])
    for letter in letters:
        _dead_letters.labels(group, letter.code).inc()
        topic, partition, offset = letter.place
        _log.error(
            "Message sent to dead letters",
            group=group,
            letter=letter.id,
            error=letter.error,
            code=letter.code,
            topic=topic,
            partition=partition,
            offset=offset,
        )


def _message(settings: ServiceSettings, group: str, letter: DeadLetter) -> Message:
    record, (topic, partition, offset) = letter.record, letter.place
    facts: dict[str, object] = {
        _ERROR: letter.error,
        _CODE: letter.code,
        GROUP: group,
        TOPIC: topic,
        PARTITION: partition,
        OFFSET: offset,
    }
    body = record.value
    if body is not None and len(body) > MAX_BODY:
        # a body that no topic of ours takes stays where it is
        facts[_OMITTED], body = len(body), None
    headers = without_cause(record) + [(name, str(value).encode()) for name, value in facts.items()]
    return Message(on_wire(settings, dead_letter_topic(topic, group)), record.key, body, record.partition, headers)


async def replay_dead_letters(database: Database, settings: ServiceSettings, group: str, topics: Sequence[str]) -> int:
    """Sends what lies in a group's dead letters to its original topic and partition again; returns how many.

    Only what is there at the start, each once, and nothing whose letter is closed. A returned message names its letter,
    so what fails again is the same letter, and what is applied closes it.
    """
    await ensure_topics(settings, topics, {group: topics})
    closed, opened = await closed_letters(database, group), {each.id for each in await open_letters(database, group)}
    letters = [dead_letter_topic(topic, group) for topic in topics]
    async with consumer(settings, f"{group}.dead-letters", letters) as client, publisher(settings) as writer:
        ends = await _ends(client)
        count = 0
        while await _remaining(client, ends):
            fetched = await answered(client.getmany(timeout_ms=200), ANSWER_SECONDS, "dead letters")
            for partition, records in fetched.items():
                due = [record for record in records if record.offset < ends[partition]]
                for record in due:
                    ids = letter_ids(record, group)
                    if ids & opened or not ids & closed:
                        count += await _returned(settings, writer, record)
                if due:
                    await commit(client, {partition: due[-1].offset + 1})
        return count


async def message_of(settings: ServiceSettings, letter: Letter) -> ConsumerRecord | None:
    """The message of a letter as it lies in the topic of dead letters, its newest copy; None where it is gone."""
    topic = dead_letter_topic(letter.topic, letter.consumer_group)
    await ensure_topics(settings, [letter.topic], {letter.consumer_group: [letter.topic]})
    place, found = TopicPartition(on_wire(settings, topic), letter.partition), None
    async with reader(settings, [topic]) as client:
        end = (await answered(client.end_offsets([place]), ANSWER_SECONDS, "end of dead letters"))[place]
        await answered(client.seek_to_beginning(place), ANSWER_SECONDS, "beginning of dead letters")
        while await answered(client.position(place), ANSWER_SECONDS, "position in dead letters") < end:
            fetched = await answered(client.getmany(place, timeout_ms=200), ANSWER_SECONDS, "dead letters")
            for record in fetched.get(place, ()):
                if letter.id in letter_ids(record, letter.consumer_group):
                    found = record
    return found


async def send_back(settings: ServiceSettings, letter: Letter) -> bool:
    """Sends the message of one letter to its original topic and partition again; False where it is gone."""
    record = await message_of(settings, letter)
    if record is None:
        return False
    async with publisher(settings) as writer:
        return bool(await _returned(settings, writer, record))


def without_cause(record: ConsumerRecord) -> list[tuple[str, bytes]]:
    """The headers of a message as they were, before it became a dead letter."""
    return [(name, value) for name, value in record.headers if not name.startswith(PREFIX)]


async def _returned(settings: ServiceSettings, writer: Publisher, record: ConsumerRecord) -> int:
    facts = dict(record.headers)
    if _OMITTED in facts or TOPIC not in facts:
        _log.warning("Dead letter stays", topic=record.topic, partition=record.partition, offset=record.offset)
        return 0
    topic, partition = on_wire(settings, facts[TOPIC].decode()), int(facts[PARTITION])
    headers = [(name, value) for name, value in record.headers if name not in {_ERROR, _CODE}]
    await writer.send([Message(topic, record.key, record.value, partition, headers)])
    return 1


async def _ends(reader: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    async with asyncio.timeout(START_SECONDS * 2):
        while not reader.assignment():  # noqa: ASYNC110 - aiokafka has no event for it
            await asyncio.sleep(0.05)
    assigned = list(reader.assignment())
    return dict(await answered(reader.end_offsets(assigned), ANSWER_SECONDS, "end of dead letters"))


async def _remaining(reader: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    for partition, end in ends.items():
        if await answered(reader.position(partition), ANSWER_SECONDS, "position in dead letters") < end:
            return True
    return False
