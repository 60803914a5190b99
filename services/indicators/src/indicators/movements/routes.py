"""GET /v1/movements."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message, NotFound
from common.http import Day, Db, MinChange, Page, Router
from common.identifiers import Cohort, SchoolCode
from indicators.formats.answering import IN_FORMATS, Format, listed, require_listable
from indicators.movements import commands
from indicators.movements.domain import Asked, classes_of
from indicators.movements.wire import COLUMNS, MovementBody, Movements
from indicators.reading.answers import NOT_KEPT, defined
from indicators.reading.changes import included
from indicators.reading.frozen import OF_SEVERAL_DAYS
from indicators.reading.query import CohortQuery, ValueQuery
from indicators.reading.selection import Level, Scope, Selection
from indicators.reading.snapshot import FiguresOf, require_past
from indicators.schemes.schemes import default_scheme

router = Router(tags=["movements"], dependencies=[NOT_KEPT])

_BACKWARDS = Message("from 不得晚于 to", "`from` must not be after `to`")

ClassQuery = Annotated[str | None, Query(max_length=64, description="A class, `not_registered` or `outside`")]


async def read_asked(
    school: Annotated[SchoolCode, Query(pattern=r"^[0-9]{5}$", description="院校代码")],
    cohort: CohortQuery,
    first: Annotated[Day, Query(alias="from", description="The first day")],
    last: Annotated[Day, Query(alias="to", description="The last day")],
    college: ValueQuery = None,
    class_: Annotated[ValueQuery, Query(alias="class")] = None,
    from_class: ClassQuery = None,
    to_class: ClassQuery = None,
) -> Asked:
    """School, cohort, days and classes; raises BadQuery."""
    filters = {name: value for name, value in (("college", college), ("class", class_)) if value is not None}
    scheme = default_scheme(Cohort(cohort))
    words = classes_of(scheme)
    unknown = Message(f"应为 {' '.join(words)} 之一", f"Must be one of {' '.join(words)}")
    problems = [
        FieldProblem(name, "unknown_class", unknown)
        for name, value in (("from_class", from_class), ("to_class", to_class))
        if value is not None and value not in words
    ]
    if first > last:
        problems.append(FieldProblem("from", "after_to", _BACKWARDS))
    if problems:
        raise BadQuery(problems)
    selection = Selection(Scope(Level.SCHOOL, school), Cohort(cohort), (), filters)
    return Asked(selection, scheme, first, last, from_class, to_class)


@router.get(
    "/v1/movements",
    response_model=Movements,
    responses=IN_FORMATS,
    dependencies=[OF_SEVERAL_DAYS],
    summary="Whose class or code changed between two days",
    description="For counsellors, college and school officers, each of the own graduates; every read is audited.",
)
async def read_movements(
    *,
    caller: Caller,
    database: Db,
    asked: Annotated[Asked, Depends(read_asked)],
    page: Page,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    response: Response,
) -> Movements | Response:
    require_listable(wanted)
    scope = asked.selection.scope
    if not await figures.sees_school(caller, SchoolCode(scope.code)):
        raise NotFound
    caller.must_be_in(commands.READERS)
    if caller.row_scope().nothing:
        raise NotFound
    met = await included(figures, min_change, scope, to=asked.last)
    async with figures.look(scope) as look:
        require_past("to", asked.last, look.moment.as_of)
        stamp = look.stamp(min_change_met=met)
    read = partial(commands.read, caller=caller, asked=asked, after=page.last_seen(UUID), limit=page.limit)
    kept, cursor = page.cut(await database.act(caller.actor, read), lambda each: each.graduate_id)
    movements = Movements(
        **defined(stamp, asked.scheme),
        first=asked.first,
        last=asked.last,
        items=[MovementBody.model_validate(each) for each in kept],
        next_cursor=cursor,
    )
    rows = [each.cells for each in movements.items]
    return await listed(wanted, movements, "movements", (COLUMNS, rows), response.headers)
