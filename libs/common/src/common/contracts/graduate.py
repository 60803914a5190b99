"""Graduate topic of registry: the state of one roster entry (生源信息), without personal data."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, Code, CohortField, EventData, Slug, UnitCode, Version

TOPIC = "quxiang.registry.graduate.v1"
REGISTERED = "quxiang.graduate.registered"
CHANGED = "quxiang.graduate.changed"
WITHDRAWN = "quxiang.graduate.withdrawn"


class GraduateStatus(StrEnum):
    """学籍状态 as far as the population needs it: registered and completed (结业) are counted, the others are not."""

    REGISTERED = "registered"
    COMPLETED = "completed"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"
    EXCLUDED = "excluded"


class GraduateData(EventData):
    """State of one graduate's roster entry after a change."""

    graduate_id: UUID
    version: Version
    college_code: UnitCode | None = None
    major_code: UnitCode | None = None
    class_code: UnitCode | None = None
    cohort: CohortField
    education_level_code: Code | None = None
    sex_code: Code | None = None
    origin_place_code: Code | None = None
    ethnicity_code: Code | None = None
    hardship_code: Code | None = None
    training_mode_code: Code | None = None
    teacher_training_code: Code | None = None
    study_form: Slug | Code | None = Field(default=None, description="学习形式")
    status: Annotated[GraduateStatus, ADDITIVE]


def _example(status: GraduateStatus, *changed: str) -> GraduateData:
    return GraduateData(
        **EXAMPLE_FACTS,
        graduate_id=EXAMPLE_GRADUATE,
        version=2,
        college_code="C01",
        major_code="080901",
        class_code="2001",
        cohort=2024,
        education_level_code="31",
        sex_code="2",
        origin_place_code="410102",
        ethnicity_code="01",
        hardship_code="0",
        training_mode_code="1",
        teacher_training_code="2",
        study_form="full_time",
        status=status,
        changed_fields=changed,
    )


EVENTS = (
    Event(REGISTERED, GraduateData, "A graduate entered the roster", _example(GraduateStatus.REGISTERED)),
    Event(
        CHANGED,
        GraduateData,
        "A roster entry changed",
        _example(GraduateStatus.COMPLETED, "status", "education_level_code"),
    ),
    Event(WITHDRAWN, GraduateData, "A graduate left the population", _example(GraduateStatus.WITHDRAWN, "status")),
)

STATES = States(gone=WITHDRAWN, field="status", word=GraduateStatus.WITHDRAWN, again=CHANGED)

TOPIC_SPEC = TopicSpec(TOPIC, "registry", "graduate_id", "State of one graduate's roster entry", EVENTS, states=STATES)
