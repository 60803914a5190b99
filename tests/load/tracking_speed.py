"""Tracking figures against a structure table, and judging 45 tables of 3,300 people against counting them in SQL.

The edition is taken of the answers of 1,000 of them. All sides are measured in turn, in one run.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import httpx
from sqlalchemy import TextClause, text

from common.crypto import KeyRing
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.shown_groups.editions import Edition, Limits
from common.shown_groups.judging import judge
from common.shown_groups.tables import Table, name_of
from indicators.app import create_app
from indicators.responses.wire.kept import KeptResponses
from indicators.schemes.groupings import DIMENSIONS, joins_of
from indicators.settings import Settings
from indicators.tracking import storage
from indicators.tracking.domain import Because, Due, Series
from indicators.tracking.operations import take
from indicators.tracking.wire.kept import KeptBodies
from indicators.tracking_counts.dimensions import tables_of_graduates
from testing.databases import service_database
from testing.tokens import TokenMint
from tests.load.reporting import Verdict, milliseconds, percentile

READ_BUDGET, JUDGE_BUDGET = 1.0, 30.0
"""How much longer than a structure table ten indicators may take, and judging than counting the same tables in SQL."""

GRADUATES, ANSWERS, ROUNDS, JUDGED = 3_300, 1_000, 40, 3
SCHOOL, COHORT = SchoolCode("10001"), Cohort(2024)
SERIES = Series(SCHOOL, COHORT, 1, None)
TABLES = tables_of_graduates([*DIMENSIONS])
TEN = (
    "salary,major_match,interest_match,promotion,management,training,job_satisfaction,skill_use,ability_gaps,"
    "leave_reasons"
)
FILL = f"""
    CREATE TEMPORARY TABLE people AS
        SELECT n, md5('g' || n)::uuid AS graduate_id, 'C' || (n * 7 % 400 / 20) AS college_code,
               'M' || (n * 7 % 400 / 5) AS major_code, (ARRAY['31', '31', '31', '11', '41'])[1 + n % 5] AS level,
               1 + n % 2 AS sex, (11 + n * 13 % 31) * 10000 + n * 17 % 10 * 100 + 1 AS place
          FROM generate_series(1, {GRADUATES}) AS n;
    INSERT INTO spans (school_code, graduate_id, from_day, to_day, cohort, college_code, major_code, class_code,
                       education_level_code, sex_code, origin_province_code, destination_code, flexible,
                       employer_nature_code, industry_code, place_code, origin_place_code, urban_rural, ethnicity_code,
                       hardship_code, training_mode_code, teacher_training_code, study_form, roster_generation,
                       destination_generation)
        SELECT '{SCHOOL}', graduate_id, '2024-01-01', 'infinity', {COHORT}, college_code, major_code,
               'K' || n % 100, level, sex, left(place::text, 2) || '0000', '10', false, '39',
               (ARRAY['22', '39', '42', '80'])[1 + n % 4],
               '410102', place, (ARRAY['urban', 'rural'])[1 + n / 3 % 2],
               (ARRAY['01', '01', '01', '03'])[1 + n / 5 % 4],
               (ARRAY['0', '0', '1', '2'])[1 + n / 7 % 4], '1', (ARRAY['2', '2', '1'])[1 + n / 11 % 3],
               'full_time', 2, 2
          FROM people;
    INSERT INTO measure_answers (response_id, response_version, withdrawn, school_code, graduate_id, wave_id, cohort,
                                 cycle, measured, by_level, recorded_at, event_id, event_sequence)
        SELECT md5('r' || n)::uuid, 1, false, '{SCHOOL}', graduate_id, md5('w')::uuid, {COHORT}, 1,
               jsonb_build_object('situation', 'employed', 'salary', 3000 + n * 37 % 90 * 100,
                                  'major_match', n * 3 % 5 * 25, 'interest_match', n % 5 * 25,
                                  'promoted', n % 3 = 0, 'post_level', 'junior',
                                  'training', n % 2 = 0, 'job_satisfaction', n * 11 % 5 * 25, 'skill_use', n % 5 * 25,
                                  'ability_gaps', jsonb_build_array('learning'),
                                  'leave_reason', jsonb_build_array('salary')),
               '{{}}', now(), md5('e' || n)::uuid, 1
          FROM people WHERE n % 10 < 3 ORDER BY n LIMIT {ANSWERS};
    INSERT INTO response_versions (graduate_id, sequence, school_code, cohort, cycle, wave_id, event_id, recorded_at,
                                   state)
        SELECT graduate_id, 1, '{SCHOOL}', {COHORT}, 1, md5('w')::uuid, md5('v' || n)::uuid, now(), 'submitted'
          FROM people;
"""
"""Graduates of a school and answers of some."""


async def measure() -> list[Verdict]:
    """Both pairs, as a school officer reads and as a worker counts."""
    async with service_database("indicators") as found:
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        try:
            await admin.execute(FILL)
            await admin.execute("VACUUM ANALYZE")
        finally:
            await admin.close()
        database = Database.connect(found.app_url)
        try:
            begun = time.perf_counter()
            await take(database, Due(SERIES, Because.CLOSED, uuid4()))
            sys.stdout.write(f"  an edition of {ANSWERS} answers: {time.perf_counter() - begun:.1f} s\n")
            read, first, table = await _reads(database, found.app_url)
            everybody = await _everybody(database)
            acts = [partial(_judged, everybody), partial(_counted, database)]
            judged, counted = await in_turns(acts, JUDGED)
        finally:
            await database.dispose()
    samples = {"ten indicators": read, "structure table": table, "judging": judged, "counting": counted}
    for name, taken in (samples | {"ten indicators, read first after a change": first}).items():
        sys.stdout.write(f"  {name}: {milliseconds(taken)}\n")
    tracked, structured, judging, counting = (percentile(each, 0.5) for each in samples.values())
    return [
        Verdict(
            "ten indicators by college of an edition, as a multiple of a structure table",
            tracked / structured,
            READ_BUDGET,
        ),
        Verdict("judging 45 tables of 3,300 people, as a multiple of counting them", judging / counting, JUDGE_BUDGET),
    ]


async def in_turns(acts: Sequence[Callable[[], Awaitable[None]]], rounds: int) -> list[list[float]]:
    """Seconds of each act, the acts in turns."""
    samples: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds):
        for taken, act in zip(samples, acts, strict=True):
            begun = time.perf_counter()
            await act()
            taken.append(time.perf_counter() - begun)
    return samples


async def _reads(database: Database, url: str) -> list[list[float]]:
    with TemporaryDirectory() as name:
        mint, keys = TokenMint(Path(name)), Path(name) / "keys.json"
        KeyRing.generate().store(keys)
        app = create_app(Settings(database_url=url, keyring_file=keys, **mint.settings), database, {})
        headers = mint.headers("school_officer", school=SCHOOL)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:

            async def read_first() -> None:
                app.state.kept_responses = KeptResponses(app.state.figures)
                app.state.kept_bodies = KeptBodies()
                await _read(client, "/v1/tracking", cycle="1", indicator=TEN)

            reads: list[Callable[[], Awaitable[None]]] = [
                partial(_read, client, "/v1/tracking", cycle="1", indicator=TEN),
                read_first,
                partial(_read, client, "/v1/structures", dimension="industry"),
            ]
            return await in_turns(reads, ROUNDS)


async def _read(client: httpx.AsyncClient, path: str, **query: str) -> None:
    answer = await client.get(path, params={"school": SCHOOL, "cohort": f"{COHORT}", "by": "college", **query})
    answer.raise_for_status()


async def _counted(database: Database) -> None:
    async with database.reading() as connection:
        for table in TABLES:
            await connection.execute(_counting(table), {"school": SCHOOL, "cohort": COHORT})


@lru_cache
def _counting(table: Table) -> TextClause:
    dimensions = [DIMENSIONS[name] for name in table]
    listed = "".join(f"{each.sql} AS group_{at}, " for at, each in enumerate(dimensions))
    keys = ", ".join(str(number) for number in range(1, len(dimensions) + 1))
    return text(
        f"""
        SELECT {listed}count(*) FROM spans {joins_of(dimensions)}
         WHERE school_code = :school AND cohort = :cohort {f"GROUP BY {keys}" if keys else ""}
        """
    )


async def _judged(edition: Edition) -> None:
    await asyncio.to_thread(judge, edition, [], Limits.of(5))


async def _everybody(database: Database) -> Edition:
    """All graduates as if all had answered."""
    names = [name for table in TABLES if len(table) == 1 for name in table]
    async with database.reading() as connection:
        people = await storage.graduates(connection, SERIES, names)
    places = {name: at for at, name in enumerate(names)}
    return Edition(
        [f"{row.graduate_id}" for row in people],
        [0] * len(people),
        {name_of(table): [tuple(row[places[name]] for name in table) for row in people] for table in TABLES},
    )
