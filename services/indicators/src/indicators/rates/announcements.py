"""Rate events: which groups moved, once a second and coalesced, under the sequence of the school."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from common.auth import SYSTEM
from common.clock import NOW_SQL
from common.contracts import OutgoingEvent, rate
from common.contracts.rate import MovedGroup, RateMovedData
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, SchoolCode
from common.outbox import Reached, columns_of
from common.sql import Connection
from indicators.schemes.groupings import level_of

EVERY_SECONDS = 1.0
"""Between two announcements: the figures are read over HTTP, the event only says where to look."""

MAX_TAKEN = 20_000
MAX_GROUPS = 2_000
"""Groups in one event: far below what a broker takes as one message."""

# what another worker takes at this moment is skipped, not waited for: it announces that itself
_TAKE = text(
    """
    DELETE FROM moved_groups
    WHERE id IN (SELECT id FROM moved_groups ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING school_code, cohort, dimension, value
    """
)
_NEXT = text(
    f"""
    INSERT INTO rate_streams (school_code, sequence) VALUES (:school, 1)
    ON CONFLICT (school_code) DO UPDATE SET sequence = rate_streams.sequence + 1
    RETURNING sequence, {NOW_SQL} AS recorded_at
    """
)

_RAISE = text(
    """
    INSERT INTO rate_streams AS kept (school_code, sequence)
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[]))
    ON CONFLICT (school_code) DO UPDATE SET sequence = greatest(kept.sequence, EXCLUDED.sequence)
    """
)


class Moved(NamedTuple):
    """A group whose figures moved; '' stands for a missing value."""

    school_code: SchoolCode
    cohort: Cohort
    dimension: str
    value: str


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each school follow the last one that was published."""
    columns = columns_of(reached)
    await connection.execute(_RAISE, {"keys": columns["keys"], "sequences": columns["sequences"]})


async def announce_moved_groups(database: Database) -> int:
    """Takes the groups that moved and appends their events in one transaction; gives the number of events."""
    async with database.transaction(SYSTEM) as unit:
        taken = {Moved._make(row) for row in await unit.connection.execute(_TAKE, {"limit": MAX_TAKEN})}
        of_cohort: defaultdict[tuple[SchoolCode, Cohort], list[MovedGroup]] = defaultdict(list)
        for school_code, cohort, dimension, value in sorted(taken | _education_levels(taken)):
            of_cohort[(school_code, cohort)].append(MovedGroup(dimension=dimension, value=value or None))
        announced = 0
        for (school_code, cohort), groups in of_cohort.items():
            for start in range(0, len(groups), MAX_GROUPS):
                await _announce(unit, school_code, cohort, groups[start : start + MAX_GROUPS])
                announced += 1
        await unit.commit()
    return announced


def _education_levels(taken: Iterable[Moved]) -> set[Moved]:
    """The groups by level of those that moved: cells know codes only, but callers may group by either."""
    return {
        Moved(school_code, cohort, "education_level", level_of(value) or "")
        for school_code, cohort, dimension, value in taken
        if dimension == "education_level_code"
    }


async def next_of_stream(connection: Connection, school_code: SchoolCode) -> tuple[int, datetime]:
    """The sequence of the school's next event of the topic, and its instant; others wait until the transaction ends."""
    row = (await connection.execute(_NEXT, {"school": school_code})).one()
    return row.sequence, row.recorded_at


async def _announce(unit: UnitOfWork, school_code: SchoolCode, cohort: Cohort, groups: Sequence[MovedGroup]) -> None:
    sequence, recorded_at = await next_of_stream(unit.connection, school_code)
    data = RateMovedData(school_code=school_code, recorded_at=recorded_at, cohort=cohort, groups=tuple(groups))
    await unit.announce(
        OutgoingEvent(
            topic=rate.TOPIC,
            key=school_code,
            sequence=sequence,
            type=rate.MOVED,
            school_code=school_code,
            decided_on=None,
            data=data,
        )
    )
