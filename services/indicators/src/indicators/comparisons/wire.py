"""Comparisons as callers see them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from common.errors import Message
from indicators.comparisons.domain import Cells, Pair, With
from indicators.formats.about import table_of
from indicators.formats.observation import Dataflow, FigureTable, Observed, Side, status_of
from indicators.reading.answers import Defined, FigureBody, NamedGroup, in_order, must_be_few, named
from indicators.reading.selection import Selection
from indicators.schemes.groupings import Group
from indicators.schemes.tally import Figure, Tally
from indicators.structures.domain.spreads import SPREADS

_TITLE = Message("对比", "Side by side")


class MomentBody(BaseModel):
    """A cohort as of a day."""

    model_config = ConfigDict(from_attributes=True)

    cohort: int
    as_of: date


class ComparedBody(BaseModel):
    """A measure on both sides."""

    before: FigureBody
    after: FigureBody
    difference: str | None = Field(description="Points of per cent", examples=["-33.33"])


class ComparedCell(ComparedBody):
    """A cell of a structure table on both sides, each as a share of its base."""

    code: str | None
    label: str | None


class ComparisonObservation(BaseModel):
    """One group; with `dimension` it has cells, and no measures."""

    group: NamedGroup
    measures: dict[str, ComparedBody] = {}
    cells: list[ComparedCell] | None = None


class TransitionBody(BaseModel):
    """How many went from one class to another, or stayed in it."""

    from_class: str = Field(serialization_alias="from")
    to_class: str = Field(serialization_alias="to")
    count: int


class Comparison(Defined):
    """Figures side by side, by one scheme."""

    compared_with: With
    comparable: bool = Field(description="Whether both cohorts were published by one scheme")
    before: MomentBody
    after: MomentBody
    dimension: str | None = None
    denominator_rule: str | None = None
    reference_tables: dict[str, int] = Field(default={}, description="Versions of the reference tables used")
    observations: list[ComparisonObservation]
    transitions: list[TransitionBody] | None = Field(
        default=None, description="With `with_as_of`: rows add up to what is before, columns to what is after"
    )


def compared(
    sides: Mapping[Group, tuple[Tally, Tally]], by: Sequence[str], nothing: Tally
) -> list[ComparisonObservation]:
    """Groups that have graduates on one side; without a grouping always exactly one. Raises TooManyCells."""
    shown: Mapping[Group, tuple[Tally, Tally]] = sides if by else {(): sides.get((), (nothing, nothing))}
    must_be_few(len(shown) * len(nothing.scheme.measures))
    return [
        ComparisonObservation(
            group=named(by, group),
            measures={
                measure.name: _pair(Pair(before.figure(measure), after.figure(measure)))
                for measure in nothing.scheme.measures
            },
        )
        for group in in_order(shown)
        for before, after in [shown[group]]
    ]


def compared_cells(
    sides: Mapping[Group, tuple[Cells, Cells]], by: Sequence[str], label: Callable[[str | None], str | None]
) -> list[ComparisonObservation]:
    """The same for a structure: its cells, those that are larger after first. Raises TooManyCells."""
    shown: Mapping[Group, tuple[Cells, Cells]] = sides if by else {(): sides.get((), (Cells(), Cells()))}
    must_be_few(sum(len({**before.counts, **after.counts}) for before, after in shown.values()))
    return [
        ComparisonObservation(
            group=named(by, group),
            cells=[
                ComparedCell(code=code, label=label(code), **dict(_pair(Pair(before.figure(code), after.figure(code)))))
                for code in {**after.counts, **before.counts}
            ],
        )
        for group in in_order(shown)
        for before, after in [shown[group]]
    ]


def comparison_table(selection: Selection, titles: Mapping[str, Message], comparison: Comparison) -> FigureTable:
    """Before, after and difference as rows: three for each group and measure, or cell."""
    dimension = () if comparison.dimension is None else (comparison.dimension,)
    return table_of(
        selection,
        comparison,
        dataflow=Dataflow.STRUCTURES if dimension else Dataflow.RATES,
        known=tuple(SPREADS) if dimension else (),
        name="comparison",
        title=_TITLE,
        titles=titles,
        dimensions=tuple(dict.fromkeys((*selection.by, *dimension))),
        further=("side",),
        observations=[*_rows(selection, comparison)],
    )


def _rows(selection: Selection, comparison: Comparison) -> Iterator[Observed]:
    share = f"share_of_{comparison.denominator_rule}"
    for each in comparison.observations:
        for name, body in each.measures.items():
            yield from _sides(selection, comparison, each.group, name, body)
        for cell in each.cells or ():
            yield from _sides(selection, comparison, {**each.group, str(comparison.dimension): cell.code}, share, cell)


def _sides(
    selection: Selection, comparison: Comparison, group: NamedGroup, measure: str, body: ComparedBody
) -> Iterator[Observed]:
    for side in Side:
        figure = {Side.BEFORE: body.before, Side.AFTER: body.after}.get(side)
        value = body.difference if figure is None else figure.rate
        moment = comparison.before if side is Side.BEFORE else comparison.after
        yield Observed(
            group={**selection.filters, **group},
            pooled=selection.by if comparison.compared_with is With.WHOLE and side is Side.BEFORE else (),
            measure=measure,
            numerator=None if figure is None else figure.numerator,
            denominator=None if figure is None else figure.denominator,
            value=value,
            cohort=moment.cohort,
            as_of=moment.as_of,
            definition=comparison.definition_version,
            status=status_of(value, live=comparison.is_live),
            side=side,
        )


def _pair(pair: Pair) -> ComparedBody:
    return ComparedBody(before=_figure(pair.before), after=_figure(pair.after), difference=pair.difference)


def _figure(figure: Figure) -> FigureBody:
    return FigureBody(figure.numerator, figure.denominator, figure.rate)
