"""GET /v1/comparisons."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message
from common.http import Day, MinChange, Router, Whole
from common.identifiers import Cohort
from indicators.comparisons.domain import Beside, Moment, With, cell_sides, common_scheme, comparable, sides
from indicators.comparisons.storage import transitions
from indicators.comparisons.wire import (
    Comparison,
    ComparisonObservation,
    MomentBody,
    TransitionBody,
    compared,
    compared_cells,
    comparison_table,
)
from indicators.formats.answering import IN_FORMATS, Format, in_format
from indicators.rates.storage import counted, counting
from indicators.reading.answers import NOT_KEPT, defined
from indicators.reading.changes import included
from indicators.reading.frozen import LIVE, AskedSnapshot, SnapshotQuery
from indicators.reading.query import AsOf, Language, Selected
from indicators.reading.selection import Selection
from indicators.reading.snapshot import Answer, FiguresOf, OpenLook, require_past
from indicators.reading.spans import Question
from indicators.schemes.schemes import Scheme
from indicators.schemes.tally import Tally
from indicators.structures.domain.structure import Asked
from indicators.structures.routes import DimensionName, RuleQuery, WithinQuery, table_asked
from indicators.structures.storage import asking, particulars, unit_names, with_tiers
from indicators.structures.wire import StructureTable

router = Router(tags=["comparisons"], dependencies=[NOT_KEPT])

_ONE_WITH = Message(
    "须且只能给出 with_as_of、with_cohort、with 之一", "Give exactly one of with_as_of, with_cohort and with"
)
_WHOLE_OF_WHAT = Message("与整体比较须给出 by", "Groups beside the whole need `by`")
_EITHER = Message("snapshot 与 with_as_of 只能给出一个", "Give either `snapshot` or `with_as_of`")
_OF_ONE_COHORT = Message(
    "与另一届比较须给出 initial 或 year_end", "Beside another cohort give `initial` or `year_end`, not one snapshot"
)
_NO_TABLE = Message("此参数只用于 dimension", "This parameter belongs to `dimension`")


async def read_beside(
    with_as_of: Annotated[Day | None, Query(description="The same graduates as of another day")] = None,
    with_cohort: Annotated[
        Whole | None, Query(ge=1977, le=2200, description="Another cohort on the same day of its year")
    ] = None,
    with_: Annotated[Literal["whole"] | None, Query(alias="with", description="Everybody, beside each group")] = None,
) -> Beside:
    """What is compared with; raises BadQuery for none and for several."""
    given = {With.AS_OF: with_as_of, With.COHORT: with_cohort, With.WHOLE: with_}
    named = [each for each, value in given.items() if value is not None]
    if len(named) != 1:
        raise BadQuery([FieldProblem(each.value, "exactly_one_with", _ONE_WITH) for each in named or [With.AS_OF]])
    return Beside(named[0], with_as_of, None if with_cohort is None else Cohort(with_cohort))


async def read_table(
    dimension: Annotated[DimensionName | None, Query(description="A structure is compared, and no measures")] = None,
    denominator_rule: RuleQuery = None,
    regions: Annotated[Literal["four", "seven"] | None, Query(description="Division into regions")] = None,
    within: WithinQuery = None,
) -> Asked | None:
    """The structure asked for; raises BadQuery for what belongs to one where none is."""
    if dimension is not None:
        return table_asked(dimension, denominator_rule, regions or "four", within)
    given = {"denominator_rule": denominator_rule, "regions": regions, "within": within}
    problems = [FieldProblem(name, "no_dimension", _NO_TABLE) for name, value in given.items() if value is not None]
    if problems:
        raise BadQuery(problems)
    return None


def must_agree(selection: Selection, beside: Beside, snapshot: AskedSnapshot) -> None:
    """Raises BadQuery for groups beside the whole without groups, and for snapshots of what has none."""
    if beside.whole and not selection.by:
        raise BadQuery([FieldProblem("by", "whole_of_what", _WHOLE_OF_WHAT)])
    if snapshot != LIVE and beside.what is With.AS_OF:
        names = ("snapshot", With.AS_OF.value)
        raise BadQuery([FieldProblem(name, "either_snapshot_or_day", _EITHER) for name in names])
    if snapshot.id is not None and beside.cohort is not None:
        raise BadQuery([FieldProblem("snapshot", "snapshot_of_one_cohort", _OF_ONE_COHORT)])


@dataclass(frozen=True)
class Both:
    """What is before and what is after, as they are asked for."""

    selection: Selection
    earlier: Selection
    beside: Beside
    before: Moment
    after: Moment

    @property
    def scheme(self) -> Scheme:
        """By which both are counted."""
        return common_scheme(self.before.cohort, self.after.cohort)

    async def asked(self, look: OpenLook, question: Callable[[Selection], Question]) -> tuple[Answer, Answer]:
        """The rows of a question on both sides."""
        before, after = question(self.earlier), question(self.selection)
        return (
            await look.ask(lambda _live: before, self.before.as_of),
            await look.ask(lambda _live: after, self.after.as_of),
        )

    def rates(self, before: Answer, after: Answer) -> list[ComparisonObservation]:
        """The measures of both sides."""
        counts = counted(self.earlier, before), counted(self.selection, after)
        return compared(sides(*counts, self.scheme, whole=self.beside.whole), self.selection.by, Tally(self.scheme))

    def cells(
        self, before: Answer, after: Answer, tables: tuple[StructureTable, StructureTable]
    ) -> list[ComparisonObservation]:
        """The cells of a structure on both sides."""
        found = particulars(self.earlier, before), particulars(self.selection, after)
        asked = tables[0].asked, tables[1].asked
        return compared_cells(cell_sides(*found, asked, whole=self.beside.whole), self.selection.by, tables[1].label)

    async def transitions(self, look: OpenLook) -> list[TransitionBody] | None:
        """From which class to which, between two days of one cohort; none of other comparisons."""
        if self.beside.what is not With.AS_OF:
            return None
        days = self.before.as_of, self.after.as_of
        moved = await transitions(look.connection, self.selection, self.scheme, *days)
        return [TransitionBody(from_class=one, to_class=other, count=count) for one, other, count in moved]


@router.get("/v1/comparisons", response_model=Comparison, responses=IN_FORMATS, summary="Figures side by side")
async def read_comparison(
    *,
    caller: Caller,
    selection: Selected,
    beside: Annotated[Beside, Depends(read_beside)],
    table: Annotated[Asked | None, Depends(read_table)],
    as_of: AsOf,
    snapshot: SnapshotQuery,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    language: Language,
) -> Comparison | Response:
    await figures.require_readable(caller, selection)
    must_agree(selection, beside, snapshot)
    earlier = replace(selection, cohort=beside.cohort or selection.cohort)
    selection, earlier = await figures.frozen(selection, snapshot), await figures.frozen(earlier, snapshot)
    met = await included(figures, min_change, selection.scope, as_of=as_of, with_as_of=beside.as_of)
    async with figures.look(selection.scope) as look:
        after = Moment(selection.cohort, selection.frozen_on or as_of or look.moment.as_of)
        before = beside.before(after)
        before = replace(before, as_of=earlier.frozen_on or before.as_of)
        both = Both(selection, earlier, beside, before, after)
        for parameter, moment in (("as_of", after), (beside.what.value, both.before)):
            require_past(parameter, moment.as_of, look.moment.as_of)
        used: dict[str, int] = {}
        if table is None:
            answers = await both.asked(look, partial(counting, live=False))
            observations = both.rates(*answers)
        else:
            answers = await both.asked(look, partial(asking, spread=table.spread))
            names = await unit_names(look.connection, selection, table.dimension, language)
            asked, used = await with_tiers(look.connection, table, both.before.cohort, after.cohort)
            tables = StructureTable(asked[0], language, names), StructureTable(asked[1], language, names)
            observations = both.cells(*answers, tables)
        moved = await both.transitions(look)
    doubted = any(each.standing.incomplete for each in answers)
    comparison = Comparison(
        **defined(answers[1].stamp(min_change_met=met, doubted=doubted), both.scheme),
        compared_with=beside.what,
        comparable=comparable(after.cohort, both.before.cohort),
        before=MomentBody.model_validate(both.before),
        after=MomentBody.model_validate(after),
        dimension=None if table is None else table.dimension,
        denominator_rule=None if table is None else table.rule,
        reference_tables=used,
        observations=observations,
        transitions=moved,
    )
    titles = {measure.name: measure.title for measure in both.scheme.measures} if table is None else {}
    return await in_format(wanted, comparison, partial(comparison_table, selection, titles), language)
