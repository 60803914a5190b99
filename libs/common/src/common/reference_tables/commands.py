"""Replacing the rows of a reference table."""

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, PreconditionFailed, must_equal
from common.reference_tables import storage
from common.reference_tables.definition import ReferenceTable, rows_of
from common.reference_tables.storage import ReferenceVersion


async def put(
    unit: UnitOfWork, *, caller: Principal, table: ReferenceTable, expected: ExpectedVersion, content: str
) -> ReferenceVersion:
    """Stores the rows of a CSV text as the next version, which nothing changes afterwards.

    Raises Forbidden, PreconditionRequired where a version was uploaded before, PreconditionFailed, RowsRefused.
    """
    caller.must_be(Role.ADMIN)
    before = await storage.newest_version(unit.connection, table)
    if before or expected is not None:
        must_equal(expected, before)
    rows = rows_of(table, content)
    if not await storage.add(unit.connection, table, before + 1, rows, unit.actor):
        raise PreconditionFailed(await storage.newest_version(unit.connection, table))
    detail = {"version": before + 1, "rows": len(rows)}
    await unit.audit("reference_table.put", "reference_table", table.name, school_code=None, detail=detail)
    return await storage.get(unit.connection, table, before + 1)
