"""Import of answers from a file against import of as many registrations, in turns of one run.

Both are parsed, judged, sealed and announced by the worker's own code, with the second process where the import takes
one. Answers name their graduates by id: the registry that registrations ask stands in a process of its own.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, SchoolCode, WaveId
from common.operations import OperationRunner, prepare, submit
from surveys.answer_imports.imports.operations import EMPTY_RESULT, KIND, importing
from surveys.questionnaires import storage as questionnaires
from surveys.questionnaires.wire import NewQuestionnaire
from surveys.waves import commands as waves
from surveys.waves.domain import Cycle, WavePlan
from testing.databases import service_database
from tests.load import registration_speed
from tests.load.importing import Case, FileImporter, file_of, helped
from tests.load.logic_speed import answers, questionnaire
from tests.load.reporting import Verdict

ROWS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROWS", "100000"))
ROUNDS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROUNDS", "2"))
BUDGET = 0.7
"""How many times as fast as registrations answers are taken."""

PAGES = 2
"""Of five questions each; a file of all eight would be larger than one may be."""

_PEOPLE = text(
    """
    INSERT INTO graduates (graduate_id, school_code, cohort, status, counted, erased, sequence, event_id,
                           event_sequence, counted_sequence)
    SELECT md5(:school || number)::uuid, :school, 2024, 'registered', true, false, 1, md5('e' || number)::uuid, 1, 1
      FROM generate_series(1, :count) AS number
    """
)
_IDS = text("SELECT graduate_id FROM graduates WHERE school_code = :school ORDER BY graduate_id")
_RESULT = text("SELECT result FROM operations WHERE id = :id")


async def measure() -> list[Verdict]:
    """Each round imports a file of registrations, then one of answers, each into a new school."""
    registrations, answered = [], []
    ring = KeyRing.generate()
    cipher = FieldCipher(ring)
    async with (
        registration_speed.service() as (found, its_ring, kind),
        service_database("surveys") as ours,
        helped(found.app_url, its_ring) as helper,
    ):
        others, database = Database.connect(found.app_url), Database.connect(ours.app_url)
        importer = FileImporter(others, FieldCipher(its_ring), kind, registration_speed.COHORT, helper)
        for turn in range(ROUNDS):
            rows = map(registration_speed.row, range(turn * ROWS, (turn + 1) * ROWS))
            content = file_of(registration_speed.HEADER, rows)
            registrations.append(await importer.run(Case(), str(90_001 + turn), content, created=ROWS))
            answered.append(await _answered(database, cipher, SchoolCode(str(91_001 + turn))))
        await others.dispose()
        await database.dispose()
    speeds = f"registrations {ROWS / min(registrations):,.0f}, answers {ROWS / min(answered):,.0f}"
    sys.stdout.write(f"  rows/s: {speeds}\n")
    ratio = min(registrations) / min(answered)
    return [Verdict("answers from a file, times as fast as registrations", ratio, BUDGET, True)]


async def _answered(database: Database, cipher: FieldCipher, school: SchoolCode) -> float:
    wave_id = await database.patient.act(SYSTEM, partial(_wave, school=school))
    async with database.reading() as connection:
        ids = await connection.scalars(_IDS, {"school": school})
    header = [*_cells(0)]
    rows = ([str(each), "1", *_cells(number).values()] for number, each in enumerate(ids))
    content = file_of(["graduate_id", "同意", *header], rows)
    parameters = {"school_code": school, "kind": "csv", "dry_run": False, "on_error": "reject", "statement_version": 1}
    new = await prepare(database, content, cipher)
    async with database.transaction(SYSTEM) as unit:
        await submit(unit, new, KIND, parameters | {"wave_id": str(wave_id)}, school_code=school)
        await unit.commit()
    handlers = {KIND: importing(None, cipher)}  # type: ignore[arg-type]
    runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    begun = time.perf_counter()
    await runner.run_once()
    seconds = time.perf_counter() - begun
    async with database.reading() as connection:
        result = await connection.scalar(_RESULT, {"id": new.id})
    if (result["created"], result["rejected"]) != (ROWS, 0):
        raise RuntimeError(f"the import did something else: {result}")
    return seconds


async def _wave(unit: UnitOfWork, *, school: SchoolCode) -> WaveId:
    await unit.connection.execute(_PEOPLE, {"school": school, "count": ROWS})
    asked = questionnaire()
    asked["pages"] = asked["pages"][:PAGES]
    content = NewQuestionnaire.model_validate(asked, strict=False).content()
    made = await questionnaires.add(unit.connection, school, content)
    await questionnaires.add_version(unit.connection, made, 1)
    now = datetime.now(UTC)
    plan = WavePlan(
        school_code=school,
        cohort=Cohort(2024),
        cycle=Cycle.ONE_YEAR,
        questionnaire_id=made.id,
        questionnaire_version=1,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=1),
    )
    return (await waves.make(unit, plan)).id


def _cells(number: int) -> dict[str, str]:
    """The cells of one answer by their headers; what people are paid and how they judge differs from row to row."""
    found: dict[str, str] = {}
    given = dict(list(answers().items())[: 5 * PAGES])
    for place, (name, value) in enumerate(given.items()):
        drawn = number * (7919 + 2 * place)
        if isinstance(value, list):
            found |= {f"{name}_{each}": "1" for each in value}
            found |= {f"{name}_{each}": str(drawn // 7 % 2) for each in ("5", "6")}
        elif isinstance(value, dict):
            found |= {f"{name}_{row}": str(1 + (drawn + int(row) * number) % 5) for row in value}
        elif isinstance(value, int):
            found[name] = str(3_001 + drawn % 20_000 if value > 5 else 3 + drawn % 3)
        else:
            found[name] = value
    return found
