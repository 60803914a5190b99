"""Organisation topic of registry: schools, colleges, majors and classes (院校，院系，专业，班级), one event a unit."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from common.contracts.events import EXAMPLE_FACTS, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, Code, EventData, UnitCode

TOPIC = "quxiang.registry.organisation.v1"
CHANGED = "quxiang.organisation.changed"

UnitName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class UnitKind(StrEnum):
    """What a unit is."""

    SCHOOL = "school"
    COLLEGE = "college"
    MAJOR = "major"
    CLASS = "class"


class UnitState(StrEnum):
    """Whether a unit still takes part."""

    ACTIVE = "active"
    CLOSED = "closed"


class OrganisationData(EventData):
    """State of one unit of a school after a change. For a school, `code` equals `school_code`."""

    unit_kind: Annotated[UnitKind, ADDITIVE]
    code: UnitCode
    name: UnitName
    name_en: UnitName | None = None
    province_code: Code | None = Field(default=None, description="GB/T 2260 code of the school's province")
    college_code: UnitCode | None = Field(default=None, description="The college a major or class belongs to")
    major_code: UnitCode | None = Field(default=None, description="The major a class belongs to")
    state: Annotated[UnitState, ADDITIVE] = UnitState.ACTIVE

    @property
    def unit(self) -> str:
        """The unit among all that registry has: code alone is not unique over kinds and schools."""
        return f"{self.school_code}/{self.unit_kind}/{self.code}"


EVENTS = (
    Event(
        CHANGED,
        OrganisationData,
        "A unit was created or changed",
        OrganisationData(
            **EXAMPLE_FACTS,
            unit_kind=UnitKind.COLLEGE,
            code="C01",
            name="计算机学院",
            name_en="School of Computing",
            province_code="410000",
            changed_fields=("name_en",),
        ),
    ),
)

STATES = States(gone=CHANGED, says={"state": UnitState.CLOSED}, again=CHANGED, thing=("unit_kind", "code"))

TOPIC_SPEC = TopicSpec(
    TOPIC, "registry", "school_code", "Schools with their colleges, majors and classes", EVENTS, states=STATES
)
