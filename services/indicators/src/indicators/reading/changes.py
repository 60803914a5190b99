"""Reading one's own change: whether the changes that a caller names are included before the figures are read."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial

from common.auth import Principal
from common.contracts import code_list
from common.errors import NotFound
from common.http import RequestedChanges
from common.identifiers import SchoolCode
from indicators.organisation.storage import province_of_school
from indicators.progress.tokens import require_followed
from indicators.reading.selection import Level, Scope
from indicators.reading.snapshot import Figures


async def included(figures: Figures, requested: RequestedChanges, scope: Scope, **days: date | None) -> bool:
    """True as soon as all named changes are in the figures, False when the wait ran out.

    Raises NotFound for a change of a school outside the scope, BadQuery for one that figures do not follow. `days` are
    those asked for, by parameter: one after today is a BadQuery at once, and not after a wait in vain.
    """
    return await _met(figures, requested, partial(_is_inside, figures, scope), days)


async def included_for(figures: Figures, requested: RequestedChanges, caller: Principal) -> bool:
    """The same for an answer about no school: the changes must be of schools that the caller sees."""
    return await _met(figures, requested, partial(figures.sees_school, caller), {})


async def _met(
    figures: Figures,
    requested: RequestedChanges,
    may_be_named: Callable[[SchoolCode], Awaitable[bool]],
    days: Mapping[str, date | None],
) -> bool:
    if not requested.tokens:
        return True
    require_followed(requested.tokens)
    # code lists are of no school, and for all of them
    of_schools = {SchoolCode(token.school_code) for token in requested.tokens if token.topic != code_list.TOPIC}
    for school_code in of_schools:
        if not await may_be_named(school_code):
            raise NotFound
    await figures.require_past(days)
    return await requested.met()


async def _is_inside(figures: Figures, scope: Scope, school_code: SchoolCode) -> bool:
    match scope.level:
        case Level.SCHOOL:
            return school_code == scope.code
        case Level.PROVINCE:
            async with figures.database.reading() as connection:
                # none: registry's event about a new school is still on its way, and so is the change itself
                return await province_of_school(connection, school_code) in {None, scope.code}
        case Level.NATION:
            return True
