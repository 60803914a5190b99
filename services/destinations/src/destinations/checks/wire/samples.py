"""What the routes of samples take and answer."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.http import StrictModel
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from destinations.checks.commands.samples import Seen
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult, Finding
from destinations.checks.domain.samples import MOST_DRAWN, CheckedBy, Filter, Item, SamplePlan, Strata
from destinations.checks.wire.ledger import AMethod, AnOutcome, AResult, Note

_UNIT = StringConstraints(min_length=1, max_length=64)
_CODE = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,3}$")]


class SampleFilter(StrictModel):
    """Which graduates of the cohort are meant; what is absent narrows nothing."""

    college_code: Annotated[CollegeCode, _UNIT] | None = None
    major_code: Annotated[MajorCode, _UNIT] | None = None
    class_code: Annotated[ClassCode, _UNIT] | None = None
    destination_codes: Annotated[list[_CODE], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="List destination; of the newest content"
    )

    def meant(self) -> Filter:
        """The filter."""
        codes = self.destination_codes
        return Filter(**{**dict(self), "destination_codes": None if codes is None else tuple(codes)})


class NewSample(StrictModel):
    """A sample to be drawn. The seed is drawn after the frame was hashed; no caller can give it."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohort: Annotated[Cohort, Field(ge=1977, le=2200)]
    filter: SampleFilter = SampleFilter()
    size: int = Field(ge=1, le=MOST_DRAWN)
    strata: Annotated[Strata, Field(strict=False)] | None = Field(
        default=None, description="What it is divided by, each stratum with its share by largest remainder"
    )
    checked_by: Annotated[CheckedBy, Field(strict=False)] = Field(
        default=CheckedBy.SCHOOL, description="Who decides: the role that draws it, or of each the next college by code"
    )

    def plan(self) -> SamplePlan:
        """The sample that is asked for."""
        named = {name: getattr(self, name) for name in ("school_code", "cohort", "size", "strata", "checked_by")}
        return SamplePlan(**named, filter=self.filter.meant())


class StratumAnswer(BaseModel):
    """What the decisions say of a stratum."""

    model_config = ConfigDict(from_attributes=True)

    key: str | None = Field(description="Null without strata, and of graduates without such a code")
    population: int
    size: int = Field(description="Items")
    checked: int = Field(description="Items decided, those left out who could not be reached")
    wrong: int = Field(description="Of these `wrong` or `corrected`: they were wrong when they were drawn")
    at_most: int = Field(
        description="Largest number of wrong ones in the stratum that is not ruled out: hypergeometric, 5 %"
    )


class SampleAnswer(BaseModel):
    """A sample. Who has the frame and the seed can draw it again."""

    id: UUID
    draw: int = Field(description="1, 2, … of the school's cohort; none is ever deleted")
    school_code: str
    cohort: int
    filter: SampleFilter
    size: int
    strata: Strata | None
    checked_by: CheckedBy
    by_role: str = Field(description="The role that drew it")
    frame_size: int
    frame_hash: str = Field(description="SHA-256 over the lines `graduate_id,version` in the order of ids")
    seed: str = Field(description="Drawn after the frame was hashed")
    recorded_at: datetime
    results: list[StratumAnswer] = Field(description="Empty for who did not draw it")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """The sample as a reader sees it."""
        sample, narrowed = seen.sample, dict(seen.sample.filter.given)
        if codes := narrowed.get("destination_codes"):
            narrowed["destination_codes"] = list(codes)
        given = {name: getattr(sample, name) for name in cls.model_fields if name not in {"filter", "results"}}
        shown = [StratumAnswer.model_validate(each) for each in seen.results]
        return cls(**given, filter=SampleFilter(**narrowed), results=shown)


class DecisionAnswer(BaseModel):
    """What was found about an item."""

    model_config = ConfigDict(from_attributes=True)

    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult
    note: str | None
    by_role: str
    recorded_at: datetime


class SampleItemAnswer(BaseModel):
    """An item of a sample."""

    n: int
    graduate_id: UUID
    registration_id: UUID | None = Field(description="Null of who was not registered")
    version: int = Field(description="Of the registration, when the sample was drawn; 0: not registered")
    stratum: str | None
    college_code: str | None
    handler: str = Field(description="The role that decides it")
    decision: DecisionAnswer | None

    @classmethod
    def of(cls, item: Item) -> Self:
        """The item as its readers see it."""
        given = {name: getattr(item, name) for name in cls.model_fields if name not in {"decision", "stratum"}}
        decision = None if item.decision is None else DecisionAnswer.model_validate(item.decision)
        return cls(**given, stratum=item.stratum or None, decision=decision)


class NewDecision(StrictModel):
    """What was found about an item."""

    result: AResult
    method: AMethod
    outcome: AnOutcome | None = None
    note: Note | None = None

    def finding(self) -> Finding:
        """What is said of the graduate."""
        return Finding(method=self.method, outcome=self.outcome, result=self.result, evidence_ids=(), note=self.note)


class NewAssignment(StrictModel):
    """Who decides an item in place of the school."""

    handler: Literal["province"]
