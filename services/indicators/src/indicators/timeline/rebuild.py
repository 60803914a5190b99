"""Computes a school anew from the versions, in one transaction, while the service runs.

Readers see the figures of before until the commit; the folding worker waits for the school's partition.
"""

from collections import Counter

import asyncpg
import structlog

from common.auth import SYSTEM
from common.database import Database
from common.identifiers import GraduateId, SchoolCode
from common.kafka import partition_for
from indicators.timeline.cells import SPAN_COLUMN_NAMES, CellKey, change_figures, span_row
from indicators.timeline.fold import cell_moves, refold, timelines
from indicators.timeline.storage import lock_partitions, select_graduates

CHUNK = 5_000
"""Graduates whose versions are held in memory at a time."""

_SCHOOLS = """
    SELECT school_code FROM roster_versions UNION SELECT school_code FROM spans UNION SELECT school_code FROM cells
    ORDER BY 1
"""
_GRADUATES = "SELECT DISTINCT graduate_id FROM roster_versions WHERE school_code = $1 ORDER BY 1"
_FORGET = "DELETE FROM spans WHERE school_code = $1"
_CELLS = """
    SELECT school_code, cohort, dimension, value, destination_code, flexible, graduates FROM cells
    WHERE school_code = $1
"""

RENEW_SECONDS = 60.0
"""Between two looks for spans that the release before has written: none as soon as its last worker has ended."""

RENEWED_AT_A_TIME = 500
"""Graduates whose spans are made anew in one transaction: a change of another one waits for some 50 ms at most."""

_OLD = """
    SELECT DISTINCT school_code, graduate_id FROM spans
    WHERE roster_generation IS NULL AND school_code = (
        SELECT school_code FROM spans WHERE roster_generation IS NULL ORDER BY 1 LIMIT 1)
    LIMIT $1
"""

_log = structlog.get_logger(__name__)


async def rebuild(database: Database, partitions: int, school: SchoolCode | None = None) -> int:
    """Rebuilds one school, or all that have anything stored; gives the number of schools."""
    schools = [school] if school is not None else await stored_schools(database)
    for code in schools:
        graduates = await rebuild_school(database, partitions, code)
        _log.info("School rebuilt", school_code=code, graduates=graduates)
    return len(schools)


async def stored_schools(database: Database) -> list[SchoolCode]:
    """Schools with versions, spans or cells."""
    async with database.transaction(SYSTEM) as unit:
        connection = unit.driver
        return [row["school_code"] for row in await connection.fetch(_SCHOOLS)]


async def rebuild_school(database: Database, partitions: int, school_code: SchoolCode) -> int:
    """Replaces all spans of the school and corrects its cells; gives the number of graduates.

    The groups of the cells that were wrong are announced, and no others.
    """
    async with database.transaction(SYSTEM) as unit:
        await lock_partitions(unit.connection, {partition_for(school_code, partitions)})
        connection = unit.driver
        await connection.execute(_FORGET, school_code)
        graduates = [row["graduate_id"] for row in await connection.fetch(_GRADUATES, school_code)]
        wrong: Counter[CellKey] = Counter()
        for start in range(0, len(graduates), CHUNK):
            wrong.update(await store_spans(connection, "spans", school_code, graduates[start : start + CHUNK]))
        wrong.subtract({CellKey._make(row[:-1]): row[-1] for row in await connection.fetch(_CELLS, school_code)})
        await change_figures(connection, moves=sorted((key, number) for key, number in wrong.items() if number))
        await unit.audit("figures_rebuilt", "school", school_code, school_code=school_code)
        await unit.commit()
    return len(graduates)


async def renew_old_spans(database: Database, partitions: int) -> int:
    """Makes those spans anew that the release before has written; gives the number of graduates.

    It knew less of a graduate than its own versions say: figures stay as they are, and more dimensions get values.
    """
    renewed = 0
    while True:
        async with database.transaction(SYSTEM) as unit:
            old = await unit.driver.fetch(_OLD, RENEWED_AT_A_TIME)
            if not old:
                return renewed
            await lock_partitions(unit.connection, {partition_for(old[0]["school_code"], partitions)})
            await refold(unit.driver, {row["graduate_id"]: row["school_code"] for row in old})
            await unit.commit()
        renewed += len(old)


async def store_spans(
    connection: asyncpg.Connection, table: str, school_code: SchoolCode, graduates: list[GraduateId]
) -> dict[CellKey, int]:
    """Stores the spans of these graduates in a table of spans; gives the graduates per cell."""
    computed = timelines(await select_graduates(connection, dict.fromkeys(graduates, school_code)))
    # versions of another school are that school's, and under its lock
    spans = {key: span for key, span in computed.items() if key.school_code == school_code}
    rows = [span_row(key.graduate_id, span) for key, span in sorted(spans.items())]
    await connection.copy_records_to_table(table, records=rows, columns=SPAN_COLUMN_NAMES)
    return dict(cell_moves((), spans.values()))
