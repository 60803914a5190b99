"""Files of filings: the writer against xlsxwriter and COPY TO with the same cells, and what a whole filing takes.

A filing is prepared by a process of its own, as the one of long work does it, which resets its peak before it begins.
"""

import asyncio
import csv
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import xlsxwriter

from common.auth import Principal, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.exports import all_marked
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.objects import Objects
from common.objects.store import open_store
from common.operations import OperationRunner, prepare, submit
from common.service_process.running import tune_garbage_collector
from common.spreadsheets.writing import CsvWriter, TableWriter, WorkbookWriter
from destinations.filing import commands, operations
from destinations.filing.domain.filing import (
    KIND,
    Asked,
    Contents,
    FileType,
    FilingId,
    Narrowing,
    Recipient,
    Unregistered,
)
from destinations.filing.formats import FORMATS, Format, Owner, RowMaker
from destinations.registrations.domain.content import Destination
from testing.databases import service_database
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict

ROWS, BLOCK, TURNS = 100_000, 500, 7
XLSX_BUDGET, CSV_BUDGET, MEMORY_BUDGET = 0.7, 0.3, 400.0
SCHOOL, COHORT = SchoolCode("10001"), Cohort(2024)
LAYOUT, OWNER = FORMATS[Format.A], Owner(SCHOOL, COHORT, "某大学", "410000", {"080901": "软件工程"})
OFFICER = Principal("officer", Role.SCHOOL_OFFICER, school_code=SCHOOL)


def fill(rows: int) -> str:
    """The statements that give each graduate of the cohort an effective registration."""
    return f"""
    CREATE TEMPORARY TABLE people AS
        SELECT n, md5('g' || n)::uuid AS graduate_id, md5('r' || n)::uuid AS id FROM generate_series(1, {rows}) AS n;
    INSERT INTO roster_graduates (graduate_id, school_code, cohort, college_code, class_code, status, sequence)
        SELECT graduate_id, '{SCHOOL}', {COHORT}, 'C' || n % 20, 'K' || n % 700, 'registered', 2 FROM people;
    INSERT INTO registration_versions (registration_id, version, graduate_id, school_code, cohort, state, confirmation,
                                       source, destination_code, employer_name, employer_uscc, employer_nature_code,
                                       industry_code, place_code, employer_address, position_code, signed_on,
                                       code_lists, by_role, by_subject, action, decided_on, changed_fields,
                                       effective_version)
        SELECT id, 1, graduate_id, '{SCHOOL}', {COHORT}, 'school_approved', 'unconfirmed', 'import', '10',
               '某某有限公司' || n, '91410100MA40ABCD15', '39', '22', '410102', '河南省郑州市中原区某路' || n, '40',
               '2024-05-01', '{{"destination": 1}}', 'school_officer', 'so', 'import', '2024-05-01', '{{}}', 1
          FROM people;
    INSERT INTO registrations (id, version, graduate_id, school_code, cohort, stage, confirmation, source,
                               destination_code, employer_name, employer_uscc, employer_nature_code, industry_code,
                               place_code, employer_address, position_code, signed_on, code_lists, incomplete,
                               effective_version, effective_decided_on, decided_on)
        SELECT registration_id, 1, graduate_id, school_code, cohort, 'school_approved', 'unconfirmed', 'import',
               destination_code, employer_name, employer_uscc, employer_nature_code, industry_code, place_code,
               employer_address, position_code, signed_on, code_lists, '{{}}', 1, '2024-05-01', '2024-05-01'
          FROM registration_versions;
"""


async def measure() -> list[Verdict]:
    """The writers in turns, then a filing of each kind in a process of its own."""
    rows = cells()
    books = [(_timed(partial(_xlsxwritten, rows)), _timed(partial(_written, WorkbookWriter, rows))) for _ in range(2)]
    async with service_database("destinations") as found:
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        copied, texts = await _copied_and_written(admin, rows)
        del rows
        await admin.execute(fill(ROWS))
        await admin.execute("VACUUM ANALYZE")
        await admin.close()
        filed = [await _filed(found.app_url, kind) for kind in FileType]
    theirs, ours = (min(each) for each in zip(*books, strict=True))
    return [
        Verdict(f"{ROWS:,} rows to XLSX, rows a second as a share of xlsxwriter's", theirs / ours, XLSX_BUDGET, True),
        Verdict(f"{ROWS:,} rows to CSV, rows a second as a share of COPY TO's", copied / texts, CSV_BUDGET, True),
        *filed,
    ]


def cells() -> list[list[str | None]]:
    """Rows of format A."""
    maker, rows = RowMaker(LAYOUT, OWNER), []
    for n in range(ROWS):
        content = Destination(
            "10",
            employer_name=f"某某{n}有限公司",
            employer_uscc="91410100MA40ABCD15",
            employer_nature_code="39",
            industry_code="22",
            place_code="410102",
            employer_address=f"河南省郑州市中原区某路{n}号",
            position_code="40",
        )
        rows.append(maker.row(maker.said(content), person(n)))
    return rows


def person(n: int) -> Mapping[str, Any]:
    """What registry says of a graduate."""
    return {
        "student_number": f"2020{n:08}",
        "exam_number": f"204101{n:08}",
        "name": "测试" + chr(0x4E00 + n % 3000),
        "sex_code": "1",
        "birth_date": "2002-01-02",
        "origin_place_code": "410102",
        "ethnicity_code": "01",
        "political_status_code": "03",
        "urban_rural": "urban",
        "education_level_code": "31",
        "major_code": "080901",
        "enrolled_on": "2020-09-01",
        "graduated_on": "2024-06-30",
        "training_mode_code": "1",
        "study_form": "full_time",
    }


class Registrar:
    """Registry, answering at once."""

    async def school(self, _school_code: SchoolCode) -> Mapping[str, Any]:
        """Of some name."""
        return {"name": OWNER.school_name, "province_code": OWNER.province_code}

    async def majors(self, _school_code: SchoolCode) -> Mapping[str, str]:
        """One major."""
        return OWNER.majors

    async def reveal(self, _purpose: str, ids: Sequence[GraduateId], _fields: Sequence[str]) -> Mapping[Any, Any]:
        """A person for each id."""
        return {each: person(each.int % ROWS) for each in ids}


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _written(kind: type[TableWriter], rows: Sequence[Sequence[str | None]]) -> None:
    writer, size = kind(), 0
    writer.add([LAYOUT.header])
    for start in range(0, len(rows), BLOCK):
        writer.add(map(all_marked, rows[start : start + BLOCK]))
        size += len(writer.taken())
    writer.end()


def _xlsxwritten(rows: Sequence[Sequence[str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(f"{folder}/book.xlsx", {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet()
        for n, row in enumerate([LAYOUT.header, *rows]):
            for at, cell in enumerate(row):
                if cell is not None:
                    sheet.write_string(n, at, cell)
        book.close()


async def _copied_and_written(admin: asyncpg.Connection, rows: Sequence[Sequence[str | None]]) -> tuple[float, float]:
    """Seconds of COPY TO of the same cells as CSV, and of our writer, in turns: the best of each."""
    columns = ", ".join(f"c{at} text" for at in range(len(LAYOUT.header)))
    await admin.execute(f"CREATE UNLOGGED TABLE cells ({columns})")
    content = io.StringIO()
    csv.writer(content).writerows(rows)
    await admin.copy_to_table("cells", source=io.BytesIO(content.getvalue().encode()), format="csv")
    copied, written = [], []
    for _ in range(TURNS):
        begun = time.perf_counter()
        await admin.copy_from_table("cells", output=io.BytesIO(), format="csv")
        copied.append(time.perf_counter() - begun)
        written.append(_timed(partial(_written, CsvWriter, rows)))
    await admin.execute("DROP TABLE cells")
    return min(copied), min(written)


async def _filed(url: str, kind: FileType) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        KeyRing.generate().store(Path(folder, "keys.json"))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.load.filing_speed", url, folder, kind.value), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    measured = json.loads(said)
    sys.stdout.write(
        f"  {kind.value}: {measured['seconds'] / ROWS * 1e6:.0f} µs of processor time a row,"
        f" {measured['size'] / 1e6:.1f} MB, idle {measured['idle']:.0f} MB\n"
    )
    return Verdict(f"megabytes of a filing of {ROWS:,} rows ({kind.value})", measured["peak"], MEMORY_BUDGET)


async def ask(database: Database, kind: FileType) -> FilingId:
    """Asks for a filing of the whole cohort."""
    filing_id = FilingId(uuid4())
    asked = Asked(
        SCHOOL,
        COHORT,
        None if kind is FileType.CSV else Recipient.PROVINCE,
        Format.A,
        kind,
        Narrowing(),
        Contents.FULL,
        Unregistered.LEAVE_OUT,
    )
    new = await prepare(database)
    async with database.transaction(OFFICER.actor) as unit:
        await submit(unit, new, KIND, {"filing_id": str(filing_id)}, school_code=SCHOOL)
        await commands.make(unit, caller=OFFICER, filing_id=filing_id, asked=asked, operation=new.id)
        await unit.commit()
    return filing_id


async def _prepared(url: str, folder: str, kind: str) -> None:
    """Prints what the filing of this process took."""
    tune_garbage_collector()
    database, cipher = Database.connect(url), FieldCipher.load(Path(folder, "keys.json"))
    objects = Objects(database, cipher, open_store(Path(folder, "objects").as_uri(), "destinations"))
    handler = partial(operations.prepare, Registrar(), cipher, objects)  # type: ignore[arg-type]
    runner = OperationRunner(database.patient, {KIND: handler}, cipher=cipher)
    await runner.run_once()
    filing_id = await ask(database, FileType(kind))
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 - nothing else runs
    idle, begun = megabytes(os.getpid()), time.process_time()
    await runner.run_once()
    seconds = time.process_time() - begun
    async with database.reading() as connection:
        filing = await commands.get(connection, OFFICER, filing_id)
    await database.dispose()
    if filing.manifest is None or filing.manifest.rows != ROWS:
        raise RuntimeError(f"the filing is something else: {filing.state}")
    peak, size = megabytes(os.getpid()), filing.manifest.size
    sys.stdout.write(json.dumps({"idle": idle, "peak": peak, "seconds": seconds, "size": size}))


if __name__ == "__main__":
    asyncio.run(_prepared(*sys.argv[1:]))
