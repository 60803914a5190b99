"""The cost of one change, one per transaction, with 10⁴ and with 10⁶ stored graduates.

Versions, spans and cells are generated set-based in SQL; then the two databases take turns with the service's own
transaction for one event.
"""

import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import asyncpg

from common.consuming import Handle
from common.contracts import registration
from common.contracts.envelope import IncomingEvent
from common.contracts.registration import DestinationData
from common.database import Database
from common.service_process import Runtime
from indicators.app import COMPOSITION
from indicators.areas import FIGURES
from indicators.settings import Settings
from testing.databases import service_database
from tests.load.reporting import Verdict, milliseconds, percentile

SMALL, LARGE = 10_000, int(os.environ.get("QUXIANG_BENCH_GRADUATES", "1000000"))
SCHOOL_SIZE = 3_300
ROUNDS, PER_ROUND, WARM_UP = 12, 50, 100
BUDGET = 1.3
PARTITIONS = 12
CODES = ("10", "11", "12", "271", "46", "75", "76", "801", "85", "70", "71")

_ROSTER = """
    INSERT INTO roster_versions (graduate_id, sequence, school_code, cohort, event_id, decided_on, recorded_at, status,
                                 college_code, major_code, class_code, education_level_code, sex_code,
                                 origin_place_code)
    SELECT gen_random_uuid(), 1, (20000 + n / $2)::text, 2024, gen_random_uuid(), '2023-09-01', now(), 'registered',
           'C' || n % 20, 'M' || n % 60, 'K' || n % 110, (ARRAY['31', '11', '41'])[1 + n % 3], (1 + n % 2)::text,
           (ARRAY['410102', '110101', '440305', '320100'])[1 + n % 4]
    FROM generate_series(0, $1 - 1) AS n
"""
_DESTINATIONS = """
    INSERT INTO destination_versions (graduate_id, sequence, school_code, event_id, decided_on, recorded_at,
                                      registration_id, state, destination_code, code_list_version, flexible)
    SELECT graduate_id, 1, school_code, gen_random_uuid(), '2024-06-01', now(), gen_random_uuid(), 'school_approved',
           ($1::text[])[1 + abs(hashtext(graduate_id::text)) % cardinality($1::text[])], '2024-09-01', false
    FROM roster_versions
"""
_SPANS = """
    INSERT INTO spans (school_code, graduate_id, from_day, to_day, cohort, college_code, major_code, class_code,
                       education_level_code, sex_code, origin_place_code, origin_province_code, destination_code,
                       flexible, roster_generation, destination_generation)
    SELECT school_code, graduate_id, from_day, to_day, cohort, college_code, major_code, class_code,
           education_level_code, sex_code, origin_place_code, left(origin_place_code, 2) || '0000', code, false, 1,
           CASE WHEN code IS NOT NULL THEN 1 END
    FROM roster_versions JOIN destination_versions USING (graduate_id, sequence, school_code)
    CROSS JOIN LATERAL (VALUES ('2023-09-01'::date, '2024-06-01'::date, NULL),
                               ('2024-06-01', 'infinity', destination_code)) AS period (from_day, to_day, code)
"""
_CELLS = """
    INSERT INTO cells (school_code, cohort, dimension, value, destination_code, flexible, graduates)
    SELECT school_code, cohort, dimension, value, destination_code, flexible, count(*)
    FROM spans CROSS JOIN LATERAL (VALUES ('total', ''), ('college', college_code), ('major', major_code),
        ('class', class_code), ('education_level_code', education_level_code), ('sex', sex_code),
        ('origin_province', origin_province_code)) AS group_of (dimension, value)
    WHERE to_day = 'infinity' GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass
class Stored:
    """A database with that many graduates, and some of them to change."""

    size: int
    database: Database
    apply: Handle
    graduates: list[tuple[UUID, str]]

    async def change(self) -> float:
        """Folds one change of a random graduate; gives the seconds."""
        graduate, school = random.choice(self.graduates)
        event = destination_event(graduate, school)
        begun = time.perf_counter()
        await self.apply([event])
        return time.perf_counter() - begun


async def measure() -> list[Verdict]:
    """Measures both sizes in turns."""
    async with AsyncExitStack() as stack:
        small = await stack.enter_async_context(stored(SMALL))
        large = await stack.enter_async_context(stored(LARGE))
        seconds: dict[int, list[float]] = {small.size: [], large.size: []}
        for each in (small, large):
            for _ in range(WARM_UP):
                await each.change()
        for turn in range(ROUNDS):
            for each in (small, large) if turn % 2 else (large, small):
                seconds[each.size] += [await each.change() for _ in range(PER_ROUND)]
    for size, samples in seconds.items():
        sys.stdout.write(f"  {size:>9,} graduates: {milliseconds(samples)}\n")
    ratio = percentile(seconds[large.size], 0.5) / percentile(seconds[small.size], 0.5)
    return [Verdict(f"one change with {large.size:,} graduates against {small.size:,} (p50)", ratio, BUDGET)]


@asynccontextmanager
async def stored(size: int) -> AsyncIterator[Stored]:
    """Generates a database of that size and drops it at the end."""
    async with service_database("indicators") as found:
        owner = await asyncpg.connect(found.owner_url.replace("+asyncpg", ""))
        begun = time.perf_counter()
        await generate(owner, size)
        rows = await owner.fetch("SELECT graduate_id, school_code FROM roster_versions ORDER BY random() LIMIT 20000")
        await owner.close()
        await settle(found.admin_url)
        sys.stdout.write(f"  {size:>9,} graduates generated in {time.perf_counter() - begun:.0f} s\n")
        database = Database.connect(found.app_url)
        settings = Settings(database_url=found.app_url, partitions=PARTITIONS)
        apply = COMPOSITION.handle(FIGURES, Runtime(settings, database))
        yield Stored(size, database, apply, [(row["graduate_id"], row["school_code"]) for row in rows])
        await database.dispose()


async def generate(owner: asyncpg.Connection, size: int, school_size: int = SCHOOL_SIZE) -> None:
    """Versions, spans and cells of that many graduates, in schools from 20000 on."""
    await owner.execute(_ROSTER, size, school_size)
    await owner.execute(_DESTINATIONS, list(CODES))
    for statement in (_SPANS, _CELLS):
        await owner.execute(statement)


async def settle(admin_url: str) -> None:
    """What autovacuum and the checkpointer would do in time, done before the measurement."""
    admin = await asyncpg.connect(admin_url.replace("+asyncpg", ""))
    await admin.execute("VACUUM ANALYZE")
    await admin.execute("CHECKPOINT")
    await admin.close()


_numbers = count(1)


def destination_event(graduate: UUID, school: str) -> IncomingEvent:
    """The next change of a graduate, with a sequence above all before."""
    number = next(_numbers)
    day = date(2024, 6, 2) + timedelta(days=number % 80)
    data = DestinationData(
        graduate_id=graduate,
        registration_id=uuid4(),
        version=number,
        school_code=school,
        cohort=2024,
        destination_code=random.choice(CODES),
        code_list_version="2024-09-01",
        flexible=False,
        source="import",
        state="school_approved",
        recorded_at=datetime.now(UTC),
    )
    return IncomingEvent(
        id=uuid4(),
        type=registration.CHANGED,
        topic=registration.TOPIC,
        key=str(graduate),
        sequence=number + 1,
        school_code=school,
        decided_on=day,
        recorded_at=data.recorded_at,
        position=number,
        data=data,
        partition=0,
        offset=number,
    )
