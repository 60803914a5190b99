"""The example of every type with its envelope: for the generated files and the tests."""

from uuid import UUID

from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import StoredEvent


def example_event(name: str) -> StoredEvent:
    """The declared example of a type, as its producer would have stored it."""
    described = EVENT_TYPES[name]
    data = described.example
    return StoredEvent(
        event_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f000"),
        topic=described.topic,
        key=str(getattr(data, described.key)),
        sequence=4,
        type=name,
        school_code=data.school_code,
        decided_on=data.decided_on,
        recorded_at=data.recorded_at,
        position=20240,
        data=data.model_dump_json(),
        correlation_id="b8a6c7d25c1f4a0e",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
