"""SQL of the stream: events of moved groups in the order of the feed, and the units of colleges."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import text

from common.contracts import rate
from common.database import Database
from common.identifiers import Cohort
from common.sql import Row
from indicators.reading.selection import Level
from indicators.stream.domain import Listener, Moved, MovedGroup, Units

AT_A_TIME = 500
"""Events that one statement reads."""

_OF_SCOPE = {
    Level.SCHOOL: "AND outbox.school_code = :scope",
    Level.PROVINCE: "AND province_code = :scope",
    Level.NATION: "",
}
_EVENTS = """
    SELECT position, outbox.school_code, province_code, data ->> 'cohort' AS cohort, data -> 'groups' AS groups
    FROM outbox LEFT JOIN units ON units.school_code = outbox.school_code AND unit_kind = 'school'
    WHERE position > :after AND topic = :topic AND type = :type {of_scope}
    ORDER BY position LIMIT :limit
"""
_AFTER = text(_EVENTS.format(of_scope=""))
_MISSED = {level: text(_EVENTS.format(of_scope=condition)) for level, condition in _OF_SCOPE.items()}
_REACHED = text("SELECT coalesce(max(position), 0) FROM outbox")
_IS_OURS = text("SELECT EXISTS (SELECT FROM outbox WHERE position = :position AND topic = :topic AND type = :type)")
_UNITS = text(
    """
    SELECT school_code, college_code, unit_kind, code FROM units
    WHERE unit_kind IN ('major', 'class') AND school_code = ANY(CAST(:schools AS text[]))
      AND college_code = ANY(CAST(:colleges AS text[]))
    """
)
_EVENT = {"topic": rate.TOPIC, "type": rate.MOVED}


async def reached(database: Database) -> int:
    """The last position of the feed."""
    async with database.reading() as connection:
        return int(await connection.scalar(_REACHED))


async def is_known(database: Database, position: int) -> bool:
    """Whether the event at a position is one of moved groups."""
    async with database.reading() as connection:
        return bool(await connection.scalar(_IS_OURS, {"position": position, **_EVENT}))


async def moved_after(database: Database, position: int) -> list[Moved]:
    """The next events, of all schools."""
    async with database.reading() as connection:
        return _moved(await connection.execute(_AFTER, {"after": position, "limit": AT_A_TIME, **_EVENT}))


async def missed_by(database: Database, listener: Listener, position: int) -> list[Moved]:
    """The next events of a listener's scope after the one that it has heard last."""
    scope = {} if listener.scope.level is Level.NATION else {"scope": listener.scope.code}
    bound = {"after": position, "limit": AT_A_TIME, **_EVENT, **scope}
    async with database.reading() as connection:
        return _moved(await connection.execute(_MISSED[listener.scope.level], bound))


async def units_of(database: Database, events: Sequence[Moved], colleges: Collection[str | None]) -> Units:
    """Majors and classes of these colleges in the schools of the events."""
    named = sorted(each for each in colleges if each is not None)
    if not named or not events:
        return {}
    bound = {"schools": sorted({event.school_code for event in events}), "colleges": named}
    found: defaultdict[tuple[str, str], set[MovedGroup]] = defaultdict(set)
    async with database.reading() as connection:
        for row in await connection.execute(_UNITS, bound):
            found[row.school_code, row.college_code].add(MovedGroup(row.unit_kind, row.code))
    return {key: frozenset(groups) for key, groups in found.items()}


def _moved(rows: Iterable[Row]) -> list[Moved]:
    return [
        Moved(
            row.position,
            row.school_code,
            row.province_code,
            Cohort(int(row.cohort)),
            tuple(MovedGroup(each["dimension"], each["value"]) for each in row.groups),
        )
        for row in rows
    ]
