"""What the routes of the talent pool take and answer."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from common.http import Day, StrictModel, Whole
from common.identifiers import Cohort
from common.identity import plain_number
from registry.talents.domain.contacts import Contact, ContactPlan, ContactState, allowed_answers
from registry.talents.domain.profiles import ProfilePlan, ShownProfile
from registry.talents.storage.profiles import Wanted

Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=20)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Codes = Annotated[list[Code], Field(max_length=5)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CodeQuery = Query(min_length=1, max_length=64)


class ConsentTextAnswer(BaseModel):
    """A text of consent in force."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    version: str = Field(description="What a consent names as `consent_version`")
    zh: str
    en: str
    verified: bool


class NewProfile(StrictModel):
    """What a graduate publishes."""

    consent_version: Code = Field(description="Version of the text `talent-pool` in force")
    skills: Annotated[list[Skill], Field(max_length=10)] = Field(description="No own name, no numbers, no addresses")
    regions: Codes = Field(default=[], description="List division")
    industries: Codes = Field(default=[], description="List industry")
    positions: Codes = Field(default=[], description="List position")
    available_from: Day | None = None

    def plan(self) -> ProfilePlan:
        """The profile as it is wanted."""
        given = {name: tuple(getattr(self, name)) for name in ("skills", "regions", "industries", "positions")}
        return ProfilePlan(consent_version=self.consent_version, available_from=self.available_from, **given)


class ProfileAnswer(BaseModel):
    """The own profile."""

    model_config = ConfigDict(from_attributes=True)

    profile_id: UUID
    version: int
    consent_version: str
    skills: list[str]
    regions: list[str]
    industries: list[str]
    positions: list[str]
    available_from: date | None
    recorded_at: datetime


class TalentAnswer(BaseModel):
    """A profile as employers see it: nothing leads to the school or the person."""

    profile_id: UUID
    cohort: int
    education_level_code: str | None
    province_code: str = Field(description="Of the school")
    major: str = Field(description="6, 4, 2 or no digits: as many as at least five graduates share")
    skills: list[str]
    regions: list[str]
    industries: list[str]
    positions: list[str]
    available_from: date | None

    @classmethod
    def of(cls, shown: ShownProfile) -> Self:
        """What is shown of a profile."""
        names = cls.model_fields.keys() - {"major"}
        return cls(**{name: getattr(shown.profile, name) for name in names}, major=shown.major)


class NewContact(StrictModel):
    """Who asks, and what for."""

    employer_name: Line
    employer_uscc: Annotated[
        str, StringConstraints(max_length=64), AfterValidator(lambda text: plain_number(text).upper())
    ]
    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    reply_to: Line = Field(description="How the graduate reaches the employer")

    def plan(self) -> ContactPlan:
        """The request as it is made."""
        return ContactPlan(**dict(self))


class Acceptance(StrictModel):
    """What the graduate gives."""

    share: Annotated[list[Literal["name", "phone", "email"]], Field(min_length=1, max_length=3)]


class Given(BaseModel):
    """What the graduate gave; null for what was not given, or is not there."""

    name: str | None
    phone: str | None
    email: str | None


class ContactAnswer(BaseModel):
    """A request as both sides see it."""

    id: UUID
    profile_id: UUID
    state: ContactState
    employer_name: str
    employer_uscc: str
    message: str
    reply_to: str
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    shared: Given | None = Field(description="Once accepted, until `shared_until`")
    shared_until: datetime | None
    allowed_transitions: list[str] = Field(description="What the graduate may do")

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """The request as it is answered."""
        names = cls.model_fields.keys() - {"shared", "allowed_transitions"}
        shared = None if contact.shared is None else Given(**contact.shared)
        shown = {name: getattr(contact, name) for name in names}
        return cls(**shown, shared=shared, allowed_transitions=list(allowed_answers(contact)))


async def wanted_of(
    region: Annotated[str | None, CodeQuery] = None,
    industry: Annotated[str | None, CodeQuery] = None,
    position: Annotated[str | None, CodeQuery] = None,
    education_level: Annotated[str | None, CodeQuery] = None,
    major: Annotated[str | None, Query(pattern=r"^([0-9]{2}){1,3}$", description="2, 4 or 6 digits")] = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200)] = None,
) -> Wanted:
    """The filters of a search."""
    year = None if cohort is None else Cohort(cohort)
    return Wanted(region, industry, position, education_level, year, major)
