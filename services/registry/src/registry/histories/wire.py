"""What the routes of histories answer, masked as the reader sees the entry."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.auth import Principal
from registry.graduates.domain.entry import Source, Status
from registry.graduates.domain.masking import as_seen
from registry.histories.domain import Provenance, Version

Value = date | Decimal | bool | str | None
"""What a field holds."""


class ChangeAnswer(BaseModel):
    """A field that a version changed, masked as the reader sees the entry."""

    field: str
    before: Value
    after: Value


class VersionAnswer(BaseModel):
    """One version of a roster entry: who changed what, and from which day it counts."""

    version: int
    sequence: int
    action: Literal["create", "change", "withdraw", "import", "population_change", "erase"]
    source: Source = Field(description="By which door it came in")
    by_role: str
    status: Status
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    changed_fields: list[str]
    changes: list[ChangeAnswer]
    decided_on: date
    recorded_at: datetime

    @classmethod
    def of(cls, version: Version, reader: Principal) -> Self:
        """The version as the reader sees it."""
        before, after = as_seen(version.before, reader.role.value), as_seen(version.after, reader.role.value)
        shown = {name: value for name, value in vars(version).items() if name in cls.model_fields}
        return cls(
            **shown,
            by_role=version.role,
            changed_fields=list(after),
            changes=[ChangeAnswer(field=field, before=before[field], after=after[field]) for field in after],
        )


class ProvenanceAnswer(BaseModel):
    """Where the value of one field comes from: the last version that changed it."""

    field: str
    source: Source = Field(description="By which door it came in")
    version: int
    recorded_at: datetime
    by_role: str
    operation_id: UUID | None = Field(description="Of the import; null of every other door")
    source_name: str | None = Field(description="What the import's file was said to come from")

    @classmethod
    def of(cls, found: Provenance) -> Self:
        """The provenance as it is answered."""
        return cls(**{**vars(found), "by_role": found.role})
