"""Imports against COPY of the same rows into the same indexed table, and against the same file again, in turns.

The import is the worker's own: decryption, parsing in a child process, all checks, encryption, upsert, history, events.
"""

import time

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from registry.graduates.imports.operations import roster_import
from testing.databases import service_database
from tests.load import registration_speed
from tests.load.importing import compared_in_rounds
from tests.load.reporting import Verdict

COHORT = 2024
HEADER = ("学号", "姓名", "性别", "身份证号", "学历", "所在院系", "院系代码", "专业名称", "专业代码", "班级", "手机号")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_SCHOOL = text("INSERT INTO schools (code, name, province_code) VALUES (:code, :code, '410000')")


async def measure() -> list[Verdict]:
    """Each round imports a file into a new school, copies its rows, and imports it again; both imports."""
    cipher = FieldCipher(KeyRing.generate())
    async with service_database("registry") as found:
        verdicts = await compared_in_rounds(
            found, roster_import(cipher), cipher, "graduates", HEADER, row, cohort=COHORT, enrol=_enrol
        )
    return [*verdicts, *await registration_speed.measure()]


async def _enrol(database: Database, school: str) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(_SCHOOL, {"code": school})
        await unit.commit()


def row(number: int) -> tuple[str, ...]:
    """The cells of a graduate."""
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
