"""A proposal of a school of 20,000, and judging all tables of 3,300 graduates against counting them in SQL.

The proposal is counted as a worker does it, in a process of its own; what both take at most is watched meanwhile.
"""

import asyncio
import os
import sys
import time
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import psutil
from sqlalchemy import TextClause, text

from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.operations import OperationRunner
from common.shown_groups.tables import Table
from indicators.app import create_app
from indicators.publishing import storage
from indicators.publishing.domain.publications import PROPOSE
from indicators.publishing.domain.tables import TABLES
from indicators.publishing.operations import proposing
from indicators.publishing_counts.people import Counting, Person
from indicators.publishing_counts.process import counted
from indicators.schemes.groupings import DIMENSIONS, joins_of
from indicators.settings import Settings
from indicators.snapshots.domain.snapshots import SnapshotId
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict, milliseconds, percentile
from tests.load.tracking_speed import in_turns

JUDGE_BUDGET, CHILD_BUDGET, SERVICE_BUDGET = 30.0, 400.0, 120.0
"""How much longer than counting the same tables judging may take; megabytes of the child, and more of the service."""

LARGE, SMALL, ROUNDS = 20_000, 3_300, 3
SCHOOLS = {LARGE: "20000", SMALL: "10001"}
COHORT = 2024
NAMES = tuple(name for table in TABLES if len(table) == 1 for name in table)
ASKED = [
    {"kind": "rates"},
    {"kind": "rates", "by": ["college"]},
    {"kind": "rates", "by": ["major"], "measures": ["placement_rate"]},
    {"kind": "rates", "by": ["college", "origin_province"], "measures": ["placement_rate"]},
    {"kind": "rates", "by": ["major", "education_level"], "measures": ["placement_rate"]},
    {"kind": "structure", "by": ["college"], "dimension": "employer_nature"},
    {"kind": "structure", "dimension": "industry"},
]
# 20 colleges with 6 majors each
_FILL = """
    INSERT INTO units (school_code, unit_kind, code, sequence, name, province_code, state, event_id, event_sequence)
        VALUES ('{school}', 'school', '{school}', 1, 'School', '410000', 'active', gen_random_uuid(), 1);
    INSERT INTO units (school_code, unit_kind, code, sequence, name, national_code, state, event_id, event_sequence)
        SELECT '{school}', 'major', 'M' || n, 1, 'Major ' || n, '08' || lpad((n / 3)::text, 2, '0') || '01', 'active',
               gen_random_uuid(), 1 FROM generate_series(0, 119) AS n;
    INSERT INTO snapshots (id, school_code, cohort, kind, as_of, known_at, revision, line_id, state)
        VALUES ('{id}', '{school}', {cohort}, 'initial', '2024-08-31', '2024-08-31T16:00Z', 0, '{id}', 'frozen');
    INSERT INTO snapshot_rows (snapshot_id, graduate_id, school_code, cohort, college_code, major_code, class_code,
                               education_level_code, sex_code, origin_province_code, destination_code, flexible,
                               employer_nature_code, industry_code, origin_place_code, urban_rural, ethnicity_code,
                               hardship_code, training_mode_code, teacher_training_code, study_form,
                               roster_generation, destination_generation)
        SELECT '{id}', md5('{school}' || n)::uuid, '{school}', {cohort}, 'C' || major % 20, 'M' || major,
               'K' || n % 600, level, (ARRAY['1', '2'])[1 + n / 2 % 2], province || '0000', code,
               code IS NOT DISTINCT FROM '12',
               (ARRAY['10', '20', '31', '39'])[1 + n / 3 % 4], (ARRAY['22', '39', '42', '80'])[1 + n / 5 % 4],
               province || lpad((1 + n % 14)::text, 2, '0') || '01', (ARRAY['urban', 'rural'])[1 + n / 3 % 2],
               (ARRAY['01', '01', '01', '03'])[1 + n / 5 % 4], (ARRAY['0', '0', '1', '2'])[1 + n / 7 % 4], '1',
               (ARRAY['2', '2', '1'])[1 + n / 11 % 3], 'full_time', 2, 2
          FROM (SELECT n, abs(hashtext('m' || n)) % 120 AS major,
                       (ARRAY['31', '31', '31', '11', '41'])[1 + abs(hashtext('l' || n)) % 5] AS level,
                       (11 + abs(hashtext('p' || n)) % 31)::text AS province,
                       (ARRAY['10', '10', '10', '10', '11', '12', '46', '75', '76', '801', '801', '85', '70', '70',
                              '72', NULL])[1 + abs(hashtext('d' || n)) % 16] AS code
                  FROM generate_series(1, {people}) AS n) AS people;
    INSERT INTO snapshot_contents (snapshot_id, school_code, base, hash, definitions)
        VALUES ('{id}', '{school}', {people}, '\\x00', '[]');
"""


async def measure() -> list[Verdict]:
    """Both."""
    async with service_database("indicators") as found:
        snapshots = {people: uuid4() for people in SCHOOLS}
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        try:
            for people, school in SCHOOLS.items():
                await admin.execute(_FILL.format(school=school, id=snapshots[people], people=people, cohort=COHORT))
            await admin.execute("VACUUM ANALYZE")
        finally:
            await admin.close()
        database = Database.connect(found.app_url)
        try:
            with TemporaryDirectory() as folder:
                return [
                    *await _proposed(found, database, snapshots[LARGE], Path(folder)),
                    await _judged_and_counted(database, SnapshotId(snapshots[SMALL])),
                ]
        finally:
            await database.dispose()


async def _proposed(found: ServiceDatabase, database: Database, snapshot_id: UUID, folder: Path) -> list[Verdict]:
    mint, keys = TokenMint(folder), folder / "keys.json"
    KeyRing.generate().store(keys)
    app = create_app(Settings(database_url=found.app_url, keyring_file=keys, **mint.settings), database, {})
    headers = mint.headers("school_officer", school=SCHOOLS[LARGE])
    runner = OperationRunner(database, {PROPOSE: proposing(FieldCipher.load(keys))})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        draft = {"school_code": SCHOOLS[LARGE], "cohort": COHORT, "snapshot_id": f"{snapshot_id}", "title": "x"}
        made = await client.post("/v1/publications", json=draft | {"tables": ASKED})
        made.raise_for_status()
        path = f"/v1/publications/{made.json()['id']}"
        (await client.post(f"{path}/propose", headers={"If-Match": '"1"'})).raise_for_status()
        process, peaks = psutil.Process(), {"child": 0.0}
        before = process.memory_info().rss / 1e6
        watching = asyncio.create_task(_watch(process, peaks))
        begun = time.perf_counter()
        await runner.run_once()
        seconds = time.perf_counter() - begun
        watching.cancel()
        publication: dict[str, Any] = (await client.get(path)).json()
    if publication["state"] != "proposed":
        sys.exit("the draft was not proposed")
    sys.stdout.write(f"  a proposal of {LARGE:,}: {seconds:.1f} s\n")
    return [
        Verdict(f"megabytes of the process that counts {LARGE:,}", peaks["child"], CHILD_BUDGET),
        Verdict("megabytes more of the service meanwhile", megabytes(os.getpid()) - before, SERVICE_BUDGET),
    ]


async def _watch(process: psutil.Process, peaks: dict[str, float]) -> None:
    while True:
        for each in process.children():
            with suppress(psutil.Error):
                peaks["child"] = max(peaks["child"], megabytes(each.pid))
        await asyncio.sleep(0.05)


async def _judged_and_counted(database: Database, snapshot_id: SnapshotId) -> Verdict:
    async with database.reading() as connection:
        people = await storage.people_of(connection, snapshot_id, NAMES, ())
    acts = [partial(_judged, people), partial(_counted, database, snapshot_id)]
    judging, counting = await in_turns(acts, ROUNDS)
    for name, taken in {"judging": judging, "counting": counting}.items():
        sys.stdout.write(f"  {name}: {milliseconds(taken)}\n")
    ratio = percentile(judging, 0.5) / percentile(counting, 0.5)
    return Verdict(f"judging 45 tables of {SMALL:,} graduates, as a multiple of counting them", ratio, JUDGE_BUDGET)


async def _judged(people: list[Person]) -> None:
    counting = Counting(scheme="CN-2024", dimensions=NAMES, tables=TABLES, people=people, wanted=())
    await counted(counting)


async def _counted(database: Database, snapshot_id: SnapshotId) -> None:
    async with database.reading() as connection:
        for table in TABLES:
            await connection.execute(_counting(table), {"snapshot": snapshot_id})


@lru_cache
def _counting(table: Table) -> TextClause:
    dimensions = [DIMENSIONS[name] for name in table]
    listed = "".join(f"{each.sql} AS group_{at}, " for at, each in enumerate(dimensions))
    keys = ", ".join(["left(destination_code, 2)", *(str(number + 1) for number in range(len(dimensions)))])
    source = "(SELECT * FROM snapshot_rows WHERE snapshot_id = :snapshot) AS frozen"
    return text(f"SELECT {listed}count(*) FROM {source} {joins_of(dimensions)} GROUP BY {keys}")
