"""The wire form, read and written with the `cloudevents` library as well: the two must agree."""

from typing import Any
from uuid import uuid4

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError

from common.contracts import EVENT_TYPES, OutgoingEvent
from common.contracts.envelope import IncomingEvent, UnreadableEventError, from_message, to_headers
from common.contracts.examples import example_event
from common.contracts.graduate import GraduateData, GraduateStatus
from common.contracts.registration import DECIDED, DestinationData
from common.contracts.structured import structured

BASE = "https://quxiang.example"


def read(headers: list[tuple[str, bytes]], body: bytes, topic: str, key: str) -> IncomingEvent:
    return from_message(topic=topic, partition=3, offset=9, key=key.encode(), headers=headers, body=body)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_library_reads_what_we_write(name: str) -> None:
    stored = example_event(name)
    message = KafkaMessage(
        headers=dict(to_headers(stored, "registry", BASE)), key=stored.key, value=stored.data.encode()
    )
    event = from_binary_event(message)
    assert (event.get_id(), event.get_type(), event.get_subject()) == (str(stored.event_id), name, stored.key)
    assert event.get_time() == stored.recorded_at
    assert event.get_extension("sequence") == "4"
    assert event.get_extension("decidedon") == "2024-06-20"
    assert event.get_data() == EVENT_TYPES[name].example.model_dump(mode="json")


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_we_read_what_the_library_writes(name: str) -> None:
    stored = example_event(name)
    told = structured(stored, "registry", BASE)
    data = told.pop("data")
    written = to_binary_event(CloudEvent({**told, "time": stored.recorded_at}, data), key_mapper=lambda _: stored.key)
    event = read(list(written.headers.items()), written.value, stored.topic, stored.key)
    assert event.data == EVENT_TYPES[name].example
    assert (event.id, event.sequence, event.position) == (stored.event_id, stored.sequence, stored.position)
    assert (event.decided_on, event.recorded_at) == (stored.decided_on, stored.recorded_at)
    assert (event.correlation_id, event.traceparent) == (stored.correlation_id, stored.traceparent)


def test_a_reader_ignores_fields_and_keeps_words_that_it_does_not_know() -> None:
    known = EVENT_TYPES["quxiang.graduate.changed"].example.model_dump(mode="json")
    data = GraduateData.read(known | {"status": "suspended", "new_field": [1]})
    assert data.status == "suspended"
    assert data.status not in {GraduateStatus.REGISTERED, GraduateStatus.COMPLETED}


def test_a_writer_may_do_neither() -> None:
    known = EVENT_TYPES["quxiang.graduate.changed"].example.model_dump()
    for surprise in ({"status": "suspended"}, {"new_field": 1}):
        with pytest.raises(ValidationError):
            GraduateData(**known | surprise)


@pytest.mark.parametrize("personal", ["110101200001011234", "13812345678", "张三"])
def test_codes_have_no_room_for_numbers_and_names_of_persons(personal: str) -> None:
    known: dict[str, Any] = EVENT_TYPES[DECIDED].example.model_dump()
    for field in ("destination_code", "place_code", "position_code", "flexible_kind"):
        with pytest.raises(ValidationError) as refused:
            DestinationData(**known | {field: personal})
        assert personal not in str(refused.value)


def test_an_event_belongs_to_its_topic_and_school() -> None:
    data = EVENT_TYPES[DECIDED].example
    right: dict[str, Any] = {
        "topic": EVENT_TYPES[DECIDED].topic,
        "key": str(uuid4()),
        "sequence": 1,
        "type": DECIDED,
        "school_code": data.school_code,
        "decided_on": None,
        "data": data,
    }
    assert OutgoingEvent(**right)
    wrong: list[dict[str, Any]] = [
        {"topic": "x"},
        {"type": "quxiang.rate.moved"},
        {"sequence": 0},
        {"school_code": "90009"},
    ]
    for each in wrong:
        with pytest.raises(ValueError):
            OutgoingEvent(**right | each)


def test_an_event_on_a_topic_of_another_type_is_unreadable() -> None:
    stored = example_event(DECIDED)
    with pytest.raises(UnreadableEventError) as refused:
        read(to_headers(stored, "x", BASE), stored.data.encode(), "quxiang.registry.graduate.v1", stored.key)
    assert refused.value.code == "type_not_of_topic"


def test_a_time_without_its_zone_is_no_instant() -> None:
    stored = example_event(DECIDED)
    headers = [
        (name, value.removesuffix(b"Z") if name == "ce_time" else value)
        for name, value in to_headers(stored, "x", BASE)
    ]
    with pytest.raises(UnreadableEventError) as refused:
        read(headers, stored.data.encode(), stored.topic, stored.key)
    assert refused.value.code == "malformed"
