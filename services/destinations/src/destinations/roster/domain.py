"""Graduates as this service knows them."""

from dataclasses import dataclass, fields
from uuid import UUID

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, ProvinceCode, SchoolCode

COUNTED = frozenset({"registered", "completed"})
"""学籍状态 that belong to the population; a graduate of any other status has left it."""


@dataclass(frozen=True, slots=True)
class Graduate:
    """毕业生: where a graduate belongs, and whether the population counts this person."""

    id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    major_code: MajorCode | None
    class_code: ClassCode | None
    education_level_code: str | None
    status: str

    @property
    def counted(self) -> bool:
        """False once the graduate has withdrawn, was transferred, or studies on: the registration is then frozen."""
        return self.status in COUNTED


GRADUATE_FIELDS = tuple(field.name for field in fields(Graduate) if field.name != "id")
"""What registry says of a graduate, by the names that its events and its answers use."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A graduate as registry described this person, and the sequence of the event that this state belongs to.

    `event_id` is that event's; None for an answer of registry over HTTP.
    """

    graduate: Graduate
    sequence: int
    event_id: UUID | None = None


@dataclass(frozen=True)
class SchoolEntry:
    """院校: the province of a school, with sequence and id of the event that named it."""

    school_code: SchoolCode
    province_code: ProvinceCode | None
    sequence: int
    event_id: UUID | None = None
