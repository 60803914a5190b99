"""What the routes of the organisation take and answer."""

from collections.abc import Collection
from dataclasses import replace
from re import fullmatch
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from common import clock
from common.codes import CodeLists
from common.codes.rules import rule
from common.contracts import ChangeToken
from common.errors import Message
from common.http import StrictModel, rule_broken
from common.identifiers import NO_SCHOOL, CollegeCode, MajorCode, ProvinceCode, SchoolCode
from registry.organisation.domain import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_NAME,
    MAX_PREDECESSORS,
    NATIONAL_CODE,
    UNIT_CODE,
    Kind,
    NationalCodeSource,
    OrganisationUnit,
    PhotoProfile,
    State,
)

DIVISION_DIGITS = 6

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]


def _none_of(codes: Collection[str], text: Message) -> AfterValidator:
    def check(code: str) -> str:
        if code in codes:
            raise rule_broken("pattern", text)
        return code

    return AfterValidator(check)


def _is_province(code: str) -> str:
    if not code.endswith("0000") or code not in CodeLists.load().get("division"):
        raise rule_broken("unknown_code", rule("unknown_code").text)
    return code


def _is_city(code: str) -> str:
    is_prefecture = len(code) == DIVISION_DIGITS and code.endswith("00") and not code.endswith("0000")
    if not is_prefecture or not CodeLists.load().get("division").lookup(code, clock.today()):
        raise rule_broken("school_city", rule("school_city").text)
    return code


def _has_form(rule_id: str, form: str) -> AfterValidator:
    def check(text: str) -> str:
        if not fullmatch(form, text):
            raise rule_broken(rule_id, rule(rule_id).text)
        return text

    return AfterValidator(check)


_NO_NONE = _none_of({NO_SCHOOL}, Message("00000 表示没有院校，不是院校代码", "00000 means that there is no school"))
GivenSchoolCode = Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$"), _NO_NONE]
_OWN_CODE = StringConstraints(pattern=f"^{UNIT_CODE}$")
_NO_STEP = _none_of({".", ".."}, Message("代码不能是 . 或 ..", "A code must not be . or .."))

UnitCode = Annotated[str, _OWN_CODE, _NO_STEP]
"""A code that the school itself gives to a college, major or class."""

GivenCollegeCode = Annotated[CollegeCode, _OWN_CODE, _NO_STEP]
GivenMajorCode = Annotated[MajorCode, _OWN_CODE, _NO_STEP]
GivenProvinceCode = Annotated[ProvinceCode, AfterValidator(_is_province)]
GivenIdentifierCode = Annotated[
    str,
    _has_form("school_identifier", "[0-9]{10}"),
    Field(description="学校标识码: ten digits, of which the last five are `code`", examples=["4141010459"]),
]
GivenCityCode = Annotated[
    str,
    AfterValidator(_is_city),
    Field(description="GB/T 2260 code of the prefecture, six digits, of the school's province", examples=["410100"]),
]
GivenNationalCode = Annotated[
    str,
    _has_form("national_code_format", NATIONAL_CODE),
    Field(description="Code in the national catalogue of majors", examples=["080901", "080910T"]),
]
GivenYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Year of that catalogue")]
GivenPredecessors = Annotated[
    tuple[GivenMajorCode, ...],
    Field(max_length=MAX_PREDECESSORS, description="Codes of the school's majors that it was renamed or merged from"),
]


class NewSchool(StrictModel):
    """A school to create."""

    code: GivenSchoolCode
    name: Name
    name_en: Name | None = None
    province_code: GivenProvinceCode = Field(
        description="GB/T 2260 code of the province, six digits", examples=["410000"]
    )

    identifier_code: GivenIdentifierCode | None = None
    city_code: GivenCityCode | None = None
    photo_profile: Annotated[PhotoProfile, Field(strict=False)] = PhotoProfile.BLUE

    def unit(self) -> OrganisationUnit:
        """The school to create."""
        return OrganisationUnit(kind=Kind.SCHOOL, school_code=self.code, **self.model_dump())


class NewCollege(StrictModel):
    """A college to create."""

    code: UnitCode
    name: Name
    name_en: Name | None = None

    def unit(self, kind: Kind, school_code: SchoolCode) -> OrganisationUnit:
        """The unit to create in a school."""
        return OrganisationUnit(kind=kind, school_code=school_code, **self.model_dump())


class NewMajor(NewCollege):
    """A major to create."""

    college_code: GivenCollegeCode | None = None
    national_code: GivenNationalCode | None = None
    catalogue_year: GivenYear | None = None
    predecessors: GivenPredecessors = ()

    def unit(self, kind: Kind, school_code: SchoolCode) -> OrganisationUnit:
        """The major to create in a school; who gives its national code is an officer."""
        source = NationalCodeSource.OFFICER if self.national_code else None
        return replace(super().unit(kind, school_code), national_code_source=source)


class NewClass(NewCollege):
    """A class to create."""

    college_code: GivenCollegeCode | None = None
    major_code: GivenMajorCode | None = None


class CollegePatch(StrictModel):
    """Fields of a college to change; null clears."""

    name: Name = ""
    name_en: Name | None = None
    state: Annotated[State, Field(strict=False)] = State.ACTIVE

    def given(self) -> dict[str, Any]:
        """The fields that the patch names."""
        return {field: getattr(self, field) for field in self.model_fields_set}


class SchoolPatch(CollegePatch):
    """Fields of a school to change."""

    province_code: GivenProvinceCode = ProvinceCode("")
    identifier_code: GivenIdentifierCode | None = None
    city_code: GivenCityCode | None = None
    photo_profile: Annotated[PhotoProfile, Field(strict=False)] = PhotoProfile.BLUE


class MajorPatch(CollegePatch):
    """Fields of a major to change."""

    college_code: GivenCollegeCode | None = None
    national_code: GivenNationalCode | None = None
    catalogue_year: GivenYear | None = None
    predecessors: GivenPredecessors = ()


class ClassPatch(CollegePatch):
    """Fields of a class to change."""

    college_code: GivenCollegeCode | None = None
    major_code: GivenMajorCode | None = None


class CollegeAnswer(BaseModel):
    """A college."""

    code: str
    school_code: str
    name: str
    name_en: str | None
    state: State
    version: int
    change_token: str | None = Field(
        None,
        description="Of the write that is being answered; null on reads, and after a change that no event shows",
    )

    @classmethod
    def of(cls, found: OrganisationUnit, token: ChangeToken | None = None) -> Self:
        """The unit as it is answered."""
        values = {field: getattr(found, field) for field in cls.model_fields if field != "change_token"}
        return cls(**values, change_token=token.encode() if token else None)


class SchoolAnswer(CollegeAnswer):
    """A school."""

    province_code: str
    identifier_code: str | None
    city_code: str | None
    photo_profile: PhotoProfile


class MajorAnswer(CollegeAnswer):
    """A major; without a college while more than one teaches it."""

    college_code: str | None
    national_code: str | None
    national_code_source: NationalCodeSource | None = Field(
        description="Who said it, or that there is none: `major_code` is the own code of a major that a roster named, "
        "`roster` a column of the roster, `officer` whoever created or changed the major"
    )
    catalogue_year: int | None
    predecessors: list[str]


class ClassAnswer(CollegeAnswer):
    """A class."""

    college_code: str | None
    major_code: str | None
