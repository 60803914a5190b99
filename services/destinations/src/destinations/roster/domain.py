"""Graduates as this service knows them."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, ProvinceCode, SchoolCode

NO_MODE = ""


@dataclass(frozen=True, slots=True)
class Graduate:
    """毕业生: where a graduate belongs, and whether the population counts this person.

    Once it does not (`counted`), because of a withdrawal, a transfer or longer studies, the registration is frozen; so
    it is once the person is `erased`, who goes on counting. `training_mode_code` (培养方式) is None where it is not
    known here, and NO_MODE where registry has none.
    """

    id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    major_code: MajorCode | None
    class_code: ClassCode | None
    education_level_code: str | None
    status: str
    counted: bool
    erased: bool = False
    training_mode_code: str | None = None

    @property
    def frozen(self) -> bool:
        """Whether what stands of the graduate stays as it is."""
        return self.erased or not self.counted


GRADUATE_FIELDS = tuple(field.name for field in fields(Graduate) if field.name != "id")
"""What registry says of a graduate, by the names that its events and its answers use."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A graduate as registry described this person, and the sequence of the event that this state belongs to.

    `event_id` is that event's; None for an answer of registry over HTTP. `is_restated` if it only says again what the
    event before has said.
    """

    graduate: Graduate
    sequence: int
    event_id: UUID | None = None
    is_restated: bool = False


@dataclass(frozen=True, slots=True)
class RosterVersion:
    """A graduate as one event described this person, at the instant at which registry recorded it."""

    graduate: Graduate
    sequence: int
    event_id: UUID
    recorded_at: datetime

    def values(self) -> tuple[object, ...]:
        """What is stored of it, in the order of its table."""
        described = self.graduate
        return (
            described.id,
            self.sequence,
            self.event_id,
            self.recorded_at,
            described.school_code,
            described.cohort,
            described.college_code,
            described.major_code,
            described.class_code,
            described.education_level_code,
            described.status,
            described.counted,
            described.erased,
            described.training_mode_code,
        )


@dataclass(frozen=True)
class SchoolEntry:
    """院校: the province of a school, with sequence and id of the event that named it."""

    school_code: SchoolCode
    province_code: ProvinceCode | None
    sequence: int
    event_id: UUID | None = None
