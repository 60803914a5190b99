"""Coverage by class of a school of 20,000, against a bare count over the same two tables, and as known on a past day.

And a monitoring report of that day, against the latter. Registrations have ten versions each, recorded over ten days,
the roster two; another cohort of the school is as large. A tenth was written about since the report before.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import asyncpg
from sqlalchemy import text

from common.auth import Owners, RowScope
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from destinations.coverage.domain import Asked, By
from destinations.coverage.storage import coverage
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Moment
from destinations.monitoring.storage import counted
from testing.databases import service_database
from tests.load.reporting import Verdict, milliseconds, percentile

LIVE_BUDGET, KNOWN_BUDGET, REPORT_BUDGET = 2.5, 10.0, 3.0
"""How much longer than the bare count coverage may take, than that as known on a day, and than this a report."""

GRADUATES, VERSIONS, ROUNDS = 20_000, 10, 40
SCHOOL, COHORT, OTHER = SchoolCode("10001"), Cohort(2024), Cohort(2023)
_BARE = text(
    """
    SELECT class_code, count(*), count(current.id)
      FROM roster_graduates LEFT JOIN registrations current USING (graduate_id)
     WHERE roster_graduates.school_code = :school_code AND roster_graduates.cohort = :cohort
     GROUP BY class_code ORDER BY class_code
    """
)
_ENTRY = """
    md5('g' || cohort || ' ' || n)::uuid AS graduate_id, '10001' AS school_code, cohort,
    'C' || n % 20 AS college_code, 'K' || n % 700 AS class_code, 'registered' AS status
"""
_FILL = f"""
    CREATE TEMPORARY TABLE people AS
        SELECT n, {_ENTRY}, md5('r' || cohort || ' ' || n)::uuid AS id
          FROM generate_series(1, {GRADUATES}) AS n, unnest(ARRAY[{COHORT}, {OTHER}]) AS cohort;
    INSERT INTO roster_graduates (graduate_id, school_code, cohort, college_code, class_code, status, sequence)
        SELECT graduate_id, school_code, cohort, college_code, class_code, status, 2 FROM people;
    INSERT INTO roster_versions (graduate_id, school_code, cohort, college_code, class_code, status, sequence, event_id,
                                 recorded_at, counted, erased)
        SELECT graduate_id, school_code, cohort, college_code, class_code, status, sequence,
               md5(graduate_id || ' ' || sequence)::uuid, timestamptz '2024-04-01' + sequence * interval '1 day', true,
               false
          FROM people, generate_series(1, 2) AS sequence;
    INSERT INTO registration_versions (registration_id, version, graduate_id, school_code, cohort, state, confirmation,
                                       source, destination_code, employer_name, employer_address, code_lists, by_role,
                                       by_subject, action, decided_on, recorded_at, changed_fields, incomplete,
                                       effective_version, evidence_complete)
        SELECT id, version, graduate_id, school_code, cohort, 'school_approved', 'unconfirmed', 'import', '10',
               '某某有限公司' || n, '河南省郑州市中原区某路' || n, '{{"destination": 1}}', 'school_officer', 'so',
               'import',
               '2024-05-01', '2024-05-01'::timestamptz + version * interval '1 day', '{{}}', '{{}}', version, true
          FROM generate_series(1, {VERSIONS}) AS version, people ORDER BY version, n;
    INSERT INTO registrations (id, version, graduate_id, school_code, cohort, stage, confirmation, source,
                               destination_code, employer_name, employer_address, code_lists, incomplete,
                               effective_version, effective_decided_on, decided_on, recorded_at, evidence_complete)
        SELECT id, {VERSIONS}, graduate_id, school_code, cohort, 'school_approved', 'unconfirmed', 'import', '10',
               '某某有限公司' || n, '河南省郑州市中原区某路' || n, '{{"destination": 1}}', '{{}}', {VERSIONS},
               '2024-05-01',
               '2024-05-01', '2024-05-11', true
          FROM people ORDER BY n;
"""
_REPORTED = f"""
    INSERT INTO monitoring_reports (school_code, cohort, kind, period, at)
    VALUES ('{SCHOOL}', {COHORT}, 'daily', '2024-05-05', '2024-05-06T12:00:00Z');
    UPDATE registration_versions SET recorded_at = '2024-05-06T14:00:00Z'
     WHERE version = 5 AND registration_id IN (SELECT id FROM people WHERE n % 10 = 0)
"""
_PAST = datetime(2024, 5, 6, 16, tzinfo=UTC)
"""The end of the day on which each registration had its fifth version."""


async def measure() -> list[Verdict]:
    """The three in turns, over the same rows, as a school officer."""
    async with service_database("destinations") as found:
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        try:
            await admin.execute(_FILL)
            await admin.execute(_REPORTED)
            await admin.execute("VACUUM ANALYZE")
        finally:
            await admin.close()
        database = Database.connect(found.app_url)
        try:
            bare, live, known, reports = await _in_turns(database)
        finally:
            await database.dispose()
    for name, samples in {"bare count": bare, "live": live, "known on a day": known, "report": reports}.items():
        sys.stdout.write(f"  {name}: {milliseconds(samples)}\n")
    now, compared, then, reported = (percentile(each, 0.5) for each in (live, bare, known, reports))
    return [
        Verdict("coverage by class, time as a multiple of a bare count's", now / compared, LIVE_BUDGET),
        Verdict("the same known on a day, as a multiple of the live one", then / now, KNOWN_BUDGET),
        Verdict("a monitoring report of that day, as a multiple of this", reported / then, REPORT_BUDGET),
    ]


async def _in_turns(database: Database) -> list[list[float]]:
    acts: list[Callable[[Database], Awaitable[int]]] = [
        _bared,
        partial(_covered, before=None),
        partial(_covered, before=_PAST),
        _reported,
    ]
    samples: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for taken, act in zip(samples, acts, strict=True):
            taken.append(await _timed(database, act))
    return samples


async def _timed(database: Database, act: Callable[[Database], Awaitable[int]]) -> float:
    begun = time.perf_counter()
    found = await act(database)
    taken = time.perf_counter() - begun
    if found != GRADUATES:
        raise RuntimeError(f"counted {found} graduates instead of {GRADUATES}")
    return taken


async def _bared(database: Database) -> int:
    async with database.reading() as connection:
        rows = await connection.execute(_BARE, {"school_code": SCHOOL, "cohort": COHORT})
    return sum(row[2] for row in rows)


async def _covered(database: Database, before: datetime | None) -> int:
    scope = RowScope(Owners(school_code=frozenset({SCHOOL})))
    async with database.reading() as connection:
        groups = await coverage(connection, scope, Asked(SCHOOL, COHORT, By.CLASS, before))
    return sum(each.counts.approved for each in groups)


async def _reported(database: Database) -> int:
    moment = Moment(school_code=SCHOOL, cohort=COHORT, kind=Kind.DAILY, period="2024-05-06", at=_PAST)
    async with database.reading() as connection:
        content = await counted(connection, moment)
    return int(content["counts"]["approved"])
