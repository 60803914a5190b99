"""Exports of 100,000 answers to 150 questions: CSV against opening them alone, .sav against its library.

Opening is reading and decrypting every answer as the service does for one, with what it says; the stricter sides, no
more than decrypting, and the library alone with the very frame of the export, have no budget: an export has to read
what is decrypted before a library can write. All count processor time, that of child processes too, the least of some
rounds. A file is written by long work as in service; answers are made up, with conditions as a questionnaire has them.
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
from common.operations.files import OperationFile, content_of
from common.operations.storage import read
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
CSV_MEMORY, CHILD_MEMORY = 400.0, 1024.0
SCHOOL = "90001"
WAVE, QUESTIONNAIRE, INVITING = UUID(int=1), UUID(int=2), UUID(int=3)
_MEMORY = ("peak", "child")

ROUNDS = 3

_LIBRARY = """
import sys, time
import pandas, pyreadstat
frame, meta = pyreadstat.read_sav(sys.argv[1], user_missing=True, disable_datetime_conversion=True)
begun = time.process_time()
pyreadstat.write_sav(
    frame, sys.argv[2], row_compress=True, column_labels=meta.column_labels, variable_measure=meta.variable_measure,
    variable_value_labels=meta.variable_value_labels, variable_format=meta.original_variable_types,
    missing_ranges={name: [each["lo"] for each in of] for name, of in meta.missing_ranges.items()},
)
print(time.process_time() - begun)
"""
"""Writes a file again that it has read: the very columns, labels and missing values."""


async def measure() -> list[Verdict]:
    """Stores the answers, and has them opened and written in processes of their own, some rounds by turns."""
    ring = KeyRing.generate()
    took: dict[str, list[dict[str, float]]] = {}
    async with service_database("surveys") as found:
        with tempfile.TemporaryDirectory() as folder:
            ring.store(Path(folder, "keys.json"))
            await _stored(found.owner_url.replace("+asyncpg", ""), FieldCipher(ring))
            for _ in range(ROUNDS):
                for kind in ("decrypted", "opened", "csv", "xlsx", "sav"):
                    side = (sys.executable, "-m", __name__, found.app_url, f"{folder}/keys.json", kind)
                    took.setdefault(kind, []).append(await _told(*side, f"{folder}/written.{kind}"))
                again = await _told(sys.executable, "-c", _LIBRARY, f"{folder}/written.sav", f"{folder}/again.sav")
                took.setdefault("library", []).append({"seconds": again})
    for kind, rounds in took.items():
        sys.stdout.write(f"  {kind}: {json.dumps(rounds)}\n")
    seconds = {kind: min(each["seconds"] for each in rounds) for kind, rounds in took.items()}
    peak, child = ({kind: max(each.get(name, 0.0) for each in of) for kind, of in took.items()} for name in _MEMORY)
    return [
        Verdict("CSV of answers, against opening them one by one", seconds["opened"] / seconds["csv"], 0.5, True),
        Verdict(
            "the same, against decrypting without reading what they say", seconds["decrypted"] / seconds["csv"], None
        ),
        Verdict(
            "a .sav of answers, against opening them one by one and its library",
            (seconds["opened"] + seconds["library"]) / seconds["sav"],
            0.7,
            True,
        ),
        Verdict("the same, against its library alone on the same frame", seconds["library"] / seconds["sav"], None),
        Verdict("megabytes of the process that writes a CSV", peak["csv"], CSV_MEMORY),
        Verdict("megabytes of the process that writes a workbook", peak["xlsx"], CHILD_MEMORY),
        Verdict("megabytes of the process that writes a .sav", child["sav"], CHILD_MEMORY),
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


async def _opened(database: Database, cipher: FieldCipher, *, reads: bool) -> None:
    """Each answer as one answer is opened, or no more than decrypted."""
    async with database.reading(snapshot=True) as connection:
        found = await answers.answerers(connection, WaveId(WAVE), None)
        for start in range(0, len(found), PART):
            part = await answers.sealed_part(connection, found[start : start + PART])
            for place in part.whole.values():
                said = cipher.decrypt(*place)
                if reads:
                    json.loads(said)


async def _exported(database: Database, cipher: FieldCipher, kind: str) -> OperationId:
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
    return operation


async def _keep(database: Database, cipher: FieldCipher, operation: OperationId, path: Path) -> None:
    async with database.reading() as connection:
        made = await read(connection, operation)
    if made is None or made.file is None:
        raise RuntimeError("the export has no file")
    content = b"".join([part async for part in content_of(database, cipher, OperationFile.of(made.file))])
    path.write_bytes(content)  # noqa: ASYNC240 - nothing else runs


async def _measured(url: str, keyring: str, kind: str, path: str) -> None:
    """Prints what one side took in this process."""
    tune_garbage_collector()
    database, cipher = Database.connect(url), FieldCipher.load(Path(keyring))
    async with database.transaction(SYSTEM):
        pass
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 - nothing else runs
    begun, operation = time.process_time(), None
    if kind in {"decrypted", "opened"}:
        await _opened(database, cipher, reads=kind == "opened")
    else:
        operation = await _exported(database, cipher, kind)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() - begun + children.ru_utime + children.ru_stime
    peak = megabytes(os.getpid())
    if operation is not None:
        await _keep(database, cipher, operation, Path(path))
    await database.dispose()
    told = dict(zip(("seconds", *_MEMORY), (round(seconds, 2), peak, children.ru_maxrss / 1024), strict=True))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(_measured(*sys.argv[1:]))
