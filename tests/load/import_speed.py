"""Roster import against COPY of the same rows into the same indexed table, and against the same file again, in turns.

The import is the worker's own: decryption, parsing in a child process, all checks, encryption, upsert, history, events.
Its budget against COPY (0.50 with two processes) is for later; the share is printed. Importing again must be faster.
"""

import csv
import io
import sys
import time
from contextlib import AsyncExitStack
from functools import partial

import asyncpg
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.imports import run_import
from common.operations import OperationRunner, prepare, submit
from registry.graduates.imports.operations import EMPTY_RESULT, KIND, roster_import
from testing.databases import service_database
from tests.load.reporting import Verdict, percentile

ROWS, ROUNDS, COHORT = 10_000, 4, 2024
AGAIN_BUDGET = 1.5
HEADER = ("学号", "姓名", "性别", "身份证号", "学历", "所在院系", "院系代码", "专业名称", "专业代码", "班级", "手机号")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_RESULT = text("SELECT result FROM operations WHERE id = :id")
_SCHOOL = text("INSERT INTO schools (code, name, province_code) VALUES (:code, :code, '410000')")


async def measure() -> list[Verdict]:
    """Each round imports a file into a new school, copies its rows, and imports it again."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(service_database("registry"))
        database = Database.connect(found.app_url)
        stack.push_async_callback(database.dispose)
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        stack.push_async_callback(admin.close)
        await admin.execute("CREATE TABLE copied (LIKE graduates INCLUDING ALL)")
        cipher = FieldCipher(KeyRing.generate())
        seconds: dict[str, list[float]] = {"import": [], "copy": [], "again": []}
        for number in range(ROUNDS):
            school = str(90_001 + number)
            content = _file(number)
            async with database.transaction(SYSTEM) as unit:
                await unit.connection.execute(_SCHOOL, {"code": school})
                await unit.commit()
            seconds["import"].append(await _import(database, cipher, school, content, created=ROWS))
            seconds["copy"].append(await _copy(admin, school))
            seconds["again"].append(await _import(database, cipher, school, content, created=0))
    for what, samples in seconds.items():
        sys.stdout.write(f"  {what}: {ROWS / percentile(samples, 0.5):,.0f} rows/s\n")
    first, copied, again = (percentile(samples, 0.5) for samples in seconds.values())
    return [
        Verdict("roster import as a share of COPY", copied / first, None),
        Verdict("importing an unchanged file, times faster than the first time", first / again, AGAIN_BUDGET, True),
    ]


async def _import(database: Database, cipher: FieldCipher, school: str, content: bytes, *, created: int) -> float:
    parameters = {"school_code": school, "cohort": COHORT, "kind": "csv", "dry_run": False, "on_error": "reject"}
    new = await prepare(database, content, cipher)
    async with database.transaction(SYSTEM) as unit:
        await submit(unit, new, KIND, parameters, school_code=school)
        await unit.commit()
    handlers = {KIND: partial(run_import, roster_import(cipher))}
    runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    begun = time.perf_counter()
    await runner.run_once()
    seconds = time.perf_counter() - begun
    async with database.reading() as connection:
        result = await connection.scalar(_RESULT, {"id": new.id})
    if (result["created"], result["rejected"]) != (created, 0):
        raise RuntimeError(f"the import did something else: {result}")
    return seconds


async def _copy(admin: asyncpg.Connection, school: str) -> float:
    rows = io.BytesIO()
    await admin.copy_from_query("SELECT * FROM graduates WHERE school_code = $1", school, output=rows)
    rows.seek(0)
    begun = time.perf_counter()
    await admin.copy_to_table("copied", source=rows)
    return time.perf_counter() - begun


def _file(number: int) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    writer.writerows(_row(number * ROWS + row) for row in range(ROWS))
    return buffer.getvalue().encode("utf-8-sig")


def _row(number: int) -> tuple[str, ...]:
    college, major = number % 20, number % 60
    name = "测试" + chr(0x4E00 + number % 3000)
    sex = "男" if number % 2 else "女"
    return (
        f"2020{number:08d}",
        name,
        sex,
        _citizen_id(number),
        "本科生毕业",
        f"第{college}学院",
        f"C{college:02d}",
        f"专业{major}",
        f"M{major:02d}",
        f"{major}班",
        f"138{number % 100_000_000:08d}",
    )


def _citizen_id(number: int) -> str:
    """A well-formed id whose sequence digit agrees with the sex above; each number has another."""
    day = time.gmtime(915_148_800 + number // 500 * 86_400)
    sequence = number % 500 * 2 + (number % 2)
    digits = f"410102{day.tm_year:04d}{day.tm_mon:02d}{day.tm_mday:02d}{sequence % 1000:03d}"
    return digits + _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]
