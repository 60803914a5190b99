"""Rounds of an import: a file into a new school, COPY of the rows that it stored, and the same file again."""

import asyncio
import csv
import io
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
import xlsxwriter
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.imports import ImportKind, run_import
from common.operations import OperationRunner, prepare, submit
from common.operations.helping import Helper
from common.service_process.running import tune_garbage_collector
from testing.databases import ServiceDatabase
from tests.load.reporting import Verdict, percentile

ROWS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROWS", "100000"))
ROUNDS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROUNDS", "2"))
BUDGET, AGAIN_BUDGET = 0.20, 3.0
"""The least share of COPY, and how many times faster the same file must be."""

_RESULT = text("SELECT result FROM operations WHERE id = :id")
_WRITTEN = text("SELECT count(*) FROM outbox WHERE school_code = :school AND topic !~ 'organisation'")


@dataclass(frozen=True)
class Case:
    """A file of one kind, and what becomes of the others where a row is at fault; budgets, if it has any.

    `again` is how many times faster the same file must be.
    """

    kind: str = "csv"
    on_error: str = "reject"
    share: float | None = None
    again: float | None = None


async def compared_in_rounds(
    found: ServiceDatabase,
    kind: ImportKind,
    ring: KeyRing,
    table: str,
    header: Sequence[str],
    row: Callable[[int], Sequence[str]],
    cases: Sequence[Case],
    *,
    cohort: int,
    enrol: Callable[[Database, str], Awaitable[None]] | None = None,
) -> list[Verdict]:
    """Compares, case by case, the medians of importing a file, of COPY of its rows, and of importing it again.

    `row` gives the cells of a row by its number, which differs from those of all other rows.
    """
    tune_garbage_collector()
    database = Database.connect(found.app_url)
    admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
    verdicts, seconds = [], [_Seconds() for _ in cases]
    try:
        await admin.execute(f"CREATE TABLE copied (LIKE {table} INCLUDING ALL)")
        async with helped(found.app_url, ring) as helper:
            importer = FileImporter(database, FieldCipher(ring), kind, cohort, helper)
            for turn in range(ROUNDS * len(cases)):
                case, taken = cases[turn % len(cases)], seconds[turn % len(cases)]
                school = str(90_001 + turn)
                content = file_of(header, map(row, range(turn * ROWS, (turn + 1) * ROWS)), case.kind)
                if enrol:
                    await enrol(database, school)
                importing = partial(importer.run, case, school, content)
                taken.first.append(await importing(created=ROWS))
                taken.copy.append(await _copy(admin, table, school))
                taken.again.append(await importing(created=0))
    finally:
        await admin.close()
        await database.dispose()
    for case, taken in zip(cases, seconds, strict=True):
        verdicts += taken.verdicts(f"{kind.kind}, {case.kind}, {case.on_error}", case)
    return verdicts


@dataclass
class _Seconds:
    first: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)

    def verdicts(self, what: str, case: Case) -> list[Verdict]:
        """Prints the speeds and the shares; the verdicts on those that have a budget."""
        medians = {name: percentile(samples, 0.5) for name, samples in vars(self).items()}
        first, copied, again = medians.values()
        speeds = ", ".join(f"{name} {ROWS / seconds:,.0f}" for name, seconds in medians.items())
        sys.stdout.write(f"  {what}: rows/s {speeds}; {copied / first:.2f} of COPY, again {first / again:.1f} ×\n")
        share = [Verdict(f"{what}, as a share of COPY", copied / first, case.share, True)] if case.share else []
        if case.again is None:
            return share
        return [*share, Verdict(f"{what}, the same file again, times faster", first / again, case.again, True)]


def file_of(header: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "csv") -> bytes:
    """The rows as a file."""
    if kind == "xlsx":
        return _workbook(header, rows)
    content = io.StringIO()
    csv.writer(content).writerows((header, *rows))
    return content.getvalue().encode("utf-8-sig")


def _workbook(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.xlsx")
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet()
        for number, cells in enumerate((header, *rows)):
            sheet.write_row(number, 0, cells)
        book.close()
        return path.read_bytes()


@asynccontextmanager
async def helped(url: str, ring: KeyRing) -> AsyncIterator[Helper]:
    """A second process that helps with imports of rosters, as the one does that long work forks."""
    ours, its = socket.socketpair()
    with tempfile.TemporaryDirectory() as folder:
        ring.store(Path(folder, "keys.json"))
        command = (sys.executable, "-m", "tests.load.helping", url, f"{folder}/keys.json", str(its.fileno()))
        process = await asyncio.create_subprocess_exec(*command, pass_fds=[its.fileno()])
        its.close()
        helper = await Helper.over(ours)
        try:
            yield helper
        finally:
            helper.close()
            await process.wait()


@dataclass(frozen=True)
class FileImporter:
    """Imports of one kind into schools of one cohort, done as a worker does them."""

    database: Database
    cipher: FieldCipher
    kind: ImportKind
    cohort: int
    helper: Helper

    async def run(self, case: Case, school: str, content: bytes, *, created: int) -> float:
        """Seconds of an import as a worker does it."""
        database, kind = self.database, self.kind
        form = {"dry_run": False, "on_error": case.on_error, "effective_on": None}
        parameters = {"school_code": school, "cohort": self.cohort, "kind": case.kind, **form}
        new = await prepare(database, content, self.cipher)
        async with database.transaction(SYSTEM) as unit:
            await submit(unit, new, kind.kind, parameters, school_code=school)
            await unit.commit()
        handlers = {kind.kind: partial(run_import, kind)}
        empty_results = {kind.kind: kind.empty_result}
        runner = OperationRunner(
            database.patient, handlers, cipher=self.cipher, empty_results=empty_results, helper=self.helper
        )
        begun = time.perf_counter()
        await runner.run_once()
        seconds = time.perf_counter() - begun
        async with database.reading() as connection:
            result = await connection.scalar(_RESULT, {"id": new.id})
            written = await connection.scalar(_WRITTEN, {"school": school})
        if (result["created"], result["rejected"], written) != (created, 0, ROWS):
            raise RuntimeError(f"the import did something else: {result}")
        return seconds


async def _copy(admin: asyncpg.Connection, table: str, school: str) -> float:
    rows = io.BytesIO()
    await admin.copy_from_query(f"SELECT * FROM {table} WHERE school_code = $1", school, output=rows)
    rows.seek(0)
    begun = time.perf_counter()
    await admin.copy_to_table("copied", source=rows)
    return time.perf_counter() - begun
