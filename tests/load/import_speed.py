"""Imports against COPY of the same rows into the same indexed table, and against the same file again, in turns.

The import is the worker's own: decryption, parsing in a child process, all checks, encryption, upsert, history, events.
A second process helps with `skip` as it does for a worker. A roster has 25 columns of our template, all of them filled.
"""

import time

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from registry.graduates.domain.fields import COLUMNS
from registry.graduates.imports.operations import roster_import
from testing.databases import service_database
from tests.load import registration_speed
from tests.load.importing import Case, compared_in_rounds
from tests.load.reporting import Verdict

COHORT = 2024
CASES = (Case("csv", "skip", 0.50, 1.5), Case("xlsx", "skip", 0.35), Case("csv", "reject"))
FILLED = (
    *("student_number", "exam_number", "name", "document_type_code", "citizen_id", "sex_code", "birth_date"),
    *("ethnicity_code", "political_status_code", "phone", "college_code", "college_name", "major_code", "major_name"),
    *("class_code", "class_name", "education_level_code", "duration_years", "study_form", "training_mode_code"),
    *("origin_place_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on"),
)
HEADER = tuple(COLUMNS[column] for column in FILLED)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_SCHOOL = text("INSERT INTO schools (code, name, province_code) VALUES (:code, :code, '410000')")


async def measure() -> list[Verdict]:
    """Each round imports a file into a new school, copies its rows, and imports it again; both imports."""
    ring = KeyRing.generate()
    cipher = FieldCipher(ring)
    async with service_database("registry") as found:
        verdicts = await compared_in_rounds(
            found, roster_import(cipher), ring, "graduates", HEADER, row, CASES, cohort=COHORT, enrol=_enrol
        )
    return [*verdicts, *await registration_speed.measure()]


async def _enrol(database: Database, school: str) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(_SCHOOL, {"code": school})
        await unit.commit()


def row(number: int) -> tuple[str, ...]:
    """The cells of a graduate."""
    college, major, school_class, citizen_id = number % 20, number % 60, number % 600, _citizen_id(number)
    return (
        *(f"2020{number:08d}", f"204101{number:08d}", "测试" + chr(0x4E00 + number % 3000), "居民身份证", citizen_id),
        *("男" if number % 2 else "女", f"{citizen_id[6:10]}-{citizen_id[10:12]}-{citizen_id[12:14]}"),
        *("汉族", "共青团员", f"138{number % 100_000_000:08d}", f"C{college:02d}", f"第{college}学院"),
        *(f"M{major:02d}", f"专业{major}", f"K{school_class:03d}", f"{school_class}班", "本科生毕业", "4", "全日制"),
        *("非定向", "410100", "非师范生", "非困难生", "2020-09-01", "2024-06-30"),
    )


def _citizen_id(number: int) -> str:
    """A well-formed id whose sequence digit agrees with the sex above; each number has another."""
    day = time.gmtime(915_148_800 + number // 500 * 86_400)
    sequence = number % 500 * 2 + (number % 2)
    digits = f"410102{day.tm_year:04d}{day.tm_mon:02d}{day.tm_mday:02d}{sequence % 1000:03d}"
    return digits + _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]
