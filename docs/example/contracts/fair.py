"""Fair topic of example: the state of one job fair (双选会)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, Event, TopicSpec
from common.contracts.fields import EventData, Version

TOPIC = "quxiang.example.fair.v1"
CHANGED = "quxiang.fair.changed"


class FairData(EventData):
    """State of a fair after a change; names and free text stay out of topics."""

    fair_id: UUID
    version: Version
    held_on: date
    places: Annotated[int, Field(ge=1)]


EVENTS = (
    Event(
        CHANGED,
        FairData,
        "A fair was announced or changed",
        FairData(
            **EXAMPLE_FACTS,
            fair_id=UUID("0198f3c2-6f1d-7b5a-9c1e-3d2f4a5b6c7d"),
            version=1,
            held_on=date(2024, 3, 20),
            places=300,
        ),
    ),
)

TOPIC_SPEC = TopicSpec(TOPIC, "example", "fair_id", "State of one job fair", EVENTS)
