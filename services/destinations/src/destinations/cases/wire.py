"""Bodies of requests and answers about cases."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.auth import Principal
from common.http import StrictModel
from common.identifiers import SchoolCode
from destinations.cases.commands import Seen, allowed
from destinations.cases.domain import Finding, Handler, Kind, Rule, SchoolRule, State

MOST_LINKED = 500

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Linked = Annotated[list[UUID], Field(max_length=MOST_LINKED)]
Accused = Annotated[str, StringConstraints(pattern=r"^(school|college:.{1,64})$")]


class Approval(StrictModel):
    """What an approval of a registration says."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] | None = Field(
        default=None, description="Needed where an open case doubts the registration; stands in its history"
    )


class NewCase(StrictModel):
    """A case of kind `check`."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    registrations: Linked = Field(default=[], description="Ids of registrations of the school")
    accused: Accused | None = Field(default=None, description="`school`, or `college:` and its code")
    note: Text | None = Field(default=None, description="What is to be checked; stored encrypted")


class CasePatch(StrictModel):
    """Which registrations a tip-off is about: these, and no others."""

    registrations: Linked


class Assignment(StrictModel):
    """Who handles the case from now on."""

    handler: Annotated[Handler, Field(strict=False)]


class NewFinding(StrictModel):
    """What was found."""

    finding: Annotated[Finding, Field(strict=False)]
    note: Text | None = Field(default=None, description="How it was found; stored encrypted")


class Closing(StrictModel):
    """Why registrations stay as they are although the doubt was right."""

    no_correction: Text | None = Field(default=None, description="Stored encrypted")


class StepAnswer(BaseModel):
    """One act on a case."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    act: Literal["open", "renew", "link", "assign", "find", "close", "clear"]
    by_role: str
    state: State
    handler: Handler
    finding: Finding | None
    note: str | None = Field(description="Null once a linked person is erased")
    recorded_at: datetime


class CaseAnswer(BaseModel):
    """A case (核查事项)."""

    id: UUID
    version: int
    school_code: str
    cohort: int | None
    college_code: str | None
    kind: Kind
    rule: str | None = Field(description="The rule of a signal, the kind of a dispute")
    subject: str | None = Field(description="What it is about; of one rule and subject one case is open")
    facts: dict[str, Any] = Field(description="Codes, days, counts and ids that the rule found")
    accused: str | None
    handler: Handler = Field(description="The level that looks at it")
    state: State
    finding: Finding | None
    registrations: list[UUID]
    note: str | None = Field(description="What was said when it was opened")
    history: list[StepAnswer]
    recorded_at: datetime
    allowed_transitions: list[Literal["assign", "find", "close", "link"]] = Field(
        description="What this caller may do now; `link` is the PATCH of a tip-off"
    )

    @classmethod
    def of(cls, seen: Seen, caller: Principal) -> Self:
        """The case as this caller sees it."""
        plain = {name: getattr(seen.case, name) for name in cls.model_fields if hasattr(seen.case, name)}
        return cls(
            **plain,
            registrations=[each.registration_id for each in seen.links],
            note=seen.steps[0].note if seen.steps else None,
            history=[StepAnswer.model_validate(each) for each in seen.steps],
            allowed_transitions=allowed(seen.case, caller),
        )


class NewThreshold(StrictModel):
    """The threshold of a rule in a school."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    threshold: Annotated[int, Field(ge=1, le=1_000_000)] = Field(description="Shares in percent")


class SignalRuleAnswer(BaseModel):
    """A rule of signals (疑点规则) as it holds for a school."""

    rule: Rule
    version: int = Field(description="0 until the school sets a threshold of its own")
    threshold: int | None = Field(description="Null where each record that breaks the rule is doubted")
    default_threshold: int | None
    unit: Literal["percent", "days", "graduates", "employers"] | None
    verified: bool

    @classmethod
    def of(cls, kept: SchoolRule) -> Self:
        """The rule."""
        data = kept.data
        return cls(
            rule=data.rule,
            version=kept.version,
            threshold=kept.threshold,
            default_threshold=data.threshold,
            unit=data.unit,
            verified=data.verified,
        )


class PersonAnswer(BaseModel):
    """A graduate of a case as registry knows this person; nothing of it is stored here."""

    graduate_id: UUID
    values: dict[str, str | None] = Field(description="`name` and `phone`, `home_phone`; empty where none can be had")
    problem: str | None = Field(default=None, description="Why registry shows nothing")


class PersonsAnswer(BaseModel):
    """The graduates of a case."""

    items: list[PersonAnswer]
