"""Task topic of destinations: a reminder (提醒) of what a graduate still has to do; front ends deliver it."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, TopicSpec
from common.contracts.fields import ADDITIVE, CohortField, EventData

TOPIC = "quxiang.destinations.task.v1"
REMINDED = "quxiang.task.reminded"


class TaskWhat(StrEnum):
    """What is still to be done: register, confirm, correct what was returned, send evidence."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    EVIDENCE = "evidence"


class TaskRemindedData(EventData):
    """One reminder of one graduate; of each kind there is at most one a day."""

    graduate_id: UUID
    reminder_id: UUID
    cohort: CohortField
    what: Annotated[TaskWhat, ADDITIVE]
    due_on: date = Field(description="The day until which it is to be done")


EVENTS = (
    Event(
        REMINDED,
        TaskRemindedData,
        "A graduate was reminded",
        TaskRemindedData(
            **EXAMPLE_FACTS,
            graduate_id=EXAMPLE_GRADUATE,
            reminder_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f005"),
            cohort=2024,
            what=TaskWhat.CONFIRMED,
            due_on=date(2024, 6, 21),
        ),
    ),
)

TOPIC_SPEC = TopicSpec(TOPIC, "destinations", "graduate_id", "Of what graduates were reminded", EVENTS)
