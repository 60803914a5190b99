"""Graduate topic of registry: the state of one roster entry (生源信息), without personal data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, Code, CohortField, EventData, Slug, UnitCode, Version

TOPIC = "quxiang.registry.graduate.v1"
REGISTERED = "quxiang.graduate.registered"
CHANGED = "quxiang.graduate.changed"
WITHDRAWN = "quxiang.graduate.withdrawn"
ERASED = "quxiang.graduate.erased"


class GraduateStatus(StrEnum):
    """学籍状态 as far as the population needs it. Whether a graduate counts is said by `counted`, not by this."""

    REGISTERED = "registered"
    COMPLETED = "completed"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"
    EXCLUDED = "excluded"


STATUSES_THAT_COUNTED = (GraduateStatus.REGISTERED, GraduateStatus.COMPLETED)
"""Statuses in the population N (结业 included) when events did not say yet whether a graduate counts."""


def status_counted(status: str) -> bool:
    """Whether a graduate of whom only the status is known, from before `counted` was said, is in the population N."""
    return status in STATUSES_THAT_COUNTED


def _counted_before(known: Mapping[str, Any]) -> bool:
    return status_counted(known["status"])


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
    urban_rural: Slug | None = Field(default=None, description="城乡生源: urban, rural; an older event lacks it")
    status: Annotated[GraduateStatus, ADDITIVE]
    # never left out by a producer of today: the default is for events that were sent before the field came
    counted: bool = Field(
        default_factory=_counted_before,
        description="Whether the graduate is in the population N (毕业生总数); where it is missing, an older event "
        "counts by the statuses registered and completed",
    )
    erased: bool = Field(
        default=False,
        description="Whether nothing is kept any more that leads from the graduate to the person and back; where it is "
        "missing, an older event tells of a graduate who is not erased",
    )


def erased_among(said: Iterable[object]) -> list[UUID]:
    """Who is erased by what events of this topic say, in the order of the ids; data of other topics say nothing."""
    return sorted({each.graduate_id for each in said if isinstance(each, GraduateData) and each.erased})


def _example(status: GraduateStatus, *changed: str, erased: bool = False) -> GraduateData:
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
        urban_rural="rural",
        status=status,
        counted=status is not GraduateStatus.WITHDRAWN,
        erased=erased,
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
    Event(
        ERASED,
        GraduateData,
        "All that led from a graduate to the person and back was emptied; codes, days and figures stay",
        _example(GraduateStatus.COMPLETED, "erased", erased=True),
    ),
)

STATES = States(
    gone=(WITHDRAWN,), says={"status": GraduateStatus.WITHDRAWN, "counted": False}, again=CHANGED, erased=ERASED
)

TOPIC_SPEC = TopicSpec(TOPIC, "registry", "graduate_id", "State of one graduate's roster entry", EVENTS, states=STATES)
