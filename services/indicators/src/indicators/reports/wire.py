"""Bodies of reports."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.http import Day, StrictModel
from common.identifiers import Cohort, SchoolCode
from indicators.reports.domain import EACH, Asked, Report, Subject, SubjectKind

Value = Annotated[str, Field(pattern=r"^[^\x00]{1,64}$")]


class NewSubject(StrictModel):
    """What a report is on."""

    kind: SubjectKind
    code: Value | None = Field(
        default=None,
        description=f"Of a school its own code, of a college or major its code, or `{EACH}`: a report on each",
    )
    filters: dict[str, Value] = Field(default={}, max_length=20, description="Of a group, by names of dimensions")


class NewReport(StrictModel):
    """What is asked for: exactly one of `snapshot_id`, `as_of` and `publication_id`."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    cohort: Cohort = Field(ge=1977, le=2200)
    subject: NewSubject
    snapshot_id: UUID | None = Field(default=None, description="A frozen snapshot: the figures are final")
    as_of: Day | None = Field(default=None, description="A day, inclusive: live figures, 非最终数据 on each page")
    publication_id: UUID | None = Field(
        default=None, description="A released publication: what it shows of the subject, and no other figure"
    )
    language: Literal["zh", "en"] = "zh"

    def on(self) -> Subject:
        """The subject as the domain has it."""
        return Subject(self.subject.kind, self.subject.code, self.subject.filters)

    def asked(self) -> Asked:
        """The figures as the domain has them."""
        return Asked(
            school_code=self.school_code,
            cohort=self.cohort,
            snapshot_id=self.snapshot_id,
            as_of=self.as_of,
            publication_id=self.publication_id,
            language=self.language,
        )


class SubjectBody(BaseModel):
    """What a report is on; `filters` keep its graduates."""

    kind: SubjectKind
    code: str | None
    filters: dict[str, str]


class ReportBody(BaseModel):
    """A report; once made it never changes."""

    id: UUID
    school_code: SchoolCode
    cohort: Cohort
    subject: SubjectBody
    snapshot_id: UUID | None = Field(description="Null with publication_id: of live figures, which are not final")
    as_of: date
    publication_id: UUID | None
    language: Literal["zh", "en"]
    base: int = Field(
        description="N: graduates that it is on; of a publication without the total of the school, those in its rows"
    )
    pdf_sha256: str
    xlsx_sha256: str
    by_role: str
    made_at: datetime

    @classmethod
    def of(cls, report: Report) -> Self:
        """The report as it is answered."""
        plain = ("id", "school_code", "cohort", "snapshot_id", "as_of", "publication_id", "language", "base", "by_role")
        return cls.model_validate(
            {
                **{name: getattr(report, name) for name in plain},
                "subject": {"kind": report.kind, "code": report.code, "filters": dict(report.filters)},
                "pdf_sha256": report.pdf_sha256.hex(),
                "xlsx_sha256": report.xlsx_sha256.hex(),
                "made_at": report.recorded_at,
            }
        )
