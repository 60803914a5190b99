"""What the routes of quality answer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from registry.graduates.domain.entry import Status
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.self_check import SelfCheck
from registry.quality.domain import Cut, Duplicate, Finding, FindingState, Report

_SHARE = Field(description="Per cent, half-up; null of none checked", examples=["2.02"])


class CoverageBody(BaseModel):
    """How many graduates in N have a value, and of how many it is known."""

    filled: int
    of: int


class CollegeTally(BaseModel):
    """What one college contributes to a finding; `college` is null of graduates without one."""

    college: str | None
    checked: int
    broken: int
    share: Decimal | None = _SHARE


class FindingBody(BaseModel):
    """What is found of one rule. No rule is judged on less than its level: then nothing is checked."""

    rule: str
    level: str
    severity: str
    checked: int = Field(description="Graduates in N who have what the rule needs")
    broken: int
    waived: int = Field(description="Of those broken, how many a waiver in force covers")
    share: Decimal | None = _SHARE
    tolerance: Decimal = Field(description="Per cent: that of the rule, or of a waiver in its place")
    state: FindingState
    colleges: list[CollegeTally] = Field(description="None for a rule that is judged of a school only")

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The finding as it is answered."""
        tally, rule = finding.tally, finding.rule
        return cls(
            rule=rule.id,
            level=rule.level,
            severity=rule.severity,
            checked=tally.checked,
            broken=tally.broken,
            waived=tally.waived,
            share=tally.share,
            tolerance=finding.tolerance,
            state=finding.state,
            colleges=[
                CollegeTally(college=code, checked=each.checked, broken=each.broken, share=each.share)
                for code, each in sorted(finding.colleges.items(), key=lambda item: (item[0] is None, item[0] or ""))
            ],
        )


class QualityReport(BaseModel):
    """The quality of the part of a roster that the caller sees."""

    school_code: str
    cohort: int
    college_code: str | None
    class_code: str | None
    pending: int = Field(
        description="Graduates in N who are still to be judged by new rules, within minutes: no figure has them yet"
    )
    population: dict[Status, int] = Field(description="Entries by status, those outside N too")
    coverage: dict[str, CoverageBody] = Field(description="By field")
    self_check: dict[SelfCheck, int] = Field(description="Graduates in N by whether they have confirmed the entry")
    photos: dict[PhotoState, int] = Field(description="Graduates in N by the state of their photo")
    findings: list[FindingBody]

    @classmethod
    def of(cls, report: Report, cut: Cut) -> Self:
        """The report as it is answered."""
        return cls(
            **vars(cut),
            pending=report.pending,
            population={status: report.population.get(status, 0) for status in Status},
            coverage={field: CoverageBody(filled=filled, of=report.judged) for field, filled in report.filled.items()},
            self_check={state: report.self_checks.get(state, 0) for state in SelfCheck},
            photos={state: report.photos.get(state, 0) for state in PhotoState},
            findings=[FindingBody.of(finding) for finding in report.findings],
        )


class DuplicateEntry(BaseModel):
    """One of the entries of a person."""

    school_code: str
    graduate_id: UUID


class DuplicateBody(BaseModel):
    """A person who counts in several schools of one cohort."""

    graduates: list[DuplicateEntry]

    @classmethod
    def of(cls, entries: Sequence[Duplicate]) -> Self:
        """The entries as they are answered."""
        return cls(graduates=[DuplicateEntry(**each._asdict()) for each in entries])
