"""Topics of dead letters: messages that could not be processed, as they came, with the cause in headers."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common.consuming.dead_letters import GROUP, OFFSET, PARTITION, PREFIX, TOPIC, DeadLetter
from common.contracts.catalogue import dead_letter_topic
from common.contracts.envelope import MAX_BODY
from common.kafka import (
    ANSWER_SECONDS,
    START_SECONDS,
    answered,
    commit,
    consumer,
    ensure_topics,
    on_wire,
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
    headers = [(name, value) for name, value in record.headers if not name.startswith(PREFIX)]
    headers += [(name, str(value).encode()) for name, value in facts.items()]
    return Message(on_wire(settings, dead_letter_topic(topic, group)), record.key, body, record.partition, headers)


async def replay_dead_letters(settings: ServiceSettings, group: str, topics: Sequence[str]) -> int:
    """Sends what lies in a group's dead letters to its original topic and partition again; returns how many.

    Only what is there at the start, each once. A returned message names its letter, so what fails again is the same
    letter, and what is applied closes it.
    """
    await ensure_topics(settings, topics, {group: topics})
    letters = [dead_letter_topic(topic, group) for topic in topics]
    async with consumer(settings, f"{group}.dead-letters", letters) as reader, publisher(settings) as writer:
        ends = await _ends(reader)
        count = 0
        while await _remaining(reader, ends):
            fetched = await answered(reader.getmany(timeout_ms=200), ANSWER_SECONDS, "dead letters")
            for partition, records in fetched.items():
                due = [record for record in records if record.offset < ends[partition]]
                for record in due:
                    count += await _returned(settings, writer, record)
                if due:
                    await commit(reader, {partition: due[-1].offset + 1})
        return count


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
