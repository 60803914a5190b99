"""Employers on the wire."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.http import Day, StrictModel
from common.identifiers import SchoolCode
from surveys.employers.domain import CODE_LISTS, Contact, EmployerPlan
from surveys.questionnaires.domain.questions.employer import MAX_NAME, USCC_LENGTH, is_uscc

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
Uscc = Annotated[str, Field(min_length=USCC_LENGTH, max_length=USCC_LENGTH, description="统一社会信用代码")]
Code = Annotated[str, Field(min_length=1, max_length=16)]


EMAIL = r"^[^@\s\x00]{1,64}@[^@\s\x00]{1,189}$"

_NOWHERE = Message("电话和邮箱至少填写一项", "Give a phone or an email address")


def _problems(said: Mapping[str, Any]) -> Iterator[FieldProblem]:
    lists = CodeLists.load()
    for name, listed in CODE_LISTS.items():
        if said.get(name) is not None and said[name] not in lists.get(listed):
            yield rule("unknown_code").problem(f"/{name}")
    if said.get("uscc") is not None and not is_uscc(said["uscc"]):
        yield rule("uscc_format").problem("/uscc")


class NewEmployer(StrictModel):
    """An employer to take into the school's directory."""

    school_code: Annotated[SchoolCode, Field(pattern=r"^[0-9]{5}$")]
    name: Name
    uscc: Uscc | None = None
    nature_code: Code | None = Field(default=None, description="List employer-nature")
    industry_code: Code | None = Field(default=None, description="List industry")
    place_code: Code | None = Field(default=None, description="List division")

    def plan(self) -> EmployerPlan:
        """The domain value; raises Invalid for an unknown code or a wrong USCC."""
        said = dict(self)
        if problems := [*_problems(said)]:
            raise Invalid(problems)
        return EmployerPlan(**said)


class EmployerPatch(StrictModel):
    """A merge patch: absent keeps, null clears."""

    name: Name = ""
    uscc: Uscc | None = None
    nature_code: Code | None = Field(default=None, description="List employer-nature")
    industry_code: Code | None = Field(default=None, description="List industry")
    place_code: Code | None = Field(default=None, description="List division")

    def changes(self) -> Mapping[str, Any]:
        """What was sent; raises Invalid for an unknown code or a wrong USCC."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        if problems := [*_problems(sent)]:
            raise Invalid(problems)
        return sent


class NewContact(StrictModel):
    """Whom to ask for at an employer: a phone or an email address is needed."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() \-]{3,32}$")] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, pattern=EMAIL, max_length=254)] | None = None
    post: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = Field(
        default=None, description="职务"
    )
    expires_on: Day | None = Field(default=None, description="Dropped after it; absent: the end of the year after next")

    def contact(self) -> Contact:
        """The domain value; raises Invalid for one that leads nowhere."""
        if self.phone is None and self.email is None:
            raise Invalid([FieldProblem("/phone", "required", _NOWHERE)])
        return Contact(name=self.name, phone=self.phone, email=self.email, post=self.post)


class ContactBody(BaseModel, from_attributes=True):
    """联系人, in clear."""

    id: UUID
    version: int
    change_token: None = None
    name: str | None
    phone: str | None
    email: str | None
    post: str | None
    expires_on: date
    by_hand: bool = Field(description="Whether people wrote it; else registrations name it")


class EmployerBody(BaseModel, from_attributes=True):
    """用人单位 of a school's directory."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str
    name: str
    uscc: str | None
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    hires: dict[str, int] = Field(description="Cohort → graduates whose effective registration names the employer")
    registered_as: UUID | None = Field(description="Its id in destinations; null: no registration names it")
    by_hand: list[str] = Field(description="Fields that people wrote: no registration changes them any more")
    created_at: datetime
    recorded_at: datetime
