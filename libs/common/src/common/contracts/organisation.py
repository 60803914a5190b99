"""Organisation topic of registry: schools, colleges, majors and classes (院校，院系，专业，班级), one event a unit."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from common.contracts.events import EXAMPLE_FACTS, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, Code, EventData, UnitCode

TOPIC = "quxiang.registry.organisation.v1"
CHANGED = "quxiang.organisation.changed"

IdentifierCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
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
    identifier_code: IdentifierCode | None = Field(default=None, description="学校标识码; ends with `code`")
    city_code: Code | None = Field(default=None, description="GB/T 2260 code of the school's prefecture")
    college_code: UnitCode | None = Field(default=None, description="The college a major or class belongs to")
    major_code: UnitCode | None = Field(default=None, description="The major a class belongs to")
    national_code: Code | None = Field(default=None, description="The major's code in the national catalogue")
    catalogue_year: int | None = Field(default=None, description="The catalogue's year")
    predecessors: tuple[UnitCode, ...] = Field(
        default=(), description="Majors of the school that a renamed or merged major comes from"
    )
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
            unit_kind=UnitKind.MAJOR,
            code="080902",
            name="软件工程",
            name_en="Software Engineering",
            college_code="C01",
            national_code="080902",
            catalogue_year=2012,
            predecessors=("080611",),
            changed_fields=("catalogue_year", "predecessors"),
        ),
    ),
)

STATES = States(gone=(CHANGED,), says={"state": UnitState.CLOSED}, again=CHANGED, thing=("unit_kind", "code"))

TOPIC_SPEC = TopicSpec(
    TOPIC, "registry", "school_code", "Schools with their colleges, majors and classes", EVENTS, states=STATES
)
