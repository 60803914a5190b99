"""GET /v1/tracking and /v1/editions."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem
from common.http import MinChange, Page, Router, Whole
from common.identifiers import Cohort, SchoolCode
from indicators.formats.answering import IN_FORMATS, Format, in_format, json_in_format
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.query import ByQuery, Language, ValueQuery, read_filters
from indicators.reading.selection import Level, Scope, Selection
from indicators.reading.snapshot import RESPONSE_TOPICS, FiguresOf, Look
from indicators.responses.domain import ResponseFigure
from indicators.responses.storage import response_figures
from indicators.responses.wire.kept import KeptResponsesOf
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking import storage
from indicators.tracking.domain import (
    CYCLES,
    NEITHER_OR_BOTH,
    ONE_OF_BOTH,
    Question,
    Series,
    asked_of,
    group_of,
    question_of,
)
from indicators.tracking.wire.answers import EditionItem, Editions, Tracking, tracking
from indicators.tracking.wire.files import tracking_table
from indicators.tracking.wire.kept import KeptBodiesOf
from indicators.tracking.wire.portraits import CycleFound, Portrait, cycle_body, portrait_table
from indicators.tracking_counts.dimensions import tables_of_employers, tables_of_graduates
from indicators.tracking_counts.indicators import OF_PORTRAITS

router = Router(tags=["tracking"], dependencies=[NOT_KEPT])

SchoolQuery = Annotated[str, Query(pattern=r"^[0-9]{5}$", description="院校代码: one school")]
CohortQuery = Annotated[Whole | None, Query(ge=1977, le=2200, description="届: year of graduation; with `cycle`")]
CycleQuery = Annotated[Literal["0", "1", "3", "5"] | None, Query(description="Years after graduation; with `cohort`")]
OneCohort = Annotated[Whole, Query(ge=1977, le=2200, description="届: year of graduation")]
YearQuery = Annotated[Whole | None, Query(ge=1977, le=2200, description="Year in which employers were asked")]


async def read_series(
    school: SchoolQuery, cohort: CohortQuery = None, cycle: CycleQuery = None, year: YearQuery = None
) -> list[Series]:
    """The series named: of graduates, of employers, or both; raises BadQuery for none and for half of one."""
    found = []
    if cohort is not None and cycle is not None:
        found.append(Series(SchoolCode(school), cohort, int(cycle), None))
    if year is not None:
        found.append(Series(SchoolCode(school), None, None, year))
    if not found or (cohort is None) != (cycle is None):
        raise BadQuery([FieldProblem("cycle" if cohort is not None else "cohort", "respondents", NEITHER_OR_BOTH)])
    return found


async def read_filters_of_employers(
    post_level: ValueQuery = None,
    hire_college: ValueQuery = None,
    hire_major: ValueQuery = None,
    hire_education_level: ValueQuery = None,
) -> Mapping[str, str]:
    """What employers' answers are kept to, by name."""
    given = {
        "post_level": post_level,
        "hire_college": hire_college,
        "hire_major": hire_major,
        "hire_education_level": hire_education_level,
    }
    return {name: value for name, value in given.items() if value is not None}


SeriesAsked = Annotated[list[Series], Depends(read_series)]


async def read_question(
    series: SeriesAsked,
    filters: Annotated[Mapping[str, str], Depends(read_filters)],
    filters_of_employers: Annotated[Mapping[str, str], Depends(read_filters_of_employers)],
    indicator: Annotated[str, Query(max_length=2_000, description="Indicators, comma-separated")],
    by: ByQuery = None,
    top: Annotated[Literal["75", "100"], Query(description="From which score on an answer counts as matched")] = "75",
) -> Question:
    """What is asked; raises BadQuery."""
    tables = tables_of_employers() if series[0].of_employers else tables_of_graduates([*DIMENSIONS])
    asked = asked_of(by, {**filters, **filters_of_employers}, tables)
    return question_of(series, indicator, top, asked)


def selection_of(question: Question) -> Selection:
    """Whose figures these are, as for rates: what an employer's answer is about stands for the group of graduates."""
    series, asked = question.series, question.asked
    scope = Scope(Level.SCHOOL, series.school_code)
    if series.of_employers:
        college = asked.filters.get("hire_college")
        return Selection(scope, Cohort(series.year or 0), (), {} if college is None else {"college": college})
    return Selection(scope, Cohort(series.cohort or 0), asked.by, asked.filters)


@router.get(
    "/v1/tracking", response_model=Tracking, responses=IN_FORMATS, summary="Tracking indicators of the newest edition"
)
async def read_tracking(
    *,
    caller: Caller,
    question: Annotated[Question, Depends(read_question)],
    min_change: MinChange,
    figures: FiguresOf,
    responses: KeptResponsesOf,
    kept: KeptBodiesOf,
    wanted: Format,
    language: Language,
) -> Response:
    series, selection = question.series, selection_of(question)
    await figures.require_readable(caller, selection)
    met = await included(figures, min_change, selection.scope)
    if series.of_employers:
        asked = storage.asking_employers(series)
        look: Look = (answer := await figures.ask(selection.scope, lambda _live: asked, topics=RESPONSE_TOPICS))
        found = response_figures(answer)
    else:
        look, found = await responses.read(selection, series.cycle or 0)
    # an edition never changes, so its statements need not see one moment
    async with figures.database.reading() as connection:
        taken, bodies = await kept.read(connection, question)
    written = tracking(question, look.stamp(min_change_met=met), found, taken, bodies)
    return await json_in_format(wanted, written, Tracking, partial(tracking_table, selection, question), language)


@router.get("/v1/editions", summary="Editions of a cycle, or of a year of employers, the newest first")
async def list_editions(*, caller: Caller, page: Page, series: SeriesAsked, figures: FiguresOf) -> Editions:
    if len(series) > 1:
        raise BadQuery([FieldProblem("year", "respondents", ONE_OF_BOTH)])
    selection = Selection(Scope(Level.SCHOOL, series[0].school_code), Cohort(series[0].cohort or 0))
    await figures.require_readable(caller, selection)
    after = page.after(int)
    async with figures.database.reading() as connection:
        before = None if after is None else after[0]
        found = await storage.listed(connection, series[0], before=before, limit=page.limit + 1)
    kept, cursor = page.cut(found, lambda edition: edition.number)
    return Editions(items=list(map(EditionItem.model_validate, kept)), next_cursor=cursor)


@router.get(
    "/v1/portraits",
    response_model=Portrait,
    responses=IN_FORMATS,
    summary="Portrait of a group over the cycles (职业发展画像)",
    description="The group is named by one filter; beside `major`, `college` is not counted. Never of a person.",
)
async def read_portrait(
    *,
    caller: Caller,
    school: SchoolQuery,
    cohort: OneCohort,
    filters: Annotated[Mapping[str, str], Depends(read_filters)],
    min_change: MinChange,
    figures: FiguresOf,
    responses: KeptResponsesOf,
    wanted: Format,
    language: Language,
) -> Portrait | Response:
    asked = group_of(filters, tables_of_graduates([*DIMENSIONS]))
    selection = Selection(Scope(Level.SCHOOL, school), Cohort(cohort), (), filters)
    await figures.require_readable(caller, selection)
    met = await included(figures, min_change, selection.scope)
    cycles = []
    for cycle in CYCLES:
        look, by_group = await responses.read(selection, cycle)
        response = by_group.get((), ResponseFigure(0, 0))
        async with figures.database.reading(snapshot=True) as connection:
            series = Series(SchoolCode(school), cohort, cycle, None)
            edition, found = await storage.cell(connection, series, asked, OF_PORTRAITS)
        shown = found if asked.is_whole or response.eligible else {}
        cycles.append(cycle_body(CycleFound(cycle, edition, shown, response)))
    stamp = look.stamp(min_change_met=met)
    portrait = Portrait(**dict(stamp), school_code=school, cohort=cohort, group=dict(filters), cycles=cycles)
    return await in_format(wanted, portrait, partial(portrait_table, selection), language)
