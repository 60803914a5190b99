"""Rounds of an import: a file into a new school, COPY of the rows that it stored, and the same file again."""

import csv
import io
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

import asyncpg
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.imports import ImportKind, run_import
from common.operations import OperationRunner, prepare, submit
from common.service_process.running import tune_garbage_collector
from testing.databases import ServiceDatabase
from tests.load.reporting import Verdict, percentile

ROWS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROWS", "100000"))
ROUNDS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROUNDS", "2"))
BUDGET, AGAIN_BUDGET = 0.20, 3.0
"""The least share of COPY, and how many times faster the same file must be."""

_RESULT = text("SELECT result FROM operations WHERE id = :id")


async def compared_in_rounds(
    found: ServiceDatabase,
    kind: ImportKind,
    cipher: FieldCipher,
    table: str,
    header: Sequence[str],
    row: Callable[[int], Sequence[str]],
    *,
    cohort: int,
    enrol: Callable[[Database, str], Awaitable[None]] | None = None,
) -> list[Verdict]:
    """Compares the medians of importing a file, of COPY of the rows of the table, and of importing it again.

    `row` gives the cells of a row by its number, which differs from those of all other rows.
    """
    tune_garbage_collector()
    database = Database.connect(found.app_url)
    admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
    seconds: dict[str, list[float]] = {"import": [], "copy": [], "again": []}
    try:
        await admin.execute(f"CREATE TABLE copied (LIKE {table} INCLUDING ALL)")
        for number in range(ROUNDS):
            school = str(90_001 + number)
            content = file_of(header, map(row, range(number * ROWS, (number + 1) * ROWS)))
            if enrol:
                await enrol(database, school)
            importing = partial(_import, database, cipher, kind, school, cohort, content)
            seconds["import"].append(await importing(created=ROWS))
            seconds["copy"].append(await _copy(admin, table, school))
            seconds["again"].append(await importing(created=0))
    finally:
        await admin.close()
        await database.dispose()
    for what, samples in seconds.items():
        sys.stdout.write(f"  {kind.kind}, {what}: {ROWS / percentile(samples, 0.5):,.0f} rows/s\n")
    first, copied, again = (percentile(samples, 0.5) for samples in seconds.values())
    return [
        Verdict(f"{kind.kind} as a share of COPY", copied / first, BUDGET, True),
        Verdict(
            f"{kind.kind} of an unchanged file, times faster than the first time", first / again, AGAIN_BUDGET, True
        ),
    ]


def file_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as a CSV file."""
    content = io.StringIO()
    csv.writer(content).writerows((header, *rows))
    return content.getvalue().encode("utf-8-sig")


async def _import(
    database: Database,
    cipher: FieldCipher,
    kind: ImportKind,
    school: str,
    cohort: int,
    content: bytes,
    *,
    created: int,
) -> float:
    form = {"dry_run": False, "on_error": "reject", "effective_on": None}
    parameters = {"school_code": school, "cohort": cohort, "kind": "csv", **form}
    new = await prepare(database, content, cipher)
    async with database.transaction(SYSTEM) as unit:
        await submit(unit, new, kind.kind, parameters, school_code=school)
        await unit.commit()
    handlers = {kind.kind: partial(run_import, kind)}
    empty_results = {kind.kind: kind.empty_result}
    runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results=empty_results)
    begun = time.perf_counter()
    await runner.run_once()
    seconds = time.perf_counter() - begun
    async with database.reading() as connection:
        result = await connection.scalar(_RESULT, {"id": new.id})
    if (result["created"], result["rejected"]) != (created, 0):
        raise RuntimeError(f"the import did something else: {result}")
    return seconds


async def _copy(admin: asyncpg.Connection, table: str, school: str) -> float:
    rows = io.BytesIO()
    await admin.copy_from_query(f"SELECT * FROM {table} WHERE school_code = $1", school, output=rows)
    rows.seek(0)
    begun = time.perf_counter()
    await admin.copy_to_table("copied", source=rows)
    return time.perf_counter() - begun
