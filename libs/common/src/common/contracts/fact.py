"""Internal topic of destinations: what sources outside the school say of a graduate (外部信息), in codes and days."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, TopicSpec
from common.contracts.fields import ADDITIVE, Code, CohortField, EventData, Version

TOPIC = "quxiang.internal.destinations.fact.v1"
RECORDED = "quxiang.fact.recorded"


class FactSource(StrEnum):
    """Where it comes from: 社会保险 or 学籍学历."""

    SOCIAL_INSURANCE = "social_insurance"
    CREDENTIALS = "credentials"


class FactKind(StrEnum):
    """What it is about: 就业 or 升学."""

    EMPLOYMENT = "employment"
    STUDY = "study"


class FactData(EventData):
    """One version of one fact; a later version of it takes its place. A graduate may have several at once."""

    graduate_id: UUID
    fact_id: UUID
    version: Version
    cohort: CohortField
    source: Annotated[FactSource, ADDITIVE]
    kind: Annotated[FactKind, ADDITIVE]
    from_on: Annotated[date, Field(description="The first day")]
    to_on: Annotated[date | None, Field(description="The last day, included; none where it goes on")] = None
    employer_nature_code: Code | None = None
    industry_code: Code | None = None
    place_code: Code | None = None
    same_employer: bool | None = Field(
        default=None,
        description="Whether the employer was that of the effective registration when this was recorded; null without",
    )


EVENTS = (
    Event(
        RECORDED,
        FactData,
        "A source said something about a graduate",
        FactData(
            **EXAMPLE_FACTS,
            graduate_id=EXAMPLE_GRADUATE,
            fact_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f004"),
            version=1,
            cohort=2024,
            source=FactSource.SOCIAL_INSURANCE,
            kind=FactKind.EMPLOYMENT,
            from_on=date(2024, 7, 1),
            employer_nature_code="39",
            industry_code="33",
            place_code="410102",
            same_employer=True,
            changed_fields=("from_on", "place_code"),
        ),
    ),
)

TOPIC_SPEC = TopicSpec(TOPIC, "destinations", "graduate_id", "What outside sources say of a graduate", EVENTS)
