"""What the routes of graduates take and answer. Names, citizen ids and phones are answered masked."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.http import Day, StrictModel
from registry.graduates.domain import Status, StudyForm, UrbanRural

Text = Annotated[str, StringConstraints(max_length=200)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Cohort = Annotated[int, Field(ge=1977, le=2200, description="Year of graduation")]
Years = Annotated[Decimal, Field(gt=0, le=12, decimal_places=1)]


class GraduatePatch(StrictModel):
    """Fields to change; an absent one stays, null clears."""

    student_number: Text = ""
    name: Text = ""
    exam_number: Text | None = None
    citizen_id: Text | None = None
    phone: Text | None = None
    college_code: UnitCode | None = None
    major_code: UnitCode | None = None
    class_code: UnitCode | None = None
    sex_code: Text | None = None
    birth_date: Day | None = None
    ethnicity_code: Text | None = None
    political_status_code: Text | None = None
    education_level_code: Text | None = None
    origin_place_code: Text | None = None
    urban_rural: Annotated[UrbanRural, Field(strict=False)] | None = None
    training_mode_code: Text | None = None
    teacher_training_code: Text | None = None
    hardship_code: Text | None = None
    study_form: Annotated[StudyForm, Field(strict=False)] | None = None
    enrolled_on: Day | None = None
    graduated_on: Day | None = None
    major_direction: LongText | None = None
    commissioning_unit: LongText | None = None
    duration_years: Annotated[Years, Field(strict=False)] | None = None
    status: Annotated[Status, Field(strict=False)] = Status.REGISTERED

    def given(self) -> dict[str, Any]:
        """The fields that the body names."""
        return {field: getattr(self, field) for field in self.model_fields_set if field in GraduatePatch.model_fields}


class NewGraduate(GraduatePatch):
    """A graduate to enter; `status` follows the education level unless it is given."""

    school_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohort: Cohort
    student_number: Text
    name: Text


class Withdrawal(StrictModel):
    """Why a graduate leaves the population. `extended`, `deceased` and `transferred` are statuses of their own."""

    reason: LongText


class Search(StrictModel):
    """Whom to look for, exactly; at least one of the first four. In the body, so that no log holds it."""

    name: Text | None = None
    citizen_id: Text | None = None
    student_number: Text | None = None
    exam_number: Text | None = None
    school_code: Text | None = None
    cohort: Cohort | None = None


class GraduateAnswer(BaseModel):
    """A roster entry."""

    id: UUID
    version: int
    sequence: int = Field(description="Number of its newest event")
    school_code: str
    college_code: str | None
    major_code: str | None
    class_code: str | None
    cohort: int
    student_number: str
    exam_number: str | None
    name: str = Field(description="Masked")
    citizen_id: str | None = Field(description="Masked")
    phone: str | None = Field(description="Masked")
    sex_code: str | None
    birth_date: date | None
    ethnicity_code: str | None
    political_status_code: str | None
    education_level_code: str | None
    origin_place_code: str | None
    urban_rural: UrbanRural | None
    training_mode_code: str | None
    teacher_training_code: str | None
    hardship_code: str | None
    study_form: StudyForm | None
    enrolled_on: date | None
    graduated_on: date | None
    major_direction: str | None
    commissioning_unit: str | None
    duration_years: Decimal | None
    status: Status
    decided_on: date
    recorded_at: datetime
    code_lists_version: str
    change_token: str | None = Field(None, description="Of the write that is being answered; null on reads")


class VersionAnswer(BaseModel):
    """One version of a roster entry: who changed what, and from which day it counts."""

    version: int
    sequence: int
    action: Literal["create", "change", "withdraw", "import"]
    by_role: str
    status: Status
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    changed_fields: list[str]
    decided_on: date
    recorded_at: datetime


class ResolveRow(StrictModel):
    """How one row of a spreadsheet names a person."""

    row: int
    student_number: Text | None = None
    exam_number: Text | None = None
    name: Text | None = None


class Resolve(StrictModel):
    """Rows of one school's cohort."""

    school_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohort: Cohort
    rows: Annotated[list[ResolveRow], Field(max_length=5000)]


class ResolvedRow(BaseModel):
    """Whose row it is, with the group codes of the roster."""

    row: int
    graduate_id: UUID
    sequence: int
    school_code: str
    cohort: int
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    status: Status


class UnresolvedRow(BaseModel):
    """Why nobody was found."""

    row: int
    problem: Literal["not_found", "ambiguous", "name_mismatch"]


class Resolved(BaseModel):
    """One answer for each row, in the order asked."""

    rows: list[ResolvedRow | UnresolvedRow]
