"""A bulk approval of registrations against the import of the same ones, in turns.

The import is the one of `registration_speed`. What it has stored is then set back to what waits for the school, sealed,
and approved: locks, decisions, history, events, audit entries and the outcome of each row are the worker's own.
"""

import sys
import time
from functools import partial

import asyncpg

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database, new_id
from common.identifiers import Cohort, OperationId, SchoolCode
from common.operations import Handler, OperationRunner, prepare, submit
from common.service_process.running import tune_garbage_collector
from destinations.reviews import commands, operations, storage
from destinations.reviews.domain import APPLYING, SEALING, Asked, BulkAct, BulkDecisionId, Counts, Narrowing
from tests.load.importing import ROUNDS, ROWS, Case, FileImporter, file_of, helped
from tests.load.registration_speed import COHORT, HEADER, row, service
from tests.load.reporting import Verdict, percentile

BUDGET = 1.0
"""Rows a second of the approval, as a share of those of the import."""

WAITING = """
    UPDATE registrations
       SET stage = 'college_approved', confirmation = NULL, source = 'graduate', written_by = 'graduate',
           submitted_by = 'graduate', reviewed_by_college = 'college', reviewed_by_school = NULL,
           effective_version = NULL, effective_decided_on = NULL
     WHERE school_code = $1
"""


async def measure() -> list[Verdict]:
    """Each round imports a file of a new school, and approves what it has stored."""
    tune_garbage_collector()
    imported, approved = [], []
    async with service() as (found, ring, kind):
        database = Database.connect(found.app_url)
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        try:
            async with helped(found.app_url, ring) as helper:
                importer = FileImporter(database, FieldCipher(ring), kind, COHORT, helper)
                for turn in range(ROUNDS):
                    school = SchoolCode(str(90_001 + turn))
                    content = file_of(HEADER, map(row, range(turn * ROWS, (turn + 1) * ROWS)))
                    imported.append(await importer.run(Case(), school, content, created=ROWS))
                    await admin.execute(WAITING, school)
                    # what waits has come in over weeks, and the server has tidied up since
                    await admin.execute("VACUUM ANALYZE registrations")
                    approved.append(await _approved(database, school))
        finally:
            await admin.close()
            await database.dispose()
    taken, compared = percentile(approved, 0.5), percentile(imported, 0.5)
    sys.stdout.write(f"  rows/s: import {ROWS / compared:,.0f}, bulk approval {ROWS / taken:,.0f}\n")
    return [Verdict("bulk approval, rows/s as a share of the import's", compared / taken, BUDGET, True)]


async def _approved(database: Database, school: SchoolCode) -> float:
    """Seconds in which a worker applies a bulk decision on all that waits in a school."""
    maker = Principal("bench", Role.SCHOOL_OFFICER, school_code=school)
    asked = Asked(BulkAct.SCHOOL_APPROVE, Narrowing(school_code=school, cohort=Cohort(COHORT)), "材料齐全", None)
    async with database.reading() as connection:
        decision = BulkDecisionId(await new_id(connection))
    make = partial(commands.make, caller=maker, decision_id=decision, asked=asked)
    await database.act(maker.actor, make)
    await _worked(database, maker, SEALING, decision)
    apply = partial(commands.apply, caller=maker, decision_id=decision, excepted=())
    await database.act(maker.actor, partial(apply, operation=OperationId(decision)))
    seconds = await _worked(database, maker, APPLYING, decision)
    async with database.reading() as connection:
        counts = await storage.counts(connection, [decision])
    if counts[decision] != Counts(done=ROWS):
        raise RuntimeError(f"the bulk approval did something else: {counts[decision]}")
    return seconds


async def _worked(database: Database, maker: Principal, kind: str, decision: BulkDecisionId) -> float:
    new = await prepare(database)
    submitting = partial(
        submit,
        new=new,
        kind=kind,
        parameters=commands.parameters_of(decision, maker),
        school_code=maker.school_code,
    )
    await database.act(maker.actor, submitting)
    handlers: dict[str, Handler] = {SEALING: operations.seal, APPLYING: operations.apply}
    begun = time.perf_counter()
    await OperationRunner(database.patient, handlers).run_once()
    return time.perf_counter() - begun
