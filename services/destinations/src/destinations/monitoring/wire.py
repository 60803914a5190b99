"""Bodies of the monitoring calendar and of reports."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.change_feed.barrier import Why
from common.http import StrictModel
from common.identifiers import Cohort, CollegeCode, SchoolCode
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Report, State

_OF_VALUE = ConfigDict(from_attributes=True)


class CutOffAnswer(BaseModel):
    """A cut-off: what was recorded before `at` counts."""

    model_config = _OF_VALUE

    kind: Kind
    period: str = Field(description="`2023-12`, `2024-W35` (week of ISO 8601) or `2024-07-22`")
    at: datetime = Field(description="Exclusive; 24:00 of a day is the beginning of the next one, in Shanghai")
    provisional: bool = Field(description="Whether the holidays of its year are not known yet")


class NewReport(StrictModel):
    """The cohort of a report of now."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    cohort: Cohort = Field(ge=1977, le=2200)


class WaitingFor(BaseModel):
    """What a report waits for."""

    model_config = _OF_VALUE

    owner: str = Field(description="The service that records these versions")
    topic: str
    why: Why


class CountsAnswer(BaseModel):
    """How far registration has come, as in the coverage of that moment."""

    population: int
    registered: int
    approved: int
    confirmed: int
    disputed: int
    unconfirmed: int
    self_registered: int
    evidence_complete: int
    incomplete: int
    flexible: int


class ClassesAnswer(BaseModel):
    """Graduates by class of their effective destination; the eight add up to the population."""

    unit: int
    own_business: int
    freelance: int
    study_mainland: int
    study_abroad: int
    seeking: int
    not_seeking: int
    not_registered: int


class CollegeAnswer(BaseModel):
    """The counts of a college; null is that of graduates without one."""

    college_code: CollegeCode | None
    counts: CountsAnswer


class Moved(BaseModel):
    """Graduates who came into a class, and who left it."""

    entered: int
    left: int


class ChangeAnswer(BaseModel):
    """Each class against the report of the same kind before: now = before + `entered` − `left`."""

    unit: Moved
    own_business: Moved
    freelance: Moved
    study_mainland: Moved
    study_abroad: Moved
    seeking: Moved
    not_seeking: Moved
    not_registered: Moved


class LedgerAnswer(BaseModel):
    """Entries of the ledger of self-checks (核查台账)."""

    college_code: CollegeCode | None
    round: int
    result: str
    entries: int


class CasesAnswer(BaseModel):
    """Cases (核查事项) as they stood; those against the school are not counted."""

    college_code: CollegeCode | None = Field(description="The college that may handle them; null: none")
    opened: int
    found_true: int
    closed: int


class ReportAnswer(BaseModel):
    """What was known of a cohort before a moment; once `made` it never changes."""

    id: UUID
    version: int
    state: State
    school_code: SchoolCode
    cohort: Cohort
    kind: Kind
    period: str = Field(description="`2023-12`, `2024-W35`, `2024-07-22`; of a free report its moment")
    at: datetime = Field(description="Exactly what was recorded before it counts")
    waiting_for: list[WaitingFor] = Field(description="Of a pending report: what is not here yet, as far as looked")
    counts: CountsAnswer | None
    classes: ClassesAnswer | None
    colleges: list[CollegeAnswer] | None = Field(description="By code, those without a college last")
    change: ChangeAnswer | None = Field(description="Of the first report of a kind: all have entered")
    ledger: list[LedgerAnswer] | None = Field(description="Of a free report")
    cases: list[CasesAnswer] | None = Field(description="Of a free report")
    sha256: str | None = Field(
        description="Of the RFC 8785 JSON of an object with `school_code`, `cohort`, `kind`, `period`, `at`, `counts`,"
        " `classes`, `colleges`, `change` and, of a free report, `ledger` and `cases` as they stand here"
    )
    made_at: datetime | None
    published_at: datetime | None = Field(description="When the school showed it to counsellors and colleges")
    allowed_transitions: list[str] = Field(description="What a school officer may do now")

    @classmethod
    def of(cls, report: Report) -> Self:
        """The report as it is answered."""
        unsaid = dict.fromkeys(("counts", "classes", "colleges", "change", "ledger", "cases"))
        return cls.model_validate(
            {
                **{name: getattr(report, name) for name in cls.model_fields if hasattr(report, name)},
                **unsaid,
                **(report.content or {}),
                "waiting_for": [vars(each) for each in report.waiting_for],
                "sha256": report.sha256 and report.sha256.hex(),
            }
        )
