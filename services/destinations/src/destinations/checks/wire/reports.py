"""What the routes of self-check reports take and answer."""

from datetime import datetime
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.approvals.wire import Reason
from common.files import JPEG, MB, PDF, PNG, Files
from common.http import FileForm, StrictModel
from common.identifiers import Cohort, CollegeCode, SchoolCode
from destinations.checks.commands.reports import Seen
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult
from destinations.checks.domain.reports import TRANSITIONS, Office, ReportAct, ReportState
from destinations.checks.storage.reports import Round
from destinations.checks.wire.ledger import Number


class NewSelfCheckReport(StrictModel):
    """A report of the own college, of a round whose ledger is complete."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohort: Annotated[Cohort, Field(ge=1977, le=2200)]
    college_code: Annotated[CollegeCode, StringConstraints(min_length=1, max_length=64)]
    round: Number

    def of(self) -> Round:
        """Whose report it is."""
        return Round(self.school_code, self.cohort, self.college_code, self.round)


class NewSignature(StrictModel):
    """For which office a report is signed; the token has its scope."""

    office: Annotated[Office, Field(strict=False)]


class ReturnedReport(StrictModel):
    """Why a report is returned."""

    reason: Reason


class SealedScanForm(FileForm):
    """The printed report with the seal of the college, scanned."""

    files: ClassVar[Files] = Files((JPEG, PNG, PDF), at_most=10 * MB)


class SignatureAnswer(BaseModel):
    """That an office has signed."""

    model_config = ConfigDict(from_attributes=True)

    office: Office
    recorded_at: datetime


class ChangedAnswer(BaseModel):
    """A graduate of whom something is another by now than what the draft has sealed."""

    model_config = ConfigDict(from_attributes=True)

    graduate_id: UUID
    content: bool = Field(description="The effective content")
    entry: bool = Field(description="The entry in the ledger")


class SealedItemAnswer(BaseModel):
    """What a draft has sealed about one graduate; the ledger may say something else by now."""

    model_config = ConfigDict(from_attributes=True)

    graduate_id: UUID
    registration_id: UUID | None = Field(description="Null of who had nothing in the figures")
    effective_version: int | None
    entry_id: UUID
    entry_version: int
    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult


class SelfCheckReportAnswer(BaseModel):
    """A report; its counts are those of its draft."""

    id: UUID
    version: int
    school_code: str
    cohort: int
    college_code: str
    round: int
    state: ReportState
    graduates: int = Field(description="Counted graduates of the college, each with an entry that was not stale")
    results: dict[str, int] = Field(description="Entries by result")
    methods: dict[str, int] = Field(description="Entries by method")
    signatures: list[SignatureAnswer]
    changed_since: list[ChangedAnswer] | None = Field(
        description="What is another since the draft, and blocks nothing; null in lists and for auditors"
    )
    late: bool | None = Field(description="Submitted after the season's last day for reports")
    submitted_at: datetime | None
    file_sha256: str | None = Field(description="Of the sealed scan as it was sent, in hexadecimal")
    reason: str | None = Field(description="Why it was returned")
    recorded_at: datetime
    allowed_transitions: list[ReportAct] = Field(description="What its state allows")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """The report as its readers see it."""
        report = seen.report
        ours = {"signatures", "changed_since", "file_sha256", "allowed_transitions"}
        given = {name: getattr(report, name) for name in cls.model_fields if name not in ours}
        changed = seen.changed_since
        return cls(
            **given,
            signatures=[SignatureAnswer.model_validate(each) for each in seen.signatures],
            changed_since=None if changed is None else [ChangedAnswer.model_validate(each) for each in changed],
            file_sha256=report.file_sha256 and report.file_sha256.hex(),
            allowed_transitions=list(TRANSITIONS[report.state]),
        )
