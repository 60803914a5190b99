"""Tables of a wave on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from common.http import PageOf
from surveys.results.domain.dimensions import Key, named
from surveys.results.domain.editions import Because, Edition, Figures
from surveys.results.domain.questions import Tabled
from surveys.results.wire.analysis import Group


class _Whole(BaseModel):
    """Only the fields that it has: null where there could be a value, missing where there could not."""

    @model_serializer(mode="wrap")
    def _with_what_it_has(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if name in self.model_fields_set}


class CellBody(_Whole):
    """One option, or one thing that was answered."""

    value: str
    count: int = Field(description="Answers; of a ranking those with it in the first place")
    share: str = Field(description="Of the group's answers in per cent, weighted if weights are asked for")
    mean_place: str | None = Field(default=None, description="Of a ranking: its mean place where it was ranked")


class TableObservation(_Whole):
    """One group. Where it may not be shown everything but `group`, `row` and `status` is null."""

    group: Group
    row: str | None = Field(default=None, description="Where a whole matrix is asked for")
    n: int | None = Field(description="Answers that say something: neither refused nor hidden")
    cells: list[CellBody] | None
    mean: str | None = Field(description="In the unit of the question: steps of a scale, yuan of an amount")
    nps: str | None = Field(description="Promoters less detractors, in points from -100 to 100")
    median: str | None = Field(
        default=None, description="Of numbers and amounts, as are `p25` and `p75`; in the unit of the question"
    )
    p25: str | None = None
    p75: str | None = None
    per_employer: str | None = Field(default=None, description="Of employers: one vote each")
    per_graduate: str | None = Field(default=None, description="Of employers: by graduates hired")
    status: Literal["ok", "too_few"]


class EditionStamp(BaseModel, from_attributes=True):
    """Which edition figures are of."""

    number: int
    taken_at: datetime


class TablesBody(BaseModel):
    """A table of one question, of one edition."""

    wave_id: UUID
    question: str
    by: list[str]
    weighting: UUID | None
    edition: EditionStamp
    observations: list[TableObservation]


class EditionBody(EditionStamp):
    """One edition of a wave: why it was taken, its answers, and those that came, went or changed since the one before.

    `because`: `closed`, `changed` where five answers were, `weighting` where weights needed it.
    """

    model_config = ConfigDict(from_attributes=True)

    because: Because
    answers: int
    moved: int


class EditionsPage(PageOf[EditionBody]):
    """Editions of a wave, the newest first."""


class Asking(BaseModel, arbitrary_types_allowed=True):
    """What a table is asked for: groupings, the groups there are with their keys in the table, and the variables."""

    by: tuple[str, ...]
    groups: Sequence[tuple[Key, Key]]
    variables: Sequence[Tabled]
    whole_matrix: bool

    def observations(self, found: Mapping[str, Figures]) -> list[TableObservation]:
        """The groups in their order, of a matrix row by row."""
        return [
            self._observation(each, group, found.get(each.variable, {}).get(key))
            for group, key in self.groups
            for each in self.variables
        ]

    def _observation(self, each: Tabled, group: Key, figure: Mapping[str, Any] | None) -> TableObservation:
        place: dict[str, Any] = {"group": dict(named(self.by, group))}
        if self.whole_matrix:
            place["row"] = each.row
        if figure is None:
            return TableObservation(**place, n=None, cells=None, mean=None, nps=None, status="too_few")
        return TableObservation(**place, **figure, status="ok")


def tables_body(
    wave_id: UUID, question: str, asking: Asking, edition: Edition, weighting: UUID | None, found: Mapping[str, Figures]
) -> TablesBody:
    """The table as it is answered."""
    return TablesBody(
        wave_id=wave_id,
        question=question,
        by=[*asking.by],
        weighting=weighting,
        edition=EditionStamp.model_validate(edition),
        observations=asking.observations(found),
    )
