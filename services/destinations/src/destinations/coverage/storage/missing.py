"""Who misses what, by now: the same selection for lists and for reminders."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array

from common import rows
from common.auth import RowScope, ScopeShape
from common.sql import Connection
from destinations.coverage.domain import Missing, Narrowing, What
from destinations.coverage.storage.counting import POPULATION, said_of_effective
from destinations.evidence.storage import IS_SENT
from destinations.registrations.tables import registrations
from destinations.reminders.tables import reminders
from destinations.roster import storage as roster
from destinations.roster.tables import graduates
from destinations.seasons.tables import seasons
from destinations.support.tables import plans

_current, _entry, _season = registrations.c, graduates.c, seasons.c
SEEKING = "70"
"""The destination (待就业) of who is to have a support plan (一人一策)."""

_IS_EFFECTIVE = _current.effective_version.is_not(None)


def _word(text: str) -> ColumnElement[Any]:
    return literal_column(f"'{text}'", Text)


_IS_SUPPORTED = exists().where(plans.c.graduate_id == _entry.graduate_id, plans.c.state == _word("open"))
_HAS_DONE: dict[What, ColumnElement[Any]] = {
    What.REGISTERED: _IS_EFFECTIVE | (_current.stage != _word("draft")),
    What.APPROVED: _IS_EFFECTIVE,
    What.CONFIRMED: _IS_EFFECTIVE & (said_of_effective == _word("confirmed")),
    What.EVIDENCE: _current.id.is_(None)
    | (func.coalesce(_season.evidence, _word("none")) == _word("none"))
    | literal_column(IS_SENT, Boolean),
    What.SUPPORT: _current.id.is_(None)
    | (_current.destination_code != _word(SEEKING))
    | (~_IS_EFFECTIVE & (_current.stage == _word("draft")))
    | _IS_SUPPORTED,
    What.CORRECTED: _current.id.is_(None)
    | ((_current.stage != _word("returned")) & (~_IS_EFFECTIVE | (said_of_effective != _word("disputed")))),
}
"""Whether nothing of the kind is left to do, of a graduate with the registration that is not voided, or with none."""

_WITH_SEASON = POPULATION.outerjoin(
    seasons, (_season.school_code == _entry.school_code) & (_season.cohort == _entry.cohort)
)


async def missing(
    connection: Connection, scope: RowScope, narrowing: Narrowing, after: tuple[UUID, What] | None, limit: int
) -> list[Missing]:
    """What graduates of the scope miss, by graduate and kind, what follows after one of these.

    Of the population N alone, as it is by now: who is not counted as `registered`, `approved`, `confirmed` misses that.
    """
    given = narrowing.given
    query = _page(scope.shape, tuple(given), narrowing.what, reachable=narrowing.reachable, following=after is not None)
    last, what = after or (None, None)
    bound = {**scope.values, **given, "limit": limit, "last": last, "last_what": what and what.value}
    return rows.all(Missing, await connection.execute(query, bound))


@lru_cache(maxsize=256)
def _page(
    seen: ScopeShape, given: tuple[str, ...], kinds: tuple[What, ...], *, reachable: bool, following: bool
) -> Select[Any]:
    missed = array([case((_HAS_DONE[kind], null()), else_=_word(kind)) for kind in kinds])
    each = (
        select(_entry.graduate_id, func.unnest(missed, type_=Text).label("what"), _season.coverage_by.label("due_on"))
        .select_from(_WITH_SEASON)
        .where(roster.visible(seen), roster.STATED["counted"])
        .where(*(_entry[name] == bindparam(name) for name in given))
    )
    if reachable:
        each = each.where(~_entry.erased)
    if following:
        each = each.where(_entry.graduate_id >= bindparam("last", type_=Uuid))
    found = each.subquery("found").c
    reminded_on = (
        select(func.max(reminders.c.reminded_on))
        .where(reminders.c.graduate_id == found.graduate_id, reminders.c.what == found.what)
        .scalar_subquery()
    )
    page = select(*found, reminded_on.label("reminded_on")).where(found.what.is_not(None))
    if following:
        last = tuple_(bindparam("last", type_=Uuid), bindparam("last_what", type_=Text))
        page = page.where(tuple_(found.graduate_id, found.what) > last)
    return page.order_by(found.graduate_id, found.what).limit(bindparam("limit", type_=Integer))
