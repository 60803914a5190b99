"""Monitoring topic of destinations: a report of what was known at a cut-off (就业监测) was made."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.events import EXAMPLE_FACTS, Event, TopicSpec
from common.contracts.fields import ADDITIVE, CohortField, EventData

TOPIC = "quxiang.destinations.monitoring.v1"
REPORTED = "quxiang.monitoring.reported"

Count = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ReportKind(StrEnum):
    """How often it is monitored, or that the school asked for the report."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"
    FREE = "free"


class CoverageCounts(BaseModel):
    """How far the registration of a school's cohort has come (登记覆盖)."""

    model_config = _STRICT

    population: Count
    registered: Count
    approved: Count
    confirmed: Count
    disputed: Count
    unconfirmed: Count
    self_registered: Count
    evidence_complete: Count
    incomplete: Count
    flexible: Count


class ClassCounts(BaseModel):
    """Graduates by class of destination; they add up to the population."""

    model_config = _STRICT

    unit: Count
    own_business: Count
    freelance: Count
    study_mainland: Count
    study_abroad: Count
    seeking: Count
    not_seeking: Count
    not_registered: Count


class ReportedData(EventData):
    """A report of a school's cohort: of what was recorded before `cut_off_at`, and of nothing else."""

    report_id: UUID
    cohort: CohortField
    kind: Annotated[ReportKind, ADDITIVE]
    period: Annotated[str, Field(max_length=40, description="`2023-12`, `2024-W35`, `2024-07-22`, or an instant")]
    cut_off_at: AwareDatetime
    counts: CoverageCounts
    classes: ClassCounts
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="Seal of the whole report")]


EVENTS = (
    Event(
        REPORTED,
        ReportedData,
        "A monitoring report was made",
        ReportedData(
            **EXAMPLE_FACTS,
            report_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f00a"),
            cohort=2024,
            kind=ReportKind.WEEKLY,
            period="2024-W25",
            cut_off_at=datetime(2024, 6, 21, 16, tzinfo=UTC),
            counts=CoverageCounts(
                population=3300,
                registered=3100,
                approved=2900,
                confirmed=2000,
                disputed=10,
                unconfirmed=890,
                self_registered=2500,
                evidence_complete=2700,
                incomplete=120,
                flexible=300,
            ),
            classes=ClassCounts(
                unit=1500,
                own_business=20,
                freelance=180,
                study_mainland=800,
                study_abroad=150,
                seeking=200,
                not_seeking=50,
                not_registered=400,
            ),
            sha256="35a867b22b33ef8389ac8882050e2e464cb1989011aeeb20e1303ea7b58e162c",
        ),
    ),
)

TOPIC_SPEC = TopicSpec(
    TOPIC, "destinations", "school_code", "What was known of a cohort's destinations at a cut-off", EVENTS
)
