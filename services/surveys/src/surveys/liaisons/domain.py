"""Who is a liaison, of whom, and what one reports. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.errors import FieldProblem, Invalid, Message
from common.identifiers import GraduateId, SchoolCode, WaveId

LiaisonId = NewType("LiaisonId", UUID)
ReportId = NewType("ReportId", UUID)

KIND = "liaison"
"""The kind of access."""

PURPOSE = "survey_contact"
FIELDS = ("name",)


class Level(StrEnum):
    """联络员层级 (source 002): 学校, 院系, 班级, 校友."""

    SCHOOL = "school"
    COLLEGE = "college"
    CLASS = "class"
    ALUMNI = "alumni"


class Outcome(StrEnum):
    """What became of an attempt to reach a person."""

    PASSED_ON = "passed_on"
    UNREACHABLE = "unreachable"
    ASKS_TO_STOP = "asks_to_stop"


@dataclass(frozen=True)
class Reach:
    """Whom a liaison looks after; what is None is any."""

    college_code: str | None = None
    major_code: str | None = None
    class_code: str | None = None
    cohort: int | None = None


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A liaison as asked for: a graduate, or a person by the subject of the token."""

    school_code: SchoolCode
    graduate_id: GraduateId | None
    subject: str | None
    level: Level
    college_code: str | None = None
    major_code: str | None = None
    class_code: str | None = None
    cohort: int | None = None
    valid_from: date
    valid_until: date | None = None

    def with_changes(self, changes: Mapping[str, Any]) -> "Appointment":
        """The appointment after a change; raises Invalid for one that could not be made."""
        changed = replace(self, **changes)
        changed.must_be_possible()
        return changed

    def must_be_possible(self) -> None:
        """Raises Invalid for two persons or none, a level without its unit, or an end before the beginning."""
        if problems := [*self._problems()]:
            raise Invalid(problems)

    def _problems(self) -> Iterator[FieldProblem]:
        if (self.graduate_id is None) == (self.subject is None):
            yield FieldProblem("/graduate_id", "one_person", _ONE_PERSON)
        for level, name in _UNIT_OF.items():
            if self.level is level and getattr(self, name) is None:
                yield FieldProblem(f"/{name}", "required", _UNIT)
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield FieldProblem("/until", "ends_before_begin", _ORDER)


@dataclass(frozen=True, kw_only=True)
class Liaison(Appointment):
    """联络员 of a school."""

    id: LiaisonId
    version: int
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Report:
    """What a liaison says of one person; who said it stands in the audit trail."""

    id: ReportId
    wave_id: WaveId
    outcome: Outcome
    recorded_at: datetime
    version: int = 1


_UNIT_OF = {Level.COLLEGE: "college_code", Level.CLASS: "class_code"}
_ONE_PERSON = Message("请填写 graduate_id 或 subject 之一", "Name one person: graduate_id or subject")
_UNIT = Message("该层级须填写此代码", "A liaison of this level has this code")
_ORDER = Message("结束日期不得早于开始日期", "The end comes before the beginning")
