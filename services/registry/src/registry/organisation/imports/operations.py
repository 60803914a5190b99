"""Import of units as long work, the whole file at once."""

from collections.abc import Sequence
from itertools import starmap

from common.database import UnitOfWork
from common.imports import Importer, ImportKind, SchoolTask, Written, empty_result
from common.operations import OperationContext
from common.sheet_reader.limits import MAX_ROWS
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from registry.organisation import commands, storage
from registry.organisation.domain import OrganisationUnit
from registry.organisation.imports.columns import COLUMNS
from registry.organisation.imports.plan import UnitPlan, UnitPlanner
from registry.organisation.imports.rows import RowReader, UnitRow

KIND = "unit_import"


class UnitImport(Importer[UnitRow, list[OrganisationUnit], UnitPlan]):
    """One run over one file. Its rows are one chunk: a unit may name what a later row brings."""

    dry_run_only_reads = True

    def __init__(self, context: OperationContext, header: Header) -> None:
        self._task = SchoolTask.of(context.parameters)
        self._reader = RowReader(header, self._task.school_code)

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps every other writer of the school's units out."""
        if not self._task.dry_run:
            await storage.lock_school(unit.connection, self._task.school_code)

    def read(self, rows: Sequence[NumberedRow]) -> list[UnitRow]:
        """What the rows say."""
        return [*starmap(self._reader.read, rows)]

    async def load(self, connection: Connection, rows: Sequence[UnitRow]) -> list[OrganisationUnit]:  # noqa: ARG002 - a school has few units
        """All units of the school."""
        return await storage.units_of(connection, self._task.school_code)

    def plan(self, rows: Sequence[UnitRow], loaded: list[OrganisationUnit]) -> UnitPlan:
        """The units that the good rows bring or change."""
        return UnitPlanner(self._task.school_code, loaded).plan(rows)

    async def write(self, unit: UnitOfWork, plan: UnitPlan) -> Written:
        """Stores the plan; in a dry run it is only counted."""
        if self._task.dry_run:
            return Written(plan.counts)
        token = await commands.store_all(unit, self._task.school_code, plan.added, plan.changed)
        return Written(plan.counts, token)


UNIT_IMPORT = ImportKind(KIND, COLUMNS, UnitImport, empty_result(), chunk_rows=MAX_ROWS)
