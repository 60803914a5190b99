"""Import of registrations while those of another school are linked with as many employers, against the import alone."""

import asyncio
import sys
import time

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.service_process.running import tune_garbage_collector
from destinations.employers.operations import link_due
from tests.load.importing import ROUNDS, ROWS, Case, FileImporter, file_of, helped
from tests.load.registration_speed import COHORT, EMPLOYERS, HEADER, row, service
from tests.load.reporting import Verdict, percentile

BUDGET = 1.10
"""How many times as long the import may take beside the linking."""

_NAMED = text(
    """
    INSERT INTO employers_due (school_code, employer_name, employer_uscc)
    SELECT :school, '单位' || n || '号有限公司', '' FROM generate_series(1, :rows) AS n
    """
)


async def measure() -> list[Verdict]:
    """In turns: a file into a new school alone, and one beside the linking of another school's."""
    tune_garbage_collector()
    alone: list[float] = []
    beside: list[float] = []
    linking: list[float] = []
    async with service() as (found, ring, kind):
        database = Database.connect(found.app_url)
        async with helped(found.app_url, ring) as helper:
            importer = FileImporter(database, FieldCipher(ring), kind, COHORT, helper)
            for turn in range(2 * ROUNDS):
                content = file_of(HEADER, map(row, range(turn * ROWS, (turn + 1) * ROWS)))
                work = asyncio.create_task(_linked(database, str(80_001 + turn))) if turn % 2 else None
                (beside if work else alone).append(
                    await importer.run(Case(), str(90_001 + turn), content, created=ROWS)
                )
                if work:
                    linking.append(await work)
                await link_due(database.patient)
        await database.dispose()
    taken = [percentile(each, 0.5) for each in (alone, beside, linking)]
    sys.stdout.write(
        "  import alone {:.1f} s, beside {:.1f} s; {:,} wordings linked in {:.1f} s\n".format(
            *taken[:2], EMPLOYERS, taken[2]
        )
    )
    return [
        Verdict(
            "import of registrations beside the linking of as many, times as long", taken[1] / taken[0], BUDGET, False
        )
    ]


async def _linked(database: Database, school: str) -> float:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(_NAMED, {"school": school, "rows": EMPLOYERS})
        await unit.commit()
    begun = time.perf_counter()
    await link_due(database.patient)
    return time.perf_counter() - begun
