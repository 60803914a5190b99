"""Structure tables as callers see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Dataflow, FigureTable, Observed, status_of
from indicators.reading.answers import Defined, NamedGroup, in_order, must_be_few, named
from indicators.reading.selection import Selection
from indicators.schemes.groupings import Group
from indicators.structures.domain.labels import label_of
from indicators.structures.domain.spreads import SPREADS
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


class Structure(Defined):
    """How the graduates of a denominator spread over one dimension."""

    dimension: str
    denominator_rule: str
    denominator_hash: str = Field(description="The `hash` of the rule among the definitions")
    reference_tables: dict[str, int] = Field(default={}, description="Versions of the reference tables used")
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
        """Groups that have graduates in the base; without a grouping always exactly one. Raises TooManyCells."""
        groups: Mapping[Group, Sequence[Particulars]] = found if by else {(): found.get((), [])}
        shown = [self._observation(named(by, group), groups[group]) for group in in_order(groups)]
        must_be_few(sum(len(each.cells) for each in shown))
        return [each for each in shown if each.base or not by]

    def _observation(self, group: NamedGroup, particulars: Sequence[Particulars]) -> StructureObservation:
        base, cells = structure(particulars, self.asked)
        shown = [
            CellBody(code=cell.code, label=self.label(cell.code), count=cell.count, share=cell.share) for cell in cells
        ]
        return StructureObservation(group=group, base=base, cells=shown)

    def label(self, code: str | None) -> str | None:
        """The name of a cell in the language; none for a missing value."""
        return self.names.get(code or "") or label_of(
            self.asked.dimension, code, self.language, self.asked.places.regions
        )


def structure_table(selection: Selection, structure: Structure) -> FigureTable:
    """The cells as rows: one for each group and cell."""
    return table_of(
        selection,
        structure,
        dataflow=Dataflow.STRUCTURES,
        known=tuple(SPREADS),
        name="structure",
        title=_TITLE,
        # a grouping and the dimension may be one
        dimensions=tuple(dict.fromkeys((*selection.by, structure.dimension))),
        observations=[
            Observed(
                group={**selection.filters, **each.group, structure.dimension: cell.code},
                measure=f"share_of_{structure.denominator_rule}",
                numerator=cell.count,
                denominator=each.base,
                value=cell.share,
                cohort=selection.cohort,
                as_of=structure.as_of,
                definition=structure.definition_version,
                status=status_of(cell.share, live=structure.is_live),
            )
            for each in structure.observations
            for cell in each.cells
        ],
    )


_TITLE = Message("结构", "Structure")
