"""Reading one's own change: whether the changes that a caller names are included before the figures are read."""

from common.errors import NotFound
from common.http import RequestedChanges
from indicators.organisation.storage import province_of_school
from indicators.progress.tokens import all_included, require_followed
from indicators.rates.selection import Level, Scope
from indicators.reading.snapshot import Figures


async def included(figures: Figures, requested: RequestedChanges, scope: Scope) -> bool:
    """True as soon as all named changes are in the figures, False when the wait ran out.

    Raises NotFound for a change of a school outside the scope, BadQuery for one that figures do not follow.
    """
    require_followed(requested.tokens)
    for school_code in {token.school_code for token in requested.tokens}:
        if not await _is_inside(figures, school_code, scope):
            raise NotFound
    return await requested.met(lambda tokens: all_included(figures.database, tokens))


async def _is_inside(figures: Figures, school_code: str, scope: Scope) -> bool:
    match scope.level:
        case Level.SCHOOL:
            return school_code == scope.code
        case Level.PROVINCE:
            async with figures.database.reading() as connection:
                # none: registry's event about a new school is still on its way, and so is the change itself
                return await province_of_school(connection, school_code) in {None, scope.code}
        case Level.NATION:
            return True
