"""What the routes of exports take and answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from common.approvals.domain import allowed_actions
from common.approvals.wire import Reason, RequestAnswer
from common.auth import Principal
from common.http import StrictModel
from surveys.exports.commands import DECIDERS
from surveys.exports.domain.plan import Export, ExportPlan, ExportState

FileKind = Literal["csv", "xlsx", "sav"]
Language = Literal["zh", "en"]


class NewExport(StrictModel):
    """A file of a wave's answers to be made."""

    format: FileKind = "csv"
    values: Literal["coded", "labelled"] = Field(
        default="coded", description="Of options and codes; a .sav has codes, and labels beside them, either way"
    )
    language: Language = Field(default="zh", description="Of labels")
    identified: bool = Field(
        default=False, description="With `graduate_id`, name and words of respondents; takes two people"
    )
    weighting: UUID | None = Field(
        default=None, description="Weights of the wave, for the column `weight`; those that few share are averaged"
    )
    reason: Reason | None = Field(default=None, description="Why persons are needed; of `identified` alone")

    def plan(self) -> ExportPlan:
        """The export as it is asked for."""
        return ExportPlan(self.format, self.values, self.language, self.identified, self.weighting)


class ExportAnswer(RequestAnswer):
    """An export as its readers see it; one without the persons is `unrestricted`: it needs no decision."""

    change_token: None = None
    state: ExportState  # type: ignore[assignment]
    school_code: str
    wave_id: UUID
    college_code: str | None = Field(description="Of a college officer's: the own college, whose answers it has")
    format: FileKind
    values: Literal["coded", "labelled"]
    language: Language
    identified: bool
    weighting: UUID | None
    purpose: str | None
    operation_id: UUID | None = Field(description="Of the work that makes the file")
    rows: int | None = Field(description="How many answers the file has, once it was made")
    file_until: datetime | None = Field(description="Until when the file can be fetched, with the persons once")
    fetched_at: datetime | None

    @classmethod
    def of(cls, export: Export, caller: Principal) -> Self:
        """The export, with what the caller may do."""
        made: Mapping[str, Any] = {
            **vars(export.plan),
            "change_token": None,
            "weighting": export.plan.weighting_id,
            "allowed_transitions": allowed_actions(export, caller.subject, decides=caller.role in DECIDERS),
        }
        return cls(**{field: getattr(export, field) for field in cls.model_fields if field not in made}, **made)
