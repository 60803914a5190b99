"""What imports of a file do in their transaction, to meet other acts."""

import json
import zlib
from collections.abc import Mapping, Sequence
from uuid import uuid4

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, OperationId, SchoolCode
from common.imports import Table
from common.operations import OperationContext
from common.operations.storage import Claimed
from common.spreadsheets.headers import Header, find_header
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.operations import KIND, RosterImport
from testing.collisions import Act

ADMIN = Principal(subject="admin", role=Role.ADMIN)
COHORT = Cohort(2024)


def an_import(
    database: Database, cipher: FieldCipher, school: SchoolCode, row: Mapping[str, str], outcome: str, **form: str
) -> Act:
    """What the import of one row does in its transaction."""
    given = {"school_code": school, "cohort": COHORT, "kind": "csv", "dry_run": False, "on_error": "reject"}
    parameters = {**given, **form}
    header = find_header([list(row)], COLUMNS.field_of_header)
    assert header is not None
    work = Claimed(OperationId(uuid4()), KIND, "worker", 1, ADMIN.actor, school, None, parameters)

    async def imported(unit: UnitOfWork) -> None:
        run = RosterImport(cipher, OperationContext(work, database, cipher), header)
        await run.lock(unit)
        if not form:
            await run.lock_whole(unit, table_of(header, [*row.values()]))
        rows = run.read([(2, list(row.values()))])
        plan = run.plan(rows, await run.load(unit.connection, rows))
        assert [each.faults for each in rows] == [[]]
        written = await run.write(unit, plan)
        assert written.counts[outcome] == 1

    return imported


def table_of(header: Header, *rows: Sequence[str]) -> Table:
    """A file of such rows below its header."""
    numbered = [[number, row] for number, row in enumerate(rows, 2)]
    return Table(header, [], 1, [zlib.compress(json.dumps(["rows", numbered]).encode())], len(rows), [])
