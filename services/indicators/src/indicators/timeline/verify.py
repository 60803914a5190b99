"""Proves that the figures are right: cells = open spans, spans = timelines of the versions.

Each comparison is one statement, and a fold commits versions, spans and cells together: so it may run beside the
folding worker, in production too, and holds no snapshot for long. That the versions are the owners' histories is proved
by `histories`.
"""

from dataclasses import dataclass

import asyncpg

from common.database import Database
from common.identifiers import GraduateId, SchoolCode
from indicators.timeline.compared import miscounted
from indicators.timeline.domain import Span
from indicators.timeline.fold import timelines
from indicators.timeline.rebuild import CHUNK, stored_schools
from indicators.timeline.storage import select_graduates


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be; ids and codes only. `school_code` is None where the school is unknown."""

    check: str
    school_code: str | None
    what: str
    stored: str
    expected: str


_GRADUATES = """
    SELECT graduate_id FROM roster_versions WHERE school_code = $1
    UNION SELECT graduate_id FROM spans WHERE school_code = $1 ORDER BY 1
"""


async def verify_figures(database: Database, school: SchoolCode | None = None) -> list[Difference]:
    """Differences of one school, or of all that have anything stored."""
    schools = [school] if school is not None else await stored_schools(database)
    return [difference for code in schools for difference in await verify_school(database, code)]


async def verify_school(database: Database, school_code: SchoolCode) -> list[Difference]:
    """Both checks of one school."""
    async with database.reading() as connection:
        cells = [
            Difference(
                "cells", school_code, "/".join(map(str, (row.cohort, *row[2:6]))), str(row.before), str(row.after)
            )
            for row in await miscounted(connection, school_code)
            if row.before != row.after
        ]
        return cells + await _span_differences(connection.driver, school_code)


async def _span_differences(connection: asyncpg.Connection, school_code: SchoolCode) -> list[Difference]:
    graduates = [row["graduate_id"] for row in await connection.fetch(_GRADUATES, school_code)]
    found: list[Difference] = []
    for start in range(0, len(graduates), CHUNK):
        chunk: list[GraduateId] = graduates[start : start + CHUNK]
        stored = await select_graduates(connection, dict.fromkeys(chunk, school_code))
        spans, expected = stored.spans, timelines(stored)
        for key in sorted(spans.keys() | {key for key in expected if key.school_code == school_code}):
            if spans.get(key) != expected.get(key):
                what = f"{key.graduate_id}/{key.from_day}"
                found.append(Difference("spans", school_code, what, _shown(spans.get(key)), _shown(expected.get(key))))
    return found


def _shown(span: Span | None) -> str:
    if span is None:
        return "none"
    destination = span.content.destination
    return f"until {span.to_day}, {destination.destination_code if destination else 'not registered'}"
