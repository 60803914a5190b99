"""Bodies of requests and answers about registrations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from common.auth import Caller, Principal
from common.codes import CodeLists
from common.codes.rules import rule
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import Database
from common.http import Cipher, Day, Db, StrictModel
from common.http.language import preferred_language
from common.identity import plain_number
from common.reference_tables.minimum_wages import MinimumWages
from common.reference_tables.storage import minimum_wages
from destinations.cases.domain import CaseId
from destinations.registrations.commands import person_of
from destinations.registrations.domain import permitting
from destinations.registrations.domain.content import LONGEST_PHONE, MOST_PAY, PAY
from destinations.registrations.domain.filed import FiledState
from destinations.registrations.domain.lifecycle import Action, Confirmation, Party, State
from destinations.registrations.domain.registration import LateReason, Person, Registration, Source
from destinations.registrations.domain.warnings import pay_warning_of, states_pay, warnings_of
from destinations.registrations.storage import opened
from destinations.seasons.domain import Phase

Code = Annotated[str, StringConstraints(min_length=1, max_length=32)]
# the same as in a spreadsheet: pasted numbers bring marks that are not seen
Uscc = Annotated[Code, AfterValidator(lambda text: plain_number(text).upper())]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_PHONE)]
Yuan = Annotated[int, Field(ge=1, le=MOST_PAY)]
Unit = Literal["month", "hour"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Particulars(StrictModel):
    """The fields beside the destination code; which are needed and which must be empty depends on it."""

    flexible: bool | None = Field(default=None, description="灵活就业; null: the scheme's default rule")
    flexible_kind: Code | None = Field(default=None, description="灵活就业类别, list flexible-kind")
    employer_name: Name | None = Field(default=None, description="单位名称")
    employer_uscc: Uscc | None = Field(default=None, description="统一社会信用代码")
    employer_nature_code: Code | None = Field(default=None, description="单位性质, list employer-nature")
    industry_code: Code | None = Field(default=None, description="单位行业, list industry")
    place_code: Code | None = Field(default=None, description="单位所在地, list division")
    employer_address: Address | None = Field(default=None, description="单位地址")
    position_code: Code | None = Field(default=None, description="工作职位类别, list position")
    job_title: ShortText | None = Field(default=None, description="岗位名称")
    signed_on: Day | None = Field(default=None, description="签约日期")
    contract_from: Day | None = Field(default=None, description="合同开始日期")
    contract_to: Day | None = Field(default=None, description="合同终止日期")
    contact_name: ShortText | None = Field(default=None, description="单位联系人; stored encrypted")
    contact_phone: Phone | None = Field(default=None, description="联系人电话; stored encrypted")
    pay_amount: Yuan | None = Field(default=None, description="薪酬: whole yuan before tax; stored encrypted")
    pay_unit: Unit | None = Field(default=None, description="What `pay_amount` is paid for; stored encrypted")
    freelance_kind: ShortText | None = Field(default=None, description="Kind of freelance work")
    reason: Code | None = Field(default=None, description="List not-employed-reason")
    study_school_name: Name | None = Field(default=None, description="Admitting school in the mainland")
    study_level_code: Code | None = Field(default=None, description="List education-level")
    abroad_country: ShortText | None = Field(
        default=None, description="留学国家地区; a label of list country gives `abroad_country_code`"
    )
    abroad_country_code: Code | None = Field(default=None, description="List country")
    abroad_school_name_zh: Name | None = Field(default=None, description="留学院校中文名称")
    abroad_school_name_en: Name | None = Field(default=None, description="留学院校外文名称")
    abroad_major_zh: Name | None = Field(default=None, description="留学专业中文名称")
    abroad_major_en: Name | None = Field(default=None, description="留学专业外文名称")


class NewRegistration(Particulars):
    """A draft. It may be incomplete but for the reason of 70, 71, 72; submitting it demands the required fields."""

    graduate_id: UUID
    destination_code: Code = Field(description="毕业去向, list destination")

    def said(self) -> dict[str, Any]:
        """The fields of the content, in clear."""
        return self.model_dump(exclude={"graduate_id"})


class LateChange(StrictModel):
    """What a change says that comes after the last day of changes."""

    late_reason: LateReason | None = Field(
        default=None, description="逾期变更原因: required in phase late, not kept in open"
    )
    case_id: CaseId | None = Field(default=None, description="Needed in phase closed: a case found true")


class RegistrationPatch(Particulars, LateChange):
    """A merge patch: absent keeps, null clears. A changed destination code drops the fields that it forbids."""

    destination_code: Code = Field(default="", description="毕业去向; cannot be null")

    def changes(self) -> dict[str, Any]:
        """The fields of the content that were sent."""
        return self.model_dump(exclude_unset=True, exclude=set(LateChange.model_fields))


class Explanation(StrictModel):
    """Why something is returned."""

    reason: Reason


class EffectiveContent(BaseModel):
    """What counts in the figures."""

    version: int
    destination_code: str
    decided_on: date


class Warned(BaseModel):
    """A rule that warns, and the field that it looks at."""

    rule: str = Field(description="One of `GET /v1/rules` of registry")
    pointer: str
    message: str = Field(description="In the caller's language")


class RegistrationAnswer(BaseModel):
    """A registration (去向登记). Flat fields and `state` are those of the newest content."""

    id: UUID
    graduate_id: UUID
    school_code: str
    college_code: str | None
    cohort: int
    destination_code: str
    flexible: bool | None
    flexible_kind: str | None
    employer_name: str | None
    employer_uscc: str | None
    employer_nature_code: str | None
    industry_code: str | None
    place_code: str | None
    employer_address: str | None
    position_code: str | None
    job_title: str | None
    signed_on: date | None
    contract_from: date | None
    contract_to: date | None
    contact_name: str | None
    contact_phone: str | None
    pay_amount: int | None = Field(description="Null for roles that may not read pay")
    pay_unit: Unit | None = Field(description="Null for roles that may not read pay")
    freelance_kind: str | None
    reason: str | None
    study_school_name: str | None
    study_level_code: str | None
    abroad_country: str | None
    abroad_country_code: str | None
    abroad_school_name_zh: str | None
    abroad_school_name_en: str | None
    abroad_major_zh: str | None
    abroad_major_en: str | None
    employer_id: UUID | None = Field(description="Of the newest content; null until it is linked, within a minute")
    state: State
    confirmation: Confirmation | None
    source: Source
    incomplete_fields: list[str]
    warnings: list[Warned] = Field(description="What should be looked at; none of it keeps an act from being done")
    verified: bool = Field(
        description="False where the place is a well-formed code that no release of the code list has"
    )
    phase: Phase = Field(description="Where today stands against the season's deadlines, for this graduate")
    late_reason: LateReason | None = Field(description="Why the newest content, or a requested void, came so late")
    single_handed: bool = Field(description="Whether one person alone made the effective content effective")
    filing: FiledState | None = Field(description="The filing in which it was sent last")
    version: int
    change_token: str | None = Field(description="Names this write to indicators; null when nothing was published")
    decided_on: date
    recorded_at: datetime
    allowed_transitions: list[Action] = Field(description="What this caller may do now")
    effective: EffectiveContent | None


READS_PAY = frozenset({Party.GRADUATE, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER})
"""The parties that read what a graduate earns."""


class View:
    """How one caller sees registrations: what the role may read, with what is to be looked at in its language."""

    def __init__(self, database: Database, cipher: FieldCipher, caller: Principal, language: str) -> None:
        self.database = database
        self.cipher = cipher
        self.caller = caller
        self._language = language

    async def showing(
        self, registrations: Iterable[Registration], *, past: bool = False
    ) -> Callable[..., dict[str, Any]]:
        """Shows these registrations one by one, each with the token of the event that an act on it has published.

        With `past` none of them stands: no act is possible.
        """
        wages = None
        if any(states_pay(each.content, each.graduate.cohort) for each in registrations):
            async with self.database.reading() as connection:
                wages = await minimum_wages(connection)
        seen = Seen(self.cipher, person_of(self.caller), self._language, wages, past)
        return partial(shown, seen)


async def view_of(request: Request, database: Db, cipher: Cipher, caller: Caller) -> View:
    """How the caller sees registrations, in the language of the request."""
    return View(database, cipher, caller, preferred_language(request.headers.get("accept-language")))


Viewed = Annotated[View, Depends(view_of)]


@dataclass(frozen=True)
class Seen:
    """By whom registrations are seen, and with what their pay is compared; None where none states a pay."""

    cipher: FieldCipher
    person: Person | None
    language: str
    wages: MinimumWages | None = None
    past: bool = False


def warned_about(registration: Registration, private: Mapping[str, Any], seen: Seen) -> list[dict[str, str]]:
    """What should be looked at; reviewers who may not read the pay are warned about it, too."""
    content, cohort = registration.content, registration.graduate.cohort
    found = [*warnings_of(content, cohort, registration.incomplete)]
    found += [("employer_differs", "employer_name")] if registration.names_otherwise else []
    if seen.wages is not None:
        about_pay = pay_warning_of(content, cohort, private, registration.submitted_on, seen.wages)
        found += [(about_pay, "pay_amount")] if about_pay else []
    return [
        {"rule": name, "pointer": f"/{field}", "message": rule(name).text.in_language(seen.language)}
        for name, field in found
    ]


def shown(seen: Seen, registration: Registration, token: ChangeToken | None = None) -> dict[str, Any]:
    """The fields of `RegistrationAnswer` as this person sees them; its model would take as long as the row.

    Ids and enumerations are said in words: to write one of the database's ids, or one word of an enumeration, takes the
    writer of JSON a hundred times as long as its text.
    """
    graduate, content, effective = registration.graduate, registration.content, registration.effective
    private = opened(seen.cipher, graduate.id, vars(content))
    warned = warned_about(registration, private, seen)
    if seen.person is None or seen.person.party not in READS_PAY:
        private |= dict.fromkeys(PAY)
    return {
        "id": str(registration.id),
        "graduate_id": str(graduate.id),
        "school_code": graduate.school_code,
        "college_code": graduate.college_code,
        "cohort": graduate.cohort,
        **vars(content),
        **private,
        "employer_id": registration.employer and str(registration.employer.id),
        "state": registration.state.value,
        "confirmation": registration.confirmation and registration.confirmation.value,
        "source": registration.source.value,
        "incomplete_fields": registration.incomplete,
        "warnings": warned,
        "verified": CodeLists.of_release().get("division").is_listed(content.place_code),
        "phase": registration.phase.value,
        "late_reason": registration.late_reason and registration.late_reason.value,
        "single_handed": effective is not None and effective.single_handed,
        "filing": registration.filing,
        "version": registration.version,
        "change_token": token.encode() if token else None,
        "decided_on": registration.decided_on,
        "recorded_at": registration.recorded_at,
        "allowed_transitions": [] if seen.past else _words(permitting.allowed_transitions(registration, seen.person)),
        "effective": effective
        and {
            "version": effective.version,
            "destination_code": effective.content.destination_code,
            "decided_on": effective.decided_on,
        },
    }


# one for each step of a review
@cache
def _words(actions: tuple[Action, ...]) -> tuple[str, ...]:
    return tuple(action.value for action in actions)
