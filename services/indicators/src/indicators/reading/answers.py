"""Shapes that the answers of all figures share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from common.errors import BadQuery, FieldProblem, Message
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Scheme

NamedGroup = dict[str, str | None]
"""A group with the names of its dimensions."""

MOST_CELLS = 100_000
"""Figures of one answer (contract of indicators, 11)."""


class TooManyCells(BadQuery):
    """An answer would have more figures than one answer may."""

    code = "too_many_cells"
    title = Message("结果过大", "The answer would be too large")

    def __init__(self) -> None:
        super().__init__([FieldProblem("by", "too_many_cells", _TOO_MANY_CELLS)])


def must_be_few(cells: int) -> None:
    """Raises TooManyCells for more than one answer may have."""
    if cells > MOST_CELLS:
        raise TooManyCells


class Stamp(BaseModel):
    """Which moment a figure answers for and how far the events are included."""

    as_of: date
    watermark: datetime | None = Field(description="Everything published before this instant is included")
    lag_ms: int | None = Field(description="Age of the watermark")
    incomplete: bool = Field(
        description="Whether an event of the scope's partitions could not be applied (the watermark stands before it), "
        "or the figure is by what some of the events behind it did not say yet"
    )
    min_change_met: bool = Field(description="Whether all changes named by `min_change` are included")
    snapshot: UUID | None = Field(default=None, description="The snapshot that the figures are of; null for live ones")
    schools_frozen: int | None = Field(
        default=None, description="Of frozen figures of a province or the nation: the schools that are in them"
    )
    schools_total: int | None = Field(default=None, description="The schools that have graduates of the cohort")

    @property
    def is_live(self) -> bool:
        """Whether the figures may still move."""
        return self.snapshot is None and self.schools_frozen is None


class Defined(Stamp):
    """What every figure by a scheme carries besides."""

    scheme: str
    definition_version: str
    definition_hash: str = Field(description="The `hash` of that version among the definitions")


class Label(BaseModel):
    """A label in both languages."""

    model_config = ConfigDict(from_attributes=True)

    zh: str
    en: str


# no model: a series has up to 100,000 of these, and a model takes four times as long to make
@dataclass(slots=True)
class FigureBody:
    """A rate with what it was divided from; percentages have two places, half-up, and 0/0 is null."""

    numerator: int
    denominator: int
    rate: Annotated[str | None, Field(examples=["85.24"])]


def defined(stamp: Stamp, scheme: Scheme) -> dict[str, Any]:
    """The fields of `Defined`: those of the stamp, and which definition the figures are by."""
    return {
        **dict(stamp),
        "scheme": scheme.id,
        "definition_version": scheme.version,
        "definition_hash": scheme.hash,
    }


def named(by: Sequence[str], group: Group) -> NamedGroup:
    """A group with the names of its dimensions; raises ValueError if their numbers differ."""
    return dict(zip(by, group, strict=True))


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Groups by their values, missing values last."""
    return sorted(groups, key=lambda group: [(value is None, value or "") for value in group])


async def forbid_keeping(response: Response) -> None:
    """Sets Cache-Control so that no cache keeps the answer: what it shows moves, and depends on who asks."""
    response.headers["Cache-Control"] = "private, no-store"


_TOO_MANY_CELLS = Message(
    f"一次最多 {MOST_CELLS} 个单元格；请减少分组、指标或届",
    f"An answer has at most {MOST_CELLS} cells; ask for fewer groups, indicators or cohorts",
)

NOT_KEPT = Depends(forbid_keeping)
"""In the `dependencies` of a router."""
