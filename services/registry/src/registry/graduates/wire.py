"""What the routes of graduates take and answer. What is personal is answered masked to all but the graduate."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator

from common.approvals.wire import Reason
from common.auth import Principal
from common.codes import CodeLists
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.http import Day, StrictModel, Whole
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from common.identity import plain_number
from registry.graduates.domain.entry import (
    MAX_TEXT,
    PLACES,
    Given,
    HouseholdKind,
    Status,
    StoredGraduate,
    StudyForm,
    UrbanRural,
)
from registry.graduates.domain.identity import document_number
from registry.graduates.domain.masking import as_seen
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.resolving import NamedRow, PeopleNamed, RosterPerson, Unresolved, resolved
from registry.graduates.domain.searching import Sought
from registry.graduates.domain.self_check import SelfCheck
from registry.graduates.storage.numbers import named_row
from registry.organisation.wire import GivenSchoolCode

ShortText = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
_UNIT_CODE = StringConstraints(min_length=1, max_length=64)
GivenCohort = Annotated[Cohort, Field(ge=1977, le=2200, description="Year of graduation")]
Years = Annotated[Decimal, Field(gt=0, le=12, decimal_places=1)]


class GivenFields(StrictModel):
    """Fields of an entry; an absent one stays, null clears."""

    # given() reads only what the body names; these defaults keep null from being taken for a value
    student_number: ShortText = ""
    name: ShortText = ""
    exam_number: ShortText | None = None
    citizen_id: ShortText | None = None
    phone: ShortText | None = None
    college_code: Annotated[CollegeCode, _UNIT_CODE] | None = None
    major_code: Annotated[MajorCode, _UNIT_CODE] | None = None
    class_code: Annotated[ClassCode, _UNIT_CODE] | None = None
    sex_code: ShortText | None = None
    birth_date: Day | None = None
    ethnicity_code: ShortText | None = None
    political_status_code: ShortText | None = None
    education_level_code: ShortText | None = None
    origin_place_code: ShortText | None = None
    urban_rural: Annotated[UrbanRural, Field(strict=False)] | None = None
    training_mode_code: ShortText | None = None
    teacher_training_code: ShortText | None = None
    hardship_code: ShortText | None = None
    study_form: Annotated[StudyForm, Field(strict=False)] | None = None
    enrolled_on: Day | None = None
    graduated_on: Day | None = None
    major_direction: LongText | None = None
    commissioning_unit: LongText | None = None
    duration_years: Annotated[Years, Field(strict=False)] | None = None
    document_type_code: ShortText | None = None
    campus: LongText | None = None
    admission_mode_code: ShortText | None = None
    higher_vocational: bool | None = None
    commissioning_place_code: ShortText | None = None
    household_place_code: ShortText | None = None
    household_address: LongText | None = None
    household_kind: Annotated[HouseholdKind, Field(strict=False)] | None = None
    household_moved_in: bool | None = None
    prior_police_station: LongText | None = None
    prior_file_unit: LongText | None = None
    file_moved_in: bool | None = None
    marital_status_code: ShortText | None = None
    health_status_code: ShortText | None = None
    qualification: LongText | None = None
    home_phone: ShortText | None = None
    email: ShortText | None = None
    residence_address: LongText | None = None
    status: Annotated[Status, Field(strict=False)] = Status.REGISTERED

    def given(self) -> Given:
        """The fields of the entry that the body names."""
        return {field: getattr(self, field) for field in self.model_fields_set if field in GivenFields.model_fields}


class GraduatePatch(GivenFields):
    """Fields to change; `change_reason` where a filled field of the student register changes."""

    change_reason: Reason | None = None


class SelfCheckBody(StrictModel):
    """What a graduate confirms: the own entry as it was read."""

    graduate_version: Annotated[Whole, Field(ge=1, description="`version` of the entry that was checked")]


class NewGraduate(GivenFields):
    """A graduate to enter; `status` is what the education level says, and need not be given."""

    school_code: GivenSchoolCode
    cohort: GivenCohort
    student_number: ShortText
    name: ShortText


class Search(StrictModel):
    """Whom to look for, exactly; at least one of the first five. In the body, so that no log holds it."""

    name: ShortText | None = None
    citizen_id: ShortText | None = None
    student_number: ShortText | None = None
    exam_number: ShortText | None = None
    phone: ShortText | None = None
    school_code: Annotated[SchoolCode, StringConstraints(max_length=200)] | None = None
    cohort: GivenCohort | None = None

    def sought(self) -> Sought:
        """The person to look for; raises Invalid without any key."""
        return Sought.by(**dict(self))


_MASKED, _HIDDEN = "Masked, but for the graduate", "Null, but for the graduate"


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
    student_number: str | None = Field(description="Null of an erased entry, as all that was sealed")
    exam_number: str | None
    name: str | None = Field(description=_MASKED)
    citizen_id: str | None = Field(description=_MASKED)
    phone: str | None = Field(description=_MASKED)
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
    commissioning_unit: str | None = Field(description=_MASKED)
    duration_years: Decimal | None
    document_type_code: str | None
    campus: str | None
    admission_mode_code: str | None
    higher_vocational: bool | None
    commissioning_place_code: str | None
    household_place_code: str | None
    household_address: str | None = Field(description=_MASKED)
    household_kind: HouseholdKind | None
    household_moved_in: bool | None
    prior_police_station: str | None = Field(description=_MASKED)
    prior_file_unit: str | None = Field(description=_MASKED)
    file_moved_in: bool | None
    marital_status_code: str | None = Field(description=_HIDDEN)
    health_status_code: str | None = Field(description=_HIDDEN)
    qualification: str | None
    home_phone: str | None = Field(description=_MASKED)
    email: str | None = Field(description=_MASKED)
    residence_address: str | None = Field(description=_MASKED)
    status: Status
    continues: UUID | None = Field(
        description="The earlier entry, extended or transferred, of who graduates later or from here; null out of scope"
    )
    self_check: SelfCheck = Field(
        description="Whether the graduate has confirmed the entry; outdated once more than contacts has changed since"
    )
    photo_state: PhotoState
    restricted: bool = Field(description="Whether an erasure was approved: nothing is shown in clear, nor given away")
    erased_at: datetime | None
    decided_on: date
    recorded_at: datetime
    code_lists_version: str
    verified: bool = Field(description="False where a place is a well-formed code that no release of the code list has")
    change_token: str | None = Field(
        None, description="Of the write that is being answered; null on reads, and where no event shows what changed"
    )

    @classmethod
    def of(cls, stored: StoredGraduate, caller: Principal, token: ChangeToken | None = None) -> Self:
        """The roster entry as this caller may see it: masked, and cut to what the role may read."""
        entry, divisions = vars(stored.entry), CodeLists.of_release().get("division")
        values = {**vars(stored), **as_seen(entry, caller.role.value)}
        return cls(
            **{field: values[field] for field in cls.model_fields if field in values},
            verified=all(divisions.is_listed(entry[field]) for field in PLACES),
            change_token=token and token.encode(),
        )


class ResolveRow(StrictModel):
    """How one row of a spreadsheet names a person: looked for by the first number that it has, in this order."""

    row: int
    student_number: ShortText | None = None
    exam_number: ShortText | None = None
    citizen_id: ShortText | None = Field(
        None, description="Beside another number it must be the same person's, else the row is `ambiguous`"
    )
    name: ShortText | None = Field(
        None, description="Must agree; left out beside an `exam_number` alone, which then says whom the row means"
    )

    @field_validator("student_number", "exam_number")
    @classmethod
    def _as_stored(cls, number: str | None) -> str | None:
        # a blank cell names no graduate, not one without a number
        return plain_number(number or "") or None

    @field_validator("citizen_id")
    @classmethod
    def _as_found(cls, number: str | None) -> str | None:
        return document_number(number or "") or None


class Resolve(StrictModel):
    """Rows of one school's cohort."""

    school_code: GivenSchoolCode
    cohort: GivenCohort
    rows: Annotated[list[ResolveRow], Field(max_length=5000)]

    def named(self, cipher: FieldCipher) -> list[NamedRow]:
        """The rows, with their numbers as blind indexes, and each name as those in the school."""
        return [named_row(cipher, self.school_code, row.row, vars(row), row.name) for row in self.rows]


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
    training_mode_code: str | None
    status: Status

    @classmethod
    def of(cls, row: int, person: RosterPerson) -> Self:
        """The graduate as the answer to a row."""
        shown = {field: getattr(person, field) for field in cls.model_fields if field not in {"row", "graduate_id"}}
        return cls(row=row, graduate_id=person.id, **shown)


class UnresolvedRow(BaseModel):
    """Why a row means no graduate."""

    row: int
    problem: Unresolved


class Resolved(BaseModel):
    """One answer for each row, in the order asked."""

    rows: list[ResolvedRow | UnresolvedRow]

    @classmethod
    def of(cls, rows: Iterable[NamedRow], named: PeopleNamed) -> Self:
        """What each row means among these graduates."""
        found = ((row.row, resolved(row, named)) for row in rows)
        return cls(
            rows=[
                UnresolvedRow(row=row, problem=person) if isinstance(person, str) else ResolvedRow.of(row, person)
                for row, person in found
            ]
        )
