"""A third import, as small as one can be: the badges that graduates of a cohort were given. Run by path, a worker.

It has all that an import has: reject and skip, dry run, resume, cancel, limits, masking, a report.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Column, MetaData, Table, Text, text

from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.imports import (
    OWNER_HEADERS,
    REPEATED,
    CellReader,
    Columns,
    Fault,
    Importer,
    ImportKind,
    SeenKeys,
    Task,
    Written,
    empty_result,
    foreign_cells,
    plain,
    run_import,
)
from common.operations import OperationContext, OperationRunner
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import identifier_text, is_blank
from common.spreadsheets.headers import Header
from common.spreadsheets.masking import Identifies
from common.sql import Connection

KIND = "badge_import"
BADGES = {"金徽章": "gold", "银徽章": "silver"}
COLUMNS = Columns(
    {**OWNER_HEADERS, "student_number": ("学号",), "name": ("姓名",), "badge": ("徽章",)},
    needed=[{"student_number"}, {"badge"}],
    identifying={"student_number": Identifies.BY_NUMBER, "name": Identifies.BY_NAME},
)
READINGS = [plain("student_number", identifier_text), plain("badge", lambda cell: BADGES.get(str(cell)))]
_FIND = text("SELECT student_number, badge FROM badges WHERE student_number = ANY(:numbers)")
_STORE = text(
    """
    INSERT INTO badges (student_number, badge) SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:badges AS text[]))
    ON CONFLICT (student_number) DO UPDATE SET badge = EXCLUDED.badge
    """
)


def badges_table(metadata: MetaData) -> Table:
    return Table("badges", metadata, Column("student_number", Text, primary_key=True), Column("badge", Text))


@dataclass
class BadgeRow:
    number: int
    student_number: str = ""
    badge: str = ""
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


@dataclass
class BadgePlan:
    created: dict[str, str] = field(default_factory=dict)
    updated: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0


class BadgeImport(Importer[BadgeRow, Mapping[str, str], BadgePlan]):
    def __init__(self, context: OperationContext, header: Header) -> None:
        self._task = Task.of(context.parameters)
        self._header = header
        self._cells = CellReader(header, READINGS)
        self._seen = SeenKeys()

    async def lock(self, unit: UnitOfWork) -> None:
        await unit.connection.execute(text("LOCK TABLE badges IN EXCLUSIVE MODE"))

    def read(self, rows: Sequence[NumberedRow]) -> list[BadgeRow]:
        found = []
        for number, cells in rows:
            faults = list(foreign_cells(self._header, cells, self._task.school_code, self._task.cohort))
            said = self._cells.read(cells, faults)
            if "badge" not in said:
                blank = is_blank(self._header.cell(cells, "badge"))
                faults.append(Fault("badge", "required" if blank else "unknown_label"))
            found.append(BadgeRow(number, said.get("student_number") or "", said.get("badge") or "", faults))
        return found

    async def load(self, connection: Connection, rows: Sequence[BadgeRow]) -> Mapping[str, str]:
        found = await connection.execute(_FIND, {"numbers": [row.student_number for row in rows]})
        return {row.student_number: row.badge for row in found}

    def plan(self, rows: Sequence[BadgeRow], loaded: Mapping[str, str]) -> BadgePlan:
        plan = BadgePlan()
        for row in rows:
            if row.student_number and self._seen.take("student_number", row.student_number, row.number):
                row.faults.append(Fault("student_number", REPEATED))
            if row.faults:
                continue
            if (stored := loaded.get(row.student_number)) == row.badge:
                plan.unchanged += 1
            else:
                (plan.updated if stored else plan.created)[row.student_number] = row.badge
        return plan

    async def write(self, unit: UnitOfWork, plan: BadgePlan) -> Written:
        given = plan.created | plan.updated
        await unit.connection.execute(_STORE, {"numbers": list(given), "badges": list(given.values())})
        return Written({"created": len(plan.created), "updated": len(plan.updated), "unchanged": plan.unchanged})


def badge_import(chunk_rows: int = 2) -> ImportKind:
    return ImportKind(KIND, COLUMNS, BadgeImport, empty_result(), chunk_rows)


async def hanging_after_one_chunk(context: OperationContext) -> None:
    """The work of a worker that is going to be killed: it hangs once the first chunk is committed."""

    async def until_one_is_done(done: int, total: int) -> None:
        print("one chunk", flush=True)
        await asyncio.Event().wait()

    context.progress = until_one_is_done  # type: ignore[method-assign]
    await run_import(badge_import(), context)


def badge_runner(database: Database, cipher: FieldCipher) -> OperationRunner:
    kind = badge_import()
    return OperationRunner(
        database.patient, {KIND: partial(run_import, kind)}, cipher=cipher, empty_results={KIND: kind.empty_result}
    )


if __name__ == "__main__":
    worker = OperationRunner(
        Database.connect(sys.argv[1]).patient,
        {KIND: hanging_after_one_chunk},  # type: ignore[dict-item]
        cipher=FieldCipher.load(Path(sys.argv[2])),
        lease=1.0,
    )
    asyncio.run(worker.run())
