"""GET /v1/structures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from common.auth import Caller
from common.http import MinChange
from indicators.reading.answers import Language, NamedGroup, Stamp, in_order, json_answer, named
from indicators.reading.changes import included
from indicators.reading.query import AsOf, Selected
from indicators.reading.snapshot import FiguresOf
from indicators.schemes.schemes import default_scheme
from indicators.structures.domain import DEFAULT_RULE, DIMENSIONS, Particulars, StructureCell, structure
from indicators.structures.labels import label_of
from indicators.structures.storage import particulars

router = APIRouter(tags=["structures"])

DimensionName = Literal["employer_nature", "industry", "province", "region", "destination"]
RuleName = Literal[
    "unit_without_enlistment",
    "unit",
    "contracts",
    "employed_without_enlistment",
    "placed",
    "placed_without_enlistment_and_abroad",
    "population",
]


@dataclass(frozen=True)
class Table:
    """What is asked of every group."""

    by: tuple[str, ...]
    dimension: str
    rule: str
    regions: str
    language: str

    def observations(self, found: Mapping[tuple[str | None, ...], list[Particulars]]) -> list[dict[str, Any]]:
        """Groups with somebody in the base; without a grouping always exactly one."""
        tables = {group: structure(own, self.dimension, self.rule, self.regions) for group, own in found.items()}
        if not self.by:
            tables.setdefault((), (0, ()))
        shown = [group for group in in_order(tables) if not self.by or tables[group][0]]
        return [self._observation(group, *tables[group]) for group in shown]

    def _observation(
        self, group: tuple[str | None, ...], base: int, cells: tuple[StructureCell, ...]
    ) -> dict[str, Any]:
        return {"group": named(self.by, group), "base": base, "cells": [self._cell(cell) for cell in cells]}

    def _cell(self, cell: StructureCell) -> dict[str, Any]:
        label = label_of(self.dimension, cell.code, self.language, self.regions)
        return {"code": cell.code, "label": label, "count": cell.count, "share": cell.share}


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


@router.get("/v1/structures", response_model=Structure, summary="A structure table, live or as of any day")
async def read_structure(
    *,
    caller: Caller,
    selection: Selected,
    dimension: Annotated[DimensionName, Query(description="What graduates are spread over")],
    as_of: AsOf,
    min_change: MinChange,
    figures: FiguresOf,
    language: Language,
    denominator_rule: Annotated[RuleName, Query(description="Whose structure")] = DEFAULT_RULE,
    regions: Annotated[Literal["four", "seven"], Query(description="Division into regions")] = "four",
) -> Response:
    await figures.require_readable(caller, selection)
    scheme = default_scheme(selection.cohort)
    met = await included(figures, min_change, selection.scope, as_of=as_of)
    async with figures.look(selection.scope, as_of) as look:
        found = await particulars(look.connection, selection, DIMENSIONS[dimension], look.moment.as_of)
        stamp = look.stamp(min_change_met=met)
    table = Table(selection.by, dimension, denominator_rule, regions, language)
    return json_answer(
        {
            "dimension": dimension,
            "denominator_rule": denominator_rule,
            "scheme": scheme.id,
            "definition_version": scheme.version,
            **stamp,
            "observations": table.observations(found),
        }
    )
