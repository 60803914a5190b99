"""What tests of imports read of an operation and of the roster that it has filled, and an import of one row."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from common.auth import SYSTEM
from common.codes import Cell
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, OperationId, SchoolCode
from common.operations import OperationContext
from common.operations.storage import Claimed
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.operations import KIND, RosterImport

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]
Share = Callable[..., Awaitable[None]]


def counts(operation: Json) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


def faults(operation: Json) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["rule"]) for error in operation["errors"]]


async def roster(officer: httpx.AsyncClient) -> list[Json]:
    """The school's graduates by student number."""
    items: list[Json] = (await officer.get("/v1/graduates")).json()["items"]
    return sorted(items, key=lambda item: str(item["student_number"]))


async def import_line(
    database: Database,
    cipher: FieldCipher,
    unit: UnitOfWork,
    school: SchoolCode,
    cohort: Cohort,
    line: Mapping[str, object],
) -> Json:
    """Imports one row in the given transaction, authoritative: cells by header, None erases, others are blank."""
    parameters = {"school_code": school, "cohort": cohort, "kind": "csv", "dry_run": False, "on_error": "reject"}
    parameters["authoritative"] = "accept"
    work = Claimed(OperationId(uuid4()), KIND, "worker", 1, SYSTEM, school, None, parameters)
    header = COLUMNS.find([list(line)])
    assert header is not None
    cells: list[Cell] = ["**CLEAR**" if cell is None else str(cell) for cell in line.values()]
    run = RosterImport(cipher, OperationContext(work, database, cipher), header)
    await run.lock(unit)
    rows = run.read([(2, cells)])
    plan = run.plan(rows, await run.load(unit.connection, rows))
    assert [row.faults for row in rows] == [[]]
    return dict((await run.write(unit, plan)).counts)
