"""A reconciliation against the dry run of an import of the same file: that of a filing, which came back a bit changed.

Registry answers at once, and for both; each round compares another file, since the same one is the same reconciliation.
"""

import csv
import hashlib
import io
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import run_import
from common.objects import Objects
from common.objects.store import open_store
from common.operations import OperationRunner, prepare, submit
from common.service_process.running import tune_garbage_collector
from destinations.filing import commands as filing
from destinations.filing import operations
from destinations.filing.domain.filing import KIND as FILING
from destinations.filing.domain.filing import FileType, Filing
from destinations.filing.storage import parts_of
from destinations.reconciliations import commands
from destinations.reconciliations.operations import KIND, reconcile
from destinations.registrations.imports.operations import registration_import
from destinations.registry_client import RowKey
from destinations.roster.domain import Graduate, RosterEntry
from testing.databases import service_database
from tests.load.filing_speed import COHORT, OFFICER, SCHOOL, Registrar, ask, fill, person
from tests.load.importing import ROUNDS, ROWS
from tests.load.reporting import Verdict, percentile

BUDGET = 1.0
"""A reconciliation is no slower than the dry run."""

EVERY = 100
"""One row in so many came back changed."""

_RESULT = text("SELECT state, result FROM operations WHERE id = :id")


class Roster(Registrar):
    """The same registry, which knows each of its persons by one number."""

    def __init__(self) -> None:
        self._ids = [GraduateId(UUID(hashlib.md5(f"g{n}".encode()).hexdigest())) for n in range(1, ROWS + 1)]
        self._numbers = {each: n for n, each in enumerate(self._ids)}
        self._by_number = {person(n)["student_number"]: each for n, each in enumerate(self._ids)}

    async def reveal(self, _purpose: str, ids: Sequence[GraduateId], _fields: Sequence[str]) -> Mapping[Any, Any]:
        """A person for each id."""
        return {each: person(self._numbers[each]) for each in ids}

    async def resolve(
        self, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RowKey]
    ) -> dict[int, RosterEntry | str]:
        """The entry of each number."""
        return {
            row["row"]: RosterEntry(
                Graduate(
                    self._by_number[row["student_number"] or ""],
                    school_code,
                    cohort,
                    "C1",  # type: ignore[arg-type]
                    None,
                    None,
                    None,
                    "registered",
                    counted=True,
                ),
                1,
            )
            for row in rows
        }


class Desk:
    """Does long work as a worker does it, and says how long it took."""

    def __init__(self, database: Database, cipher: FieldCipher, objects: Objects) -> None:
        registry: Any = Roster()
        self._database, self._cipher, self._objects = database, cipher, objects
        self._import = registration_import(registry, cipher)
        handlers = {
            FILING: partial(operations.prepare, registry, cipher, objects),
            KIND: partial(reconcile, registry, cipher, objects),
            self._import.kind: partial(run_import, self._import),
        }
        self._runner = OperationRunner(database.patient, handlers, cipher=cipher)

    async def filed(self) -> tuple[Filing, list[list[str]]]:
        """A filing, and the rows of its file."""
        filing_id = await ask(self._database, FileType.CSV)
        await self._runner.run_once()
        async with self._database.reading() as connection:
            found = await filing.get(connection, OFFICER, filing_id)
            names = await parts_of(connection, filing_id)
        content = b"".join([(await self._objects.get(name)).content for name in names])
        return found, [*csv.reader(io.StringIO(content.decode("utf-8-sig")))]

    async def dry_run(self, content: bytes) -> float:
        """Seconds of the dry run of an import."""
        form = {"dry_run": True, "on_error": "reject", "effective_on": None}
        parameters = {"school_code": SCHOOL, "cohort": COHORT, "kind": "csv", **form}
        new = await prepare(self._database, content, self._cipher)
        async with self._database.transaction(OFFICER.actor) as unit:
            await submit(unit, new, self._import.kind, parameters, school_code=SCHOOL)
            await unit.commit()
        return await self._timed(new.id, {"updated": _changed(), "unchanged": ROWS - _changed()})

    async def reconcile(self, found: Filing, content: bytes) -> float:
        """Seconds of a reconciliation."""
        new = await prepare(self._database, content, self._cipher)
        sha256 = hashlib.sha256(content).digest()
        async with self._database.transaction(OFFICER.actor) as unit:
            parameters = {"kind": "csv", "filing_id": str(found.id)}
            await submit(unit, new, KIND, parameters, school_code=SCHOOL)
            await commands.begin(unit, filing=found, sha256=sha256, terms={}, operation=new.id)
            await unit.commit()
        return await self._timed(new.id, {"different": _changed(), "equal": ROWS - _changed()})

    async def _timed(self, operation: UUID, expected: Mapping[str, int]) -> float:
        begun = time.perf_counter()
        await self._runner.run_once()
        seconds = time.perf_counter() - begun
        async with self._database.reading() as connection:
            state, result = (await connection.execute(_RESULT, {"id": operation})).one()
        if (state, {name: result[name] for name in expected}) != ("succeeded", expected):
            raise RuntimeError(f"it did something else: {state} {result}")
        return seconds


async def measure() -> list[Verdict]:
    """Rounds of a dry run and a reconciliation of the same file."""
    tune_garbage_collector()
    async with service_database("destinations") as found:
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        await admin.execute(fill(ROWS))
        await admin.execute("VACUUM ANALYZE")
        await admin.close()
        database = Database.connect(found.app_url)
        try:
            with tempfile.TemporaryDirectory() as folder:
                cipher = FieldCipher(KeyRing.generate())
                objects = Objects(database, cipher, open_store(Path(folder, "objects").as_uri(), "destinations"))
                return await _rounds(Desk(database, cipher, objects))
        finally:
            await database.dispose()


async def _rounds(desk: Desk) -> list[Verdict]:
    filed, rows = await desk.filed()
    dry, compared = [], []
    for number in range(ROUNDS):
        content = _came_back(rows, number)
        dry.append(await desk.dry_run(content))
        compared.append(await desk.reconcile(filed, content))
    theirs, ours = (percentile(each, 0.5) for each in (dry, compared))
    sys.stdout.write(f"  rows/s: dry run {ROWS / theirs:,.0f}, reconciliation {ROWS / ours:,.0f}\n")
    what = f"a reconciliation of {ROWS:,} rows, times as fast as the dry run of an import"
    return [Verdict(what, theirs / ours, BUDGET, True)]


def _came_back(rows: Sequence[Sequence[str]], number: int) -> bytes:
    at = rows[0].index("单位名称")
    content = io.StringIO()
    writer = csv.writer(content)
    for n, row in enumerate(rows):
        changed = n > 0 and n % EVERY == 0
        writer.writerow([*row[:at], f"另一家有限公司{number}", *row[at + 1 :]] if changed else row)
    return content.getvalue().encode("utf-8-sig")


def _changed() -> int:
    return ROWS // EVERY
