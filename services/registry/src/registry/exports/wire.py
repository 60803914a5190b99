"""What the routes of exports take and answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AliasChoices, ConfigDict, Field, StringConstraints

from common.approvals.domain import allowed_actions
from common.approvals.wire import Reason, RequestAnswer
from common.auth import Principal
from common.codes.rules import rule
from common.errors import Invalid
from common.exports import Format
from common.http import StrictModel
from common.identifiers import ClassCode, CollegeCode, MajorCode
from registry.exports.commands import DECIDERS
from registry.exports.domain.clear import ClearExport
from registry.exports.domain.plan import COLUMNS, ExportPlan, Narrowing
from registry.graduates.domain.entry import Status
from registry.graduates.domain.findings import OF_ROSTERS, RULES
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.self_check import SelfCheck
from registry.graduates.wire import GivenCohort
from registry.organisation.wire import GivenSchoolCode

_UNIT = StringConstraints(min_length=1, max_length=64)
ShortText = Annotated[str, StringConstraints(max_length=64)]


class ExportFilters(StrictModel):
    """The filters of the list of graduates, by their names there."""

    model_config = ConfigDict(populate_by_name=True)

    college: Annotated[CollegeCode, _UNIT] | None = Field(
        default=None, validation_alias=AliasChoices("college", "college_code")
    )
    major: Annotated[MajorCode, _UNIT] | None = Field(
        default=None, validation_alias=AliasChoices("major", "major_code")
    )
    class_: Annotated[ClassCode, _UNIT] | None = Field(
        default=None, validation_alias=AliasChoices("class", "class_code"), serialization_alias="class"
    )
    status: Annotated[Status, Field(strict=False)] | None = None
    self_check: Annotated[SelfCheck, Field(strict=False)] | None = None
    photo_state: Annotated[PhotoState, Field(strict=False)] | None = None

    @classmethod
    def of(cls, kept: Narrowing) -> Self:
        """The filters of a plan."""
        return cls(
            college=kept.college_code,
            major=kept.major_code,
            class_=kept.class_code,
            status=kept.status and Status(kept.status),
            self_check=kept.self_check and SelfCheck(kept.self_check),
            photo_state=kept.photo_state and PhotoState(kept.photo_state),
        )

    def narrowing(self) -> Narrowing:
        """As a plan has them."""
        states = (each and each.value for each in (self.status, self.self_check, self.photo_state))
        return Narrowing(self.college, self.major, self.class_, *states)


class RosterExport(StrictModel):
    """A roster to be written into a file, as the caller sees it."""

    school_code: GivenSchoolCode
    cohort: GivenCohort
    filters: ExportFilters = ExportFilters()
    columns: Annotated[list[ShortText], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="In the order of the file; null: all",
        json_schema_extra={"examples": [[*COLUMNS[:3]]]},
    )
    format: Format = "xlsx"

    def plan(self) -> ExportPlan:
        """The export as it is asked for."""
        return ExportPlan(
            school_code=self.school_code,
            cohort=self.cohort,
            filters=self.filters.narrowing(),
            columns=self.columns,
            format=self.format,
        )


class MaskedExport(RosterExport):
    """The same with the entries that break a rule of the quality report."""

    rule: ShortText | None = Field(default=None, description="A rule of the quality report: only who breaks it")

    def plan(self) -> ExportPlan:
        """The export as it is asked for."""
        return replace(super().plan(), rule=self.rule)

    def must_have_rule(self) -> None:
        """Raises Invalid for a rule that no entry can be asked by."""
        if self.rule is not None and (self.rule not in RULES or self.rule in OF_ROSTERS):
            raise Invalid([rule("unknown_rule").problem("/rule")])


class NewClearExport(RosterExport):
    """A roster to be written into a file in clear, for another person to decide."""

    purpose: ShortText | None = Field(
        default=None, description="Code of the list `purpose`; the header `X-Purpose` counts over it"
    )
    reason: Reason


class ClearExportAnswer(RequestAnswer):
    """A clear export as its readers see it."""

    school_code: str
    cohort: int
    filters: ExportFilters
    columns: list[str] | None
    format: Format
    purpose: str
    operation_id: UUID | None = Field(description="Of the work that makes the file, once approved")
    people: int | None = Field(description="How many entries the file has, once it was made")
    file_until: datetime | None = Field(description="Until when who asked may fetch the file, once")
    fetched_at: datetime | None

    @classmethod
    def of(cls, export: ClearExport, caller: Principal) -> Self:
        """The request, with what the caller may do."""
        plan = export.plan
        made: Mapping[str, Any] = {
            **{name: getattr(plan, name) for name in ("school_code", "cohort", "columns", "format")},
            "filters": ExportFilters.of(plan.filters),
            "allowed_transitions": allowed_actions(export, caller.subject, decides=caller.role in DECIDERS),
        }
        return cls(**{field: getattr(export, field) for field in cls.model_fields if field not in made}, **made)
