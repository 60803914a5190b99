"""Import of a roster as long work.

The rows of a transaction hold the roster of the school's cohort. Where rows leave their college to their major, the
units of the whole file are stored before the first chunk.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from common.codes import Cell
from common.crypto import DataCipher, FieldCipher
from common.database import UnitOfWork
from common.imports import Importer, ImportKind, Table, Task, Written, empty_result, read_rows
from common.imports.importer import CHUNK_ROWS
from common.operations import OperationContext
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import Header
from common.sql import Connection
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.graduates.imports import load
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.plan import OtherGraduates, RosterPlanner
from registry.graduates.imports.rows import RosterRow
from registry.graduates.imports.write import begun, lines_of, store, store_book
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.locks import lock_roster

KIND = "roster_import"
UNITS_CREATED = "units_created"
EMPTY_RESULT = empty_result(UNITS_CREATED)

Resolved = TypeVar("Resolved")


def roster_import(cipher: FieldCipher, chunk_rows: int = CHUNK_ROWS) -> ImportKind:
    """The kind of import that `run_import` handles."""
    return ImportKind(KIND, COLUMNS, partial(RosterImport, cipher), EMPTY_RESULT, chunk_rows)


class RosterImport(Importer[RosterRow, OtherGraduates, list[RosterRow]]):
    """One run over one file. The planner carries what later chunks must know of earlier ones."""

    def __init__(self, cipher: FieldCipher, context: OperationContext, header: Header) -> None:
        self._task = Task.of(context.parameters)
        self._operation_id = context.id
        self._cipher = cipher
        # what seals the roster: had by each lock
        self._data: DataCipher
        self._header = header
        self._new_planner = partial(RosterPlanner, header, self._task, cipher)
        self._planner = self._new_planner()
        self._is_first = False

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps every other writer of the cohort out."""
        roster = self._task.school_code, self._task.cohort
        await lock_roster(unit.connection, *roster)
        self._data = await key_of_roster(unit.connection, self._cipher, *roster)
        self._is_first = not await load.has_graduates(unit.connection, *roster)
        self._planner.expects_changes |= self._is_first

    def needs_preparation(self, table: Table) -> bool:
        """True if some rows name their college and others leave it to their major, whose colleges the file tells."""
        header, colleges = self._header, ("college", "college_name")
        if not header.positions.keys() & {"major", "major_name"}:
            return False
        named = {any(not is_blank(header.cell(cells, each)) for each in colleges) for _, cells in table.rows()}
        return len(named) > 1

    async def prepare(self, unit: UnitOfWork, table: Table) -> Mapping[str, int]:
        """Stores the units that the good rows of all chunks name, so that no college depends on the order of rows."""
        planner = self._new_planner()
        named: dict[frozenset[tuple[str, UnitNamed | None]], None] = {}
        async for chunk in table.chunks(CHUNK_ROWS):
            rows = await asyncio.to_thread(read_rows, planner.read, self._header, chunk)
            others = await self._looked_up(planner, unit.connection, rows)
            good = await asyncio.to_thread(planner.plan, rows, others, self._data)
            named |= {frozenset(row.units.items()): None for row in good}
        _, created = await self._with_units(unit, lambda book: [book.codes_of(dict(units)) for units in named])
        return {UNITS_CREATED: created}

    def read(self, number: int, cells: Sequence[Cell]) -> RosterRow:
        """The row with its fingerprint; what it says is read once its graduate is known."""
        return self._planner.read(number, cells)

    async def load(self, connection: Connection, rows: Sequence[RosterRow]) -> OtherGraduates:
        """Finds the rows' graduates, checks the rows that these do not make unchanged."""
        return await self._looked_up(self._planner, connection, rows)

    def plan(self, rows: Sequence[RosterRow], loaded: OtherGraduates) -> list[RosterRow]:
        """The good rows, sealed if they change something."""
        good = self._planner.plan(rows, loaded, self._data)
        self._planner.seal([row for row in good if not row.is_unchanged], self._data)
        return good

    async def write(self, unit: UnitOfWork, plan: list[RosterRow]) -> Written:
        """Stores the rows that are not unchanged, and the units that they bring."""
        changing = [row for row in plan if not row.is_unchanged]
        unchanged = len(plan) - len(changing)
        if not changing:
            return Written({"unchanged": unchanged})
        writing = await begun(unit, self._task, self._data, self._planner.lists_version, self._operation_id)
        lines, created = await self._with_units(unit, partial(lines_of, changing, writing))
        stored = await store(unit, lines)
        unchanged += stored.counts["unchanged"]
        return replace(stored, counts={**stored.counts, "unchanged": unchanged, UNITS_CREATED: created})

    async def _looked_up(
        self, planner: RosterPlanner, connection: Connection, rows: Sequence[RosterRow]
    ) -> OtherGraduates:
        roster = self._task.school_code, self._task.cohort
        if self._is_first:
            await asyncio.to_thread(planner.check, rows, {}, None)
            return OtherGraduates(continued=await load.continued_by(connection, *roster, rows))
        numbers = [index for row in rows if (index := row.student_number_index)]
        known = await load.by_student_number(connection, *roster, numbers)
        any_open = any(each.college_code is None for each in known.values())
        book = await load.load_book(connection, self._task.school_code) if any_open else None
        await asyncio.to_thread(planner.check, rows, known, book)
        exam_numbers = [index for row in rows if (index := row.indexes.get("exam_number_index"))]
        citizen_ids = [index for row in rows if (index := row.citizen_id_index)]
        holders = await load.by_exam_number(connection, *roster, exam_numbers) if exam_numbers else {}
        owners = await load.owners_of_citizen_ids(connection, *roster, citizen_ids) if citizen_ids else {}
        # who may be changed: of those that a row names by examinee number it is known only now
        ids = {row.known.id for row in rows if row.known and not row.is_unchanged}
        ids |= {each.id for row in rows if row.needs_exam_number for each in row.holders(holders)}
        newest = await load.newest_versions(connection, *roster, ids) if ids else {}
        return OtherGraduates(holders, owners, newest, await load.continued_by(connection, *roster, rows))

    async def _with_units(self, unit: UnitOfWork, resolve: Callable[[UnitBook], Resolved]) -> tuple[Resolved, int]:
        """What is made of the school's units once those that it has added or changed are stored; how many are new."""
        while True:
            book = await load.load_book(unit.connection, self._task.school_code)
            resolved = await asyncio.to_thread(resolve, book)
            if await store_book(unit, self._task.school_code, book):
                return resolved, sum(before is None for before, _ in book.touched())
