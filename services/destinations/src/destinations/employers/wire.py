"""Bodies of requests and answers about employers."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from common.approvals.wire import Reason
from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import Invalid
from common.http import Day, StrictModel
from common.http.models import rule_broken
from common.identifiers import Cohort, SchoolCode
from destinations.employers.domain import CODE_LISTS, FormerName, Found, Match
from destinations.registrations.domain.fields import is_uscc
from destinations.registrations.wire import Code, Name, Uscc

MOST_FORMER_NAMES = 50
MOST_COHORTS = 50
MOST_INSURED = 10_000_000


class Search(StrictModel):
    """What is looked for: a USCC, or a name."""

    uscc: Uscc | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.uscc is None) == (self.name is None):
            raise rule_broken("search_by_one", rule("search_by_one").text)
        return self


class FormerNameBody(StrictModel):
    """曾用名."""

    name: Name
    until: Day | None = Field(default=None, description="The last day on which it held, where that is known")


class EmployerPatch(StrictModel):
    """A merge patch: absent keeps, null clears."""

    name: Name = ""
    former_names: list[FormerNameBody] = Field(default=[], max_length=MOST_FORMER_NAMES)
    uscc: Uscc | None = None
    nature_code: Code | None = Field(default=None, description="List employer-nature")
    industry_code: Code | None = Field(default=None, description="List industry")
    place_code: Code | None = Field(default=None, description="List division")
    register_state: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = (
        Field(default=None, description="登记状态")
    )
    insured_persons: Annotated[int, Field(ge=0, le=MOST_INSURED)] | None = Field(default=None, description="参保人数")
    established_on: Day | None = None

    def changes(self) -> Mapping[str, Any]:
        """What was sent; raises Invalid for an unknown code or a wrong USCC."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        if "former_names" in sent:
            sent["former_names"] = tuple(FormerName(each.name, each.until) for each in self.former_names)
        lists = CodeLists.load()
        problems = [
            rule("unknown_code").problem(f"/{name}")
            for name, listed in CODE_LISTS.items()
            if sent.get(name) is not None and sent[name] not in lists.get(listed)
        ]
        if self.uscc is not None and not is_uscc(self.uscc):
            problems.append(rule("uscc_format").problem("/uscc"))
        if problems:
            raise Invalid(problems)
        return sent


class Merge(StrictModel):
    """Into which employer one is merged, and why."""

    into: UUID
    reason: Reason


class HiresAsked(StrictModel):
    """Whose hires are asked for."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohorts: list[Annotated[Cohort, Field(ge=1977, le=2200)]] = Field(min_length=1, max_length=MOST_COHORTS)
    cursor: str | None = Field(default=None, max_length=1024, description="`next_cursor` of the answer before")


class FormerNameAnswer(BaseModel):
    """曾用名."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    until: date | None


class EmployerAnswer(BaseModel):
    """用人单位."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    name: str
    former_names: list[FormerNameAnswer]
    uscc: str | None
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    register_state: str | None
    insured_persons: int | None
    established_on: date | None
    register_fields: list[str] = Field(description="What the business register has said, and nobody changes by hand")
    merged_into: UUID | None = Field(description="The employer that stands for this one")


class FoundAnswer(EmployerAnswer):
    """An employer that is found."""

    match: Match

    @classmethod
    def of(cls, found: Found) -> Self:
        """The employer as it is answered."""
        return cls(match=found.match, **EmployerAnswer.model_validate(found.employer).model_dump())


class FoundEmployers(BaseModel):
    """What was found: exact ones first, then by a former name, then similar ones, the likest first."""

    items: list[FoundAnswer]


class Contact(BaseModel):
    """Who is asked for at an employer."""

    name: str | None
    phone: str | None


class HiresAnswer(BaseModel):
    """An employer with its hires."""

    model_config = ConfigDict(from_attributes=True)

    employer_id: UUID
    uscc: str | None
    name: str
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    hires: dict[str, int] = Field(description="Cohort → graduates whose effective registration names the employer")
    contacts: list[Contact]
