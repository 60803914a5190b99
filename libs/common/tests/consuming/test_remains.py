"""What is left of a message whose headers cannot be read: which events of the owner it may be a copy of."""

from dataclasses import replace
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from broker_events import stored

from common.consuming.remains import Remains
from common.contracts import IncomingEvent
from common.contracts.envelope import StoredEvent, from_message, to_headers

SAID = stored(3)
OTHERS = (stored(3), stored(4, graduate=UUID(SAID.key)))


def record(key: bytes | None = SAID.key.encode(), **damage: bytes | None) -> ConsumerRecord:
    """The message of the event with other headers, None for those that it has lost."""
    headers = dict(to_headers(SAID, "destinations", "http://x")) | {
        f"ce_{name}": value for name, value in damage.items()
    }
    kept = [(name, value) for name, value in headers.items() if value is not None]
    return ConsumerRecord(SAID.topic, 0, 1, 0, 0, key, b"{}", None, 0, 2, kept)


def read(event: StoredEvent) -> IncomingEvent:
    headers = to_headers(event, "destinations", "http://x")
    body = event.data.encode()
    return from_message(topic=event.topic, partition=0, offset=1, key=event.key.encode(), headers=headers, body=body)


@pytest.mark.parametrize(
    ("message", "may_be"),
    [
        (record(time=b"then"), ["said"]),
        (record(id=b"\xff"), ["said"]),
        (record(id=None, sequence=None), ["said", "later"]),
        (record(b"\xff"), ["said"]),
        (record(None, id=b""), ["said"]),
        (record(None, id=b"", sequence=b"x"), ["said", "later"]),
        (record(id=b"1", sequence=b"5"), []),
        (record(id=str(OTHERS[0].event_id).encode()), ["another"]),
        (record(None, subject=None, id=None), []),
        (replace(record(None), headers=[]), []),
    ],
)
def test_all_that_is_left_must_agree(message: ConsumerRecord, may_be: list[str]) -> None:
    remains = Remains.of(message)
    named = {"said": SAID, "another": OTHERS[0], "later": OTHERS[1]}
    assert [name for name, event in named.items() if remains.may_be(read(event))] == may_be


@pytest.mark.parametrize(
    ("message", "names_something"),
    [
        (record(id=b"x"), True),
        (record(None, subject=None), True),
        (record(None, subject=None, id=b"x"), False),
        (record(b"\xff", subject=None, id=None), False),
    ],
)
def test_a_sequence_alone_names_nothing(message: ConsumerRecord, names_something: bool) -> None:
    assert Remains.of(message).names_something is names_something
