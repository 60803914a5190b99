"""Bodies of reconciliations."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.files import Files
from common.http import FileForm, StrictModel
from common.spreadsheets import SPREADSHEETS
from destinations.reconciliations.domain import Decision, Difference, Item, Reconciliation
from destinations.registrations.domain.registration import LateReason


class ReconciliationForm(FileForm):
    """A file that came back of a filing; `late_reason` is that of decisions which take its rows."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    files: ClassVar[Files] = SPREADSHEETS

    filing_id: UUID
    late_reason: LateReason | None = None


class ReconciliationAnswer(BaseModel):
    """ours = equal + different + missing, theirs = equal + different + extra; null until it is compared."""

    id: UUID
    filing_id: UUID
    school_code: str
    cohort: int
    recorded_at: datetime
    ours: int | None = Field(None, description="Rows that were filed")
    theirs: int | None = Field(None, description="Rows that came back")
    equal: int | None = None
    different: int | None = None
    missing: int | None = None
    extra: int | None = None
    by_field: Mapping[str, int] | None = Field(None, description="Different rows by what differs")

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        """The reconciliation as it is answered."""
        stated = {name: getattr(found, name) for name in ("id", "filing_id", "school_code", "cohort", "recorded_at")}
        return cls(**stated, **(found.counts.to_json() if found.counts else {}))


class ItemAnswer(BaseModel):
    """One difference; what came back is shown for the purpose `filing` alone."""

    n: int
    kind: Difference
    row: int | None = Field(description="Of the file that came back; null for a row that it lacks")
    fields: list[str] = Field(description="What differs")
    graduate_id: UUID | None = Field(description="Null where registry knows no such graduate of the cohort")
    registration_id: UUID | None
    filed_version: int | None = Field(description="0: filed as seeking")
    theirs: Mapping[str, str] | None = Field(description="The row that came back, by its header texts")
    decision: Decision | None
    decided_by_role: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, item: Item, *, in_clear: bool) -> Self:
        """The difference as it is answered."""
        stated = {name: getattr(item, name) for name in cls.model_fields}
        return cls(**stated | {"fields": list(item.fields), "theirs": item.theirs if in_clear else None})


class ItemDecision(StrictModel):
    """Whose row holds; after the season's last day of changes with the reason."""

    decision: Decision
    late_reason: LateReason | None = None
