"""Exports of 100,000 answers to 150 questions: CSV against opening them alone, .sav against its library alone.

Both sides count processor time, that of child processes too, of one process each; a file is written by long work as in
service. Answers are made up, with conditions as a questionnaire has them.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text

from common.auth import SYSTEM, Actor, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.identifiers import OperationId, WaveId
from common.operations import OperationRunner, submit
from common.operations.submitting import NewOperation
from common.service_process.running import tune_garbage_collector
from surveys.answers.storage.values import CONTENT_FIELD, record_of
from surveys.exports.domain.plan import KIND
from surveys.exports.operations import make_export
from surveys.exports.storage import answers
from testing.databases import service_database
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict

ANSWERS, QUESTIONS, PART = 100_000, 150, 1_000
CSV_BUDGET, SAV_BUDGET = 0.5, 0.7
CSV_MEMORY, CHILD_MEMORY = 400.0, 1024.0
SCHOOL = "90001"
WAVE, QUESTIONNAIRE, INVITING = UUID(int=1), UUID(int=2), UUID(int=3)

_LIBRARY = """
import resource, sys, tempfile, time
import numpy, pandas, pyreadstat
rows, columns = int(sys.argv[1]), int(sys.argv[2])
made = numpy.random.default_rng(1).integers(1, 6, (columns, rows)).astype(float)
frame = pandas.DataFrame({f"q{at}": column for at, column in enumerate(made)}, copy=False)
labels = {name: {float(value): f"label {value}" for value in range(1, 6)} for name in frame}
begun = time.process_time()
with tempfile.NamedTemporaryFile(suffix=".sav") as file:
    pyreadstat.write_sav(frame, file.name, row_compress=True, variable_value_labels=labels,
                         missing_ranges={name: [-97, -98, -99] for name in frame})
print(time.process_time() - begun)
"""


async def measure() -> list[Verdict]:
    """Stores the answers, and has them opened and written in processes of their own."""
    ring = KeyRing.generate()
    async with service_database("surveys") as found:
        with tempfile.TemporaryDirectory() as folder:
            ring.store(Path(folder, "keys.json"))
            await _stored(found.owner_url.replace("+asyncpg", ""), FieldCipher(ring))
            took = {
                kind: await _told(sys.executable, "-m", __name__, found.app_url, f"{folder}/keys.json", kind)
                for kind in ("open", "csv", "xlsx", "sav")
            }
    library = float(await _told(sys.executable, "-c", _LIBRARY, f"{ANSWERS}", f"{QUESTIONS}"))
    for kind, each in took.items():
        sys.stdout.write(f"  {kind}: {json.dumps(each)}\n")
    sys.stdout.write(f"  library alone: {library:.1f} s\n")
    opening = took["open"]["seconds"]
    return [
        Verdict("CSV of answers, against opening them alone", opening / took["csv"]["seconds"], CSV_BUDGET, True),
        Verdict(
            "a .sav of answers, against opening them and its library alone",
            (opening + library) / took["sav"]["seconds"],
            SAV_BUDGET,
            True,
        ),
        Verdict("megabytes of the process that writes a CSV", took["csv"]["peak"], CSV_MEMORY),
        Verdict("megabytes of the process that writes a workbook", took["xlsx"]["peak"], CHILD_MEMORY),
        Verdict("megabytes of the process that writes a .sav", took["sav"]["child"], CHILD_MEMORY),
    ]


def _question(at: int) -> dict[str, Any]:
    options = [{"value": f"{value}", "text": {"zh": f"选项{value}", "en": f"Option {value}"}} for value in range(1, 6)]
    common = {"id": f"q{at}", "required": False, "text": {"zh": f"题{at}", "en": f"Question {at}"}}
    shown = {"visible_if": f"${{q{at - at % 10}}} != '5'"} if at % 10 == 9 else {}
    if at % 10 in (3, 4):
        return {**common, "type": "scale", "scale": {"min": 1, "max": 5}, **shown}
    if at % 10 == 7:
        return {**common, "type": "number", "minimum": 0, "maximum": 100_000, **shown}
    return {**common, "type": "single_choice", "options": options, **shown}


def _values(random: Random) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(QUESTIONS):
        told = random.randrange(1, 6)
        is_hidden = at % 10 == 9 and values.get(f"q{at - 9}") == "5"
        if not is_hidden and told + at % 7 != 1:
            values[f"q{at}"] = told if at % 10 in (3, 4) else told * 700 if at % 10 == 7 else f"{told}"
    return values


async def _stored(url: str, cipher: FieldCipher) -> None:
    connection, random = await asyncpg.connect(url), Random(7)
    words = json.dumps({"zh": "调查", "en": "Survey"})
    pages = json.dumps([{"id": "p", "questions": [_question(at) for at in range(QUESTIONS)]}])
    await connection.execute(
        "INSERT INTO questionnaires (id, school_code, title, pages) VALUES ($1, $2, $3, $4)",
        *(QUESTIONNAIRE, SCHOOL, words, pages),
    )
    await connection.execute(
        "INSERT INTO questionnaire_versions (questionnaire_id, number, school_code, title, pages)"
        " VALUES ($1, 1, $2, $3, $4)",
        *(QUESTIONNAIRE, SCHOOL, words, pages),
    )
    await connection.execute(
        "INSERT INTO waves (id, school_code, cohort, cycle, questionnaire_id, questionnaire_version, opens_at,"
        " closes_at, closing_at, closed_at) VALUES ($1, $2, 2024, 1, $3, 1, now() - interval '2 days',"
        " now() - interval '1 day', now(), now())",
        *(WAVE, SCHOOL, QUESTIONNAIRE),
    )
    for _ in range(ANSWERS // PART):
        ids = [(uuid4(), uuid4(), uuid4()) for _ in range(PART)]
        invited = [(link, WAVE, graduate, SCHOOL, INVITING, "link", "submitted") for link, _, graduate in ids]
        await _copied(
            connection, "invitations", "id wave_id graduate_id school_code operation_id channel state", invited
        )
        responses = [(each, link, WAVE, graduate, SCHOOL, "submitted", 2, 2) for link, each, graduate in ids]
        columns = "id invitation_id wave_id graduate_id school_code state version effective_version"
        await connection.execute("ALTER TABLE responses ALTER submitted_at SET DEFAULT now()")
        await _copied(connection, "responses", columns, responses)
        contents = [
            (each, 2, SCHOOL, "complete", "web",
             cipher.encrypt(CONTENT_FIELD, record_of(each, 2), json.dumps(_values(random))))  # type: ignore[arg-type]
            for _, each, _ in ids
        ]  # fmt: skip
        await _copied(
            connection,
            "submitted_contents",
            "response_id version school_code completeness mode values_ciphertext",
            contents,
        )
        groups = [
            (graduate, SCHOOL, 1, f"C{random.randrange(20)}", f"{random.randrange(60)}", f"{random.randrange(1, 3)}",
             f"{random.choice((41, 41, 41, 33, 32, 11))}0000")
            for _, _, graduate in ids
        ]  # fmt: skip
        columns = "graduate_id school_code sequence college_code major_code sex_code origin_province_code"
        await _copied(connection, "roster_groups", columns, groups)
    await connection.execute("ANALYZE")
    await connection.close()


async def _copied(connection: asyncpg.Connection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table, columns=columns.split(), records=rows)


async def _told(*command: str) -> Any:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return json.loads(said)


async def _opened(database: Database, cipher: FieldCipher) -> None:
    """What every export begins with, and nothing else."""
    async with database.reading(snapshot=True) as connection:
        found = await answers.answerers(connection, WaveId(WAVE), None)
        for start in range(0, len(found), PART):
            part = await answers.sealed_part(connection, found[start : start + PART])
            await asyncio.to_thread(answers.opened_part, cipher, part)


async def _exported(database: Database, cipher: FieldCipher, kind: str) -> None:
    actor, export_id, operation = Actor("manager", Role.SURVEY_MANAGER.value), uuid4(), OperationId(uuid4())
    async with database.transaction(actor) as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO exports (id, state, requested_by, requested_by_role, due_on, school_code, wave_id, format,"
                " labelled, language, identified, operation_id) VALUES (:id, 'unrestricted', 'manager',"
                " 'survey_manager', now(), :school, :wave, :kind, false, 'zh', false, :operation)"
            ),
            {"id": export_id, "school": SCHOOL, "wave": WAVE, "kind": kind, "operation": operation},
        )
        await submit(unit, NewOperation(operation), KIND, {"export_id": str(export_id)}, school_code=SCHOOL)
        await unit.commit()
    # without the persons registry is not asked
    nobody: Any = None
    handler = partial(make_export, cipher, nobody)
    await OperationRunner(database.patient, {KIND: handler}, cipher=cipher).run_once()
    async with database.reading() as connection:
        rows = await connection.scalar(text("SELECT rows FROM exports WHERE id = :id"), {"id": export_id})
    if rows != ANSWERS:
        raise RuntimeError(f"the export has {rows} rows")


async def _measured(url: str, keyring: str, kind: str) -> None:
    """Prints what one side took in this process."""
    tune_garbage_collector()
    database, cipher = Database.connect(url), FieldCipher.load(Path(keyring))
    async with database.transaction(SYSTEM):
        pass
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 - nothing else runs
    begun = time.process_time()
    await (_opened(database, cipher) if kind == "open" else _exported(database, cipher, kind))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() - begun + children.ru_utime + children.ru_stime
    await database.dispose()
    told = {"seconds": round(seconds, 2), "peak": megabytes(os.getpid()), "child": children.ru_maxrss / 1024}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(_measured(*sys.argv[1:]))
