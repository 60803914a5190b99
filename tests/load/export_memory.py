"""What an export of a whole roster takes above an idle process, and how long it takes for a row.

Each file is written by a process of its own, as the one of long work does it, which resets its peak before it begins.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from sqlalchemy import text

from common.auth import SYSTEM, Actor, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.exports import Format
from common.identifiers import Cohort, SchoolCode
from common.imports import run_import
from common.operations import OperationRunner, prepare, submit
from common.service_process.running import tune_garbage_collector
from registry.exports.domain.plan import KIND, OWN_COLLEGE, ExportPlan, Narrowing
from registry.exports.operations import export_roster
from registry.graduates.imports.operations import KIND as IMPORT
from registry.graduates.imports.operations import roster_import
from testing.databases import service_database
from tests.load.import_speed import COHORT, HEADER, row
from tests.load.importing import ROWS, file_of
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict

SCHOOL = "90001"
BUDGET = 60.0
"""Megabytes above the idle process."""

FORMATS: tuple[Format, ...] = ("xlsx", "csv")

_SCHOOL = text("INSERT INTO schools (code, name, province_code) VALUES (:code, :code, '410000')")
_ENDED = text("SELECT state, result, CAST(file ->> 'size' AS bigint) AS size FROM operations WHERE id = :id")
_OFFICER = Actor("officer", Role.SCHOOL_OFFICER.value)


async def measure() -> list[Verdict]:
    """Imports a roster, and has it written in each format with every column."""
    ring, verdicts = KeyRing.generate(), []
    async with service_database("registry") as found:
        with tempfile.TemporaryDirectory() as folder:
            ring.store(Path(folder, "keys.json"))
            await _imported(found.app_url, FieldCipher(ring))
            for kind in FORMATS:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.load.export_memory", found.app_url, f"{folder}/keys.json", kind),
                    stdout=asyncio.subprocess.PIPE,
                )
                said, _ = await process.communicate()
                measured = json.loads(said)
                sys.stdout.write(
                    f"  {kind}: {measured['seconds'] / ROWS * 1e6:.0f} µs of processor time a row,"
                    f" {measured['size'] / 1e6:.1f} MB, idle {measured['idle']:.0f} MB\n"
                )
                above = measured["peak"] - measured["idle"]
                verdicts.append(Verdict(f"megabytes of an export of {ROWS:,} rows above idle ({kind})", above, BUDGET))
    return verdicts


async def _imported(url: str, cipher: FieldCipher) -> None:
    database, kind = Database.connect(url), roster_import(cipher)
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(_SCHOOL, {"code": SCHOOL})
        await unit.commit()
    form = {"school_code": SCHOOL, "cohort": COHORT, "kind": "csv", "dry_run": False, "on_error": "skip"}
    new = await prepare(database, file_of(HEADER, map(row, range(ROWS))), cipher)
    async with database.transaction(SYSTEM) as unit:
        await submit(unit, new, IMPORT, form, school_code=SCHOOL)
        await unit.commit()
    await OperationRunner(database.patient, {IMPORT: partial(run_import, kind)}, cipher=cipher).run_once()
    await database.dispose()


async def _exported(url: str, keyring: str, kind: Format) -> None:
    """Prints what the export of this process took."""
    tune_garbage_collector()
    database, cipher = Database.connect(url), FieldCipher.load(Path(keyring))
    runner = OperationRunner(database.patient, {KIND: partial(export_roster, cipher)}, cipher=cipher)
    # what an idle process has done before: looked for work
    await runner.run_once()
    plan = ExportPlan(
        school_code=SchoolCode(SCHOOL), cohort=Cohort(COHORT), filters=Narrowing(), columns=None, format=kind
    )
    new = await prepare(database)
    async with database.transaction(_OFFICER) as unit:
        await submit(unit, new, KIND, {**plan.to_json(), OWN_COLLEGE: None}, school_code=SCHOOL)
        await unit.commit()
    # the peak counts anew from here
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 - nothing else runs
    idle, begun = megabytes(os.getpid()), time.process_time()
    await runner.run_once()
    seconds = time.process_time() - begun
    async with database.reading() as connection:
        ended = (await connection.execute(_ENDED, {"id": new.id})).one()
    await database.dispose()
    if (ended.state, ended.result["rows"]) != ("succeeded", ROWS):
        raise RuntimeError(f"the export did something else: {ended.state}")
    sys.stdout.write(json.dumps({"idle": idle, "peak": megabytes(os.getpid()), "seconds": seconds, "size": ended.size}))


if __name__ == "__main__":
    asyncio.run(_exported(*sys.argv[1:]))  # type: ignore[arg-type]
