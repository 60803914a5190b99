"""Fair topic of example: the state of one job fair (双选会)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, TopicSpec
from common.contracts.fields import EventData, Version

TOPIC = "quxiang.example.fair.v1"
CHANGED = "quxiang.fair.changed"


class FairData(EventData):
    """State of a fair after a change."""

    fair_id: UUID
    version: Version
    name: Annotated[str, Field(min_length=1, max_length=100)]
    held_on: date
    places: Annotated[int, Field(ge=1)]


EVENTS = (
    Event(
        CHANGED,
        FairData,
        "A fair was announced or changed",
        FairData(
            **EXAMPLE_FACTS,
            fair_id=EXAMPLE_GRADUATE,
            version=1,
            name="春季双选会",
            held_on=date(2024, 3, 20),
            places=300,
        ),
    ),
)

TOPIC_SPEC = TopicSpec(TOPIC, "example", "fair_id", "State of one job fair", EVENTS)
