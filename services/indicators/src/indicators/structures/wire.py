"""Structure tables as callers see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from indicators.reading.answers import NamedGroup, Stamp, in_order, named
from indicators.schemes.groupings import Group
from indicators.structures.domain.labels import label_of
from indicators.structures.domain.structure import Asked, Particulars, structure


class CellBody(BaseModel):
    """Graduates with one value; a missing value is the cell with code null."""

    code: str | None
    label: str | None = Field(description="In the language of the request")
    count: int
    share: str | None = Field(examples=["53.91"])


class StructureObservation(BaseModel):
    """One group; counts of its cells add up to its base."""

    group: NamedGroup
    base: int
    cells: list[CellBody]


class Structure(Stamp):
    """How the graduates of a denominator spread over one dimension."""

    dimension: str
    denominator_rule: str
    scheme: str
    definition_version: str
    observations: list[StructureObservation]


@dataclass(frozen=True)
class StructureTable:
    """What is asked of every group, the language of the labels, and the names of units that are cells."""

    asked: Asked
    language: str
    names: Mapping[str, str]

    def observations(
        self, found: Mapping[Group, Sequence[Particulars]], by: Sequence[str]
    ) -> list[StructureObservation]:
        """Groups that have graduates in the base; without a grouping always exactly one."""
        groups: Mapping[Group, Sequence[Particulars]] = found if by else {(): found.get((), [])}
        shown = [self._observation(named(by, group), groups[group]) for group in in_order(groups)]
        return [each for each in shown if each.base or not by]

    def _observation(self, group: NamedGroup, particulars: Sequence[Particulars]) -> StructureObservation:
        base, cells = structure(particulars, self.asked)
        shown = [
            CellBody(code=cell.code, label=self._label(cell.code), count=cell.count, share=cell.share) for cell in cells
        ]
        return StructureObservation(group=group, base=base, cells=shown)

    def _label(self, code: str | None) -> str | None:
        return self.names.get(code or "") or label_of(
            self.asked.dimension, code, self.language, self.asked.places.regions
        )
