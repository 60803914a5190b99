"""Computes the next generation of a school's figures beside the present one, and switches the school to it.

Computing takes no lock that the fold waits for. Switching is one transaction under the school's partition: graduates
whose versions are others by then are computed once more, so what arrives meanwhile is in both generations.
"""

from dataclasses import dataclass
from datetime import date

import asyncpg

from common.auth import SYSTEM
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.kafka import partition_for
from indicators.timeline.cells import KEPT_OF_SPANS, SPAN_COLUMN_NAMES, CellKey, change_figures
from indicators.timeline.compared import Change, changes_beside, miscounted
from indicators.timeline.rebuild import CHUNK, store_spans
from indicators.timeline.storage import lock_partitions

_ALONE = "LOCK TABLE next_schools IN SHARE ROW EXCLUSIVE MODE"
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_FORGET = tuple(
    f"DELETE FROM {table} WHERE school_code = $1" for table in ("next_spans", "next_graduates", "next_schools")
)
_VERSIONS = """
    SELECT graduate_id, bit_xor(uuid_hash_extended(event_id, sequence)) AS versions
    FROM (SELECT DISTINCT graduate_id FROM roster_versions WHERE school_code = $1) AS graduates
    CROSS JOIN LATERAL (
        SELECT event_id, sequence FROM roster_versions AS entry WHERE entry.graduate_id = graduates.graduate_id
        UNION ALL
        SELECT event_id, sequence FROM destination_versions AS decision
        WHERE decision.graduate_id = graduates.graduate_id
    ) AS stored GROUP BY 1
"""
# what is kept of response rates was counted with the spans before
_MARK = "UPDATE response_marks SET mark = uuidv7() WHERE school_code = $1"
_ADD_SCHOOL = "INSERT INTO next_schools (school_code, graduates) VALUES ($1, $2)"
_ADD_GRADUATES = f"""
    INSERT INTO next_graduates (school_code, graduate_id, versions)
    SELECT $1, graduate_id, versions FROM ({_VERSIONS}) AS present RETURNING graduate_id
"""
_OTHERS = f"""
    SELECT graduate_id FROM ({_VERSIONS}) AS present
    FULL JOIN (SELECT graduate_id, versions FROM next_graduates WHERE school_code = $1) AS known USING (graduate_id)
    WHERE present.versions IS DISTINCT FROM known.versions ORDER BY 1
"""
_FORGET_GRADUATES = "DELETE FROM next_spans WHERE school_code = $1 AND graduate_id = ANY($2::uuid[])"
_STANDS = "SELECT EXISTS (SELECT FROM next_schools WHERE school_code = $1)"
_SCHOOLS = "SELECT school_code FROM next_schools ORDER BY 1"
_LISTED = ", ".join(SPAN_COLUMN_NAMES)
_OF_NEXT, _OF_PRESENT = (f"SELECT {_LISTED} FROM {table} WHERE school_code = $1" for table in ("next_spans", "spans"))
_GONE = """
    DELETE FROM spans WHERE school_code = $1 AND NOT EXISTS (
        SELECT FROM next_spans AS next WHERE next.school_code = $1 AND next.graduate_id = spans.graduate_id
           AND next.from_day = spans.from_day)
"""
_SWITCH = f"""
    INSERT INTO spans ({_LISTED}) {_OF_NEXT} EXCEPT {_OF_PRESENT}
    ON CONFLICT (school_code, graduate_id, from_day) DO UPDATE SET {KEPT_OF_SPANS}
"""
_MOVED = f"""
    SELECT cohort, count(DISTINCT graduate_id) AS graduates, min(from_day) AS from_day, max(to_day) AS to_day
    FROM (({_OF_PRESENT} EXCEPT {_OF_NEXT}) UNION ALL ({_OF_NEXT} EXCEPT {_OF_PRESENT})) AS differing
    GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class MovedSpans:
    """Of how many graduates of a cohort spans differ, and between which days; `to_day` is `date.max` for open ones."""

    cohort: Cohort
    graduates: int
    from_day: date
    to_day: date


@dataclass(frozen=True)
class Beside:
    """What the next generation of a school would change."""

    graduates: int
    spans: list[MovedSpans]
    figures: list[Change]

    @property
    def differs(self) -> bool:
        """Whether it would change anything."""
        return bool(self.spans or self.figures)


async def compute_beside(database: Database, school_code: SchoolCode) -> Beside:
    """Stores the school's next generation over the one that stood beside; says what it would change.

    Everything is seen as of one moment, and what is there now stays as it is.
    """
    async with database.transaction(SYSTEM) as unit:
        connection = unit.driver
        await connection.execute(_ONE_MOMENT)
        await connection.execute(_ALONE)
        await _forget(connection, school_code)
        graduates = [row["graduate_id"] for row in await connection.fetch(_ADD_GRADUATES, school_code)]
        await _store(connection, school_code, graduates)
        await connection.execute(_ADD_SCHOOL, school_code, len(graduates))
        moved = [MovedSpans(*row) for row in await connection.fetch(_MOVED, school_code)]
        found = Beside(len(graduates), moved, await changes_beside(unit.connection, school_code))
        await unit.commit()
    return found


async def schools_beside(database: Database) -> list[SchoolCode]:
    """Schools whose next generation stands beside the present one."""
    async with database.reading() as connection:
        return [row["school_code"] for row in await connection.driver.fetch(_SCHOOLS)]


async def cut_over(database: Database, partitions: int, school_code: SchoolCode) -> int | None:
    """Switches the school to its next generation; None if there is none, else of how many it was computed once more.

    The groups of the cells that change are announced, and no others.
    """
    async with database.transaction(SYSTEM) as unit:
        connection = unit.driver
        await connection.execute(_ALONE)
        if not await connection.fetchval(_STANDS, school_code):
            return None
        await lock_partitions(unit.connection, {partition_for(school_code, partitions)})
        others = [row["graduate_id"] for row in await connection.fetch(_OTHERS, school_code)]
        await connection.execute(_FORGET_GRADUATES, school_code, others)
        await _store(connection, school_code, others)
        await connection.execute(_GONE, school_code)
        await connection.execute(_SWITCH, school_code)
        await connection.execute(_MARK, school_code)
        moves = [
            (CellKey(school_code, row.cohort, *row[2:6]), row.after - row.before)
            for row in await miscounted(unit.connection, school_code)
            if row.after != row.before
        ]
        await change_figures(connection, moves=sorted(moves))
        await _forget(connection, school_code)
        await unit.audit("figures_rebuilt", "school", school_code, school_code=school_code)
        await unit.commit()
    return len(others)


async def _forget(connection: asyncpg.Connection, school_code: SchoolCode) -> None:
    for statement in _FORGET:
        await connection.execute(statement, school_code)


async def _store(connection: asyncpg.Connection, school_code: SchoolCode, graduates: list[GraduateId]) -> None:
    for start in range(0, len(graduates), CHUNK):
        await store_spans(connection, "next_spans", school_code, graduates[start : start + CHUNK])
