"""A report on a major against `typst.compile` of its document alone, and the memory of many reports of one operation.

Sides alternate in one run. What is compiled alone has its pictures drawn already, and finds its fonts as any caller's
does; beside it stands what a compiler takes that has them.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
import typst

from common.auth import Actor, Role
from common.database import Database
from common.operations import OperationRunner, prepare, submit
from common.service_process import Runtime
from indicators.reading.snapshot import Figures
from indicators.report_files.process import report_process
from indicators.report_files.writing import FONTS, TEMPLATE, FileWriter
from indicators.reports.domain import KIND, Asked, SubjectKind
from indicators.reports.operations import making
from indicators.reports.operations.making import document_of, files_of
from indicators.settings import Settings
from indicators.tracking.domain import Because, Due
from indicators.tracking.operations import take
from testing.databases import service_database
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict, milliseconds, percentile
from tests.load.tracking_speed import COHORT, FILL, SCHOOL, SERIES

BUDGET, ROUNDS, REPORTS = 3.0, 16, 60
"""How much longer a report may take than setting it; rounds of the comparison; reports of the operation."""

CHILD, GROWTH = 400.0, 120.0
"""Megabytes of the process that makes files, and by which the one of the operation may grow."""

_VARIED = f"""
    UPDATE spans SET destination_code =
        (ARRAY['10', '10', '10', '801', '46', '76', '70'])[1 + abs(hashtext(graduate_id::text)) % 7];
    CREATE TEMPORARY TABLE earlier AS SELECT * FROM spans;
    UPDATE earlier SET cohort = {COHORT - 1}, from_day = '2023-01-01', graduate_id = md5(graduate_id::text)::uuid;
    INSERT INTO spans SELECT * FROM earlier;
"""
"""More than one class, and a cohort before: all pictures of a report on a major."""

ASKED = Asked(school_code=SCHOOL, cohort=COHORT, snapshot_id=None, as_of=None, publication_id=None, language="zh")


async def measure() -> list[Verdict]:
    """First the memory of an operation of many reports, then a report against its document set alone."""
    async with service_database("indicators") as found:
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        try:
            await admin.execute(FILL)
            await admin.execute(_VARIED)
            await admin.execute("VACUUM ANALYZE")
        finally:
            await admin.close()
        database = Database.connect(found.app_url)
        try:
            await take(database, Due(SERIES, Because.CLOSED, uuid4()))
            verdicts = await _memory(database, Settings(database_url=found.app_url))
            return [*verdicts, await _speed(Figures(database, Settings(database_url=found.app_url).partitions))]
        finally:
            await database.dispose()


async def _memory(database: Database, settings: Settings) -> list[Verdict]:
    subjects = [{"major": f"M{number}"} for number in range(REPORTS)]
    parameters = {**ASKED.to_json(), "kind": SubjectKind.MAJOR.value, "subjects": subjects}
    new = await prepare(database)
    async with database.transaction(Actor("officer", Role.SCHOOL_OFFICER.value)) as unit:
        await submit(unit, new, KIND, parameters, school_code=SCHOOL)
        await unit.commit()
    before, begun = psutil.Process().memory_info().rss / 1e6, time.perf_counter()
    work = asyncio.create_task(OperationRunner(database, {KIND: making(Runtime(settings, database))}).run_once())
    peak = 0.0
    while not (await asyncio.wait({work}, timeout=0.1))[0]:
        peak = max([peak, *(megabytes(each.pid) for each in psutil.Process().children())])
    await work
    seconds, growth = time.perf_counter() - begun, megabytes(os.getpid()) - before
    sys.stdout.write(
        f"  {REPORTS} reports: {seconds:.1f} s, service {before:.0f} + {growth:.0f} MB, child {peak:.0f} MB\n"
    )
    return [
        Verdict(f"megabytes of the process that makes files of {REPORTS} reports", peak, CHILD),
        Verdict(f"megabytes by which the process of {REPORTS} reports grows", growth, GROWTH),
    ]


async def _speed(figures: Figures) -> Verdict:
    """Each round is on another major: what the compiler keeps of one file would give the same one again at once."""
    process, writer = report_process(), FileWriter()
    samples: dict[str, list[float]] = {"a report": [], "typst.compile": [], "a compiler with its fonts": []}
    try:
        for number in range(ROUNDS + 1):
            begun = time.perf_counter()
            document, _ = await document_of(figures, ASKED, SubjectKind.MAJOR, {"major": f"M{number}"})
            await files_of(process, document)
            samples["a report"].append(time.perf_counter() - begun)
            drawn = writer.with_pictures(json.loads(document.to_json()))
            # what a compiler keeps of one file would give the same one again at once
            for name, compiling in (("typst.compile", alone), ("a compiler with its fonts", writer.compiled)):
                begun = time.perf_counter()
                compiling({**drawn, "author": name})
                samples[name].append(time.perf_counter() - begun)
    finally:
        await process.end()
    for name, taken in samples.items():
        # the first loads what the others have
        sys.stdout.write(f"  {name}: {milliseconds(taken[1:])}, best {min(taken[1:]) * 1000:.0f} ms\n")
    report, compiled, _ = (percentile(taken[1:], 0.5) for taken in samples.values())
    return Verdict("a report on a major, as a multiple of typst.compile of its document", report / compiled, BUDGET)


def alone(report: Mapping[str, Any]) -> None:
    """The document by itself, as a caller without our process writes it."""
    typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"report": json.dumps(report)},
        root=TEMPLATE.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
    )
