"""Answers about versions of registrations."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from destinations.registrations.domain.lifecycle import Action, Confirmation, State
from destinations.tasks.domain import DisputeKind


class VersionAnswer(BaseModel):
    """One version of a registration's history."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    state: State
    confirmation: Confirmation | None
    by_role: str
    action: Action
    decided_on: date
    recorded_at: datetime
    changed_fields: list[str]
    note: str | None = Field(description="The reason of a return or a dispute, as far as the caller reads it")
    dispute_kind: DisputeKind | None = Field(description="Of a dispute, as far as the caller reads it")


class DifferenceAnswer(BaseModel):
    """A field that differs between two versions."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(description="A field of the registration, `state` or `confirmation`")
    before: Any = Field(serialization_alias="from", description="Its value in the version `from`")
    after: Any = Field(serialization_alias="to", description="Its value in the version `to`")


class DifferencesAnswer(BaseModel):
    """What differs between two versions; pay only for who may read it."""

    items: list[DifferenceAnswer]
