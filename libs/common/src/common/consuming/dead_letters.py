"""Dead letters: messages that could not be processed, kept as they came, with the cause in headers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common.contracts.catalogue import dead_letter_topic
from common.contracts.envelope import MAX_BODY
from common.kafka import (
    ANSWER_SECONDS,
    START_SECONDS,
    answered,
    commit,
    consumer,
    ensure_topics,
    in_contract,
    on_wire,
)
from common.observability import counter, logger
from common.publishing import Message, Publisher, publisher
from common.settings import ServiceSettings

PREFIX = "dlq_"
_TOPIC, _PARTITION, _OFFSET = f"{PREFIX}topic", f"{PREFIX}partition", f"{PREFIX}offset"
_OMITTED = f"{PREFIX}body_omitted"

_log = logger(__name__)
_dead_letters = counter("consumer_dead_letters_total", "Messages sent to dead letters", ["group", "code"])


@dataclass(frozen=True)
class DeadLetter:
    """A record and its cause in two words: the error's class and its code. Never the error's text."""

    record: ConsumerRecord
    error: str
    code: str


def dead_letter(record: ConsumerRecord, error: BaseException) -> DeadLetter:
    """The record with what its error says about itself."""
    return DeadLetter(record, type(error).__name__, str(getattr(error, "code", "unexplained")))


async def send_dead_letters(settings: ServiceSettings, group: str, letters: Sequence[DeadLetter]) -> None:
    """Returns when the broker has acknowledged all; raises BrokerUnavailableError."""
    if not letters:
        return
    topics = {in_contract(settings, letter.record.topic) for letter in letters}
    await ensure_topics(settings, topics, {group: sorted(topics)})
    async with publisher(settings) as client:
        await client.send([_message(settings, group, letter) for letter in letters])
    for letter in letters:
        _dead_letters.labels(group, letter.code).inc()
        _log.error(
            "Message sent to dead letters", group=group, error=letter.error, code=letter.code, **_place(letter.record)
        )


def _message(settings: ServiceSettings, group: str, letter: DeadLetter) -> Message:
    record = letter.record
    topic = in_contract(settings, record.topic)
    facts: dict[str, object] = {
        f"{PREFIX}error": letter.error,
        f"{PREFIX}code": letter.code,
        f"{PREFIX}group": group,
        _TOPIC: topic,
        _PARTITION: record.partition,
        _OFFSET: record.offset,
    }
    body = record.value
    if body is not None and len(body) > MAX_BODY:
        # a body that no topic of ours takes stays where it is
        facts[_OMITTED], body = len(body), None
    headers = [*record.headers, *((name, str(value).encode()) for name, value in facts.items())]
    return Message(on_wire(settings, dead_letter_topic(topic, group)), record.key, body, record.partition, headers)


def _place(record: ConsumerRecord) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}


async def replay_dead_letters(settings: ServiceSettings, group: str, topics: Sequence[str]) -> int:
    """Sends what lies in a group's dead letters to its original topic and partition again; returns how many.

    Only what is there at the start, each once: what fails again comes back as a new dead letter.
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
    if _OMITTED in facts or _TOPIC not in facts:
        _log.warning("Dead letter stays", **_place(record))
        return 0
    topic, partition = on_wire(settings, facts[_TOPIC].decode()), int(facts[_PARTITION])
    headers = [(name, value) for name, value in record.headers if not name.startswith(PREFIX)]
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
