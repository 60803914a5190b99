"""Answers about coverage."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from destinations.coverage.domain import Asked, By, Covered, What


class Coverage(BaseModel):
    """How far the registration of a group is (填报进度)."""

    group: dict[By, str | None] = Field(
        description="The code of the group; null: graduates who have none. Empty where nothing is grouped"
    )
    population: int = Field(description="毕业生总数 N, by the roster")
    registered: int = Field(description="Submitted once or imported, and not voided")
    approved: int = Field(description="With content in the figures: confirmed + disputed + unconfirmed")
    confirmed: int
    disputed: int
    unconfirmed: int
    self_registered: int = Field(description="Of `registered`: entered by the graduate")
    evidence_complete: int = Field(
        description="Of `registered`: the last submission or approval found all evidence that the destination needs"
    )
    incomplete: int = Field(description="Of `registered`: an expected field is empty")
    flexible: int = Field(description="Of `registered`: flexible employment (灵活就业), said or by the scheme's codes")


class CoverageAnswer(BaseModel):
    """The coverage of a cohort, in the order of the groups' codes."""

    by: By | None
    known_on: date | None = Field(description="The day until whose end everything was recorded; null: by now")
    items: list[Coverage]

    @classmethod
    def of(cls, asked: Asked, known_on: date | None, found: Sequence[Covered]) -> "CoverageAnswer":
        """The answer to a question."""
        items = [
            Coverage(group={} if asked.by is None else {asked.by: each.code}, **vars(each.counts)) for each in found
        ]
        return cls(by=asked.by, known_on=known_on, items=items)


class MissingAnswer(BaseModel):
    """What one graduate still has to do."""

    model_config = ConfigDict(from_attributes=True)

    graduate_id: UUID
    what: What
    due_on: date | None = Field(description="The season's `coverage_by`; null in a cohort without a season")
    reminded_on: date | None = Field(description="The day of the last reminder about this")
