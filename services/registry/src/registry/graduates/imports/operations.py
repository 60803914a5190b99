"""Import of a roster as long work.

A part of a file locks the graduates that its rows change, a whole file all of them before its first row, so that its
versions have one instant; single writes of others go on. Where rows leave their college to their major, the units of
the whole file are stored before the first chunk. A dry run locks and stores nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from common.crypto import DataCipher, FieldCipher
from common.database import UnitOfWork
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import (
    HeaderMapping,
    Importer,
    ImportKind,
    Overtaken,
    Table,
    Written,
    batches,
    empty_result,
    read_rows,
    run_import,
)
from common.imports.importer import CHUNK_ROWS
from common.operations import OperationContext, Outcome
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection, Row
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.graduates.imports import load
from registry.graduates.imports.columns import COLUMNS, column_of
from registry.graduates.imports.guards import OtherGraduates, RosterTask
from registry.graduates.imports.plan import RosterPlanner, RosterWatch
from registry.graduates.imports.readings import SHOWN
from registry.graduates.imports.records import Lines, Writing, lines_of
from registry.graduates.imports.rows import KnownGraduate, RosterRow
from registry.graduates.imports.write import store, store_book
from registry.graduates.storage import locks
from registry.graduates.storage.erased_numbers import erased_among
from registry.graduates.storage.keys import key_of_roster, key_to_read
from registry.graduates.storage.sealing import number_indexes
from registry.import_mappings import storage as import_mappings
from registry.import_mappings.domain import ImportMapping, UnknownMapping
from registry.organisation import storage as organisation

KIND = "roster_import"
UNITS_CREATED = "units_created"
EMPTY_RESULT = {**empty_result(UNITS_CREATED), "mapping": None}
MAPPINGS = -3
"""Number of the part that notes the saved mappings which the file may be read by."""

Resolved = TypeVar("Resolved")


def roster_import(cipher: FieldCipher, chunk_rows: int = CHUNK_ROWS) -> ImportKind:
    """The kind of import that `run_import` handles."""
    return ImportKind(
        KIND, replace(COLUMNS, masks=SHOWN), partial(RosterImport, cipher), EMPTY_RESULT, chunk_rows, watching
    )


def watching(context: OperationContext, header: Header) -> RosterWatch:
    """What looks at the rows of the operation's file while it is read."""
    return RosterWatch(header, RosterTask.of(context.parameters).cohort)


async def import_roster(kind: ImportKind, context: OperationContext) -> Outcome:
    """Runs the import by the mappings that were saved when it began, whatever becomes of them meanwhile."""
    return await run_import(replace(kind, columns=replace(kind.columns, mappings=await mappings_of(context))), context)


async def mappings_of(context: OperationContext) -> Sequence[HeaderMapping]:
    """Those noted at the beginning of the work; raises UnknownMapping if the one that was named is gone by then."""
    parts = await context.done_chunks()
    if MAPPINGS not in parts and await context.is_cancelled():
        return ()
    if MAPPINGS not in parts:
        task = RosterTask.of(context.parameters)
        async with context.database.transaction(context.actor) as unit:
            saved = await saved_mappings(unit.connection, task.school_code, context.parameters.get("mapping"))
            parts[MAPPINGS] = {"saved": {each.name: each.columns for each in saved}}
            await context.chunk_done(unit, MAPPINGS, parts[MAPPINGS])
            await unit.commit()
    is_named = context.parameters.get("mapping") is not None
    return [
        HeaderMapping(name, {header: field and column_of(field, header) for header, field in columns.items()}, is_named)
        for name, columns in parts[MAPPINGS]["saved"].items()
    ]


async def saved_mappings(connection: Connection, school_code: SchoolCode, name: str | None) -> Sequence[ImportMapping]:
    """The mappings of a school, of which one may be named; raises UnknownMapping."""
    saved = await import_mappings.of_school(connection, school_code)
    named = [each for each in saved if name in (None, each.name)]
    if name and not named:
        raise UnknownMapping([each.name for each in saved])
    return named


class RosterImport(Importer[RosterRow, OtherGraduates, list[RosterRow]]):
    """One run over one file. The planner carries what later chunks must know of earlier ones."""

    dry_run_only_reads = True

    def __init__(self, cipher: FieldCipher, context: OperationContext, header: Header) -> None:
        self._task = RosterTask.of(context.parameters)
        self._operation_id = context.id
        self._cipher = cipher
        # what seals the roster: had by each lock
        self._data: DataCipher
        self._header = header
        self._new_planner = partial(RosterPlanner, header, self._task, cipher)
        self._planner = self._new_planner()
        self._is_first = False
        # of all versions of a whole file
        self._recorded_at: datetime | None = None
        # with the units that the rows so far would bring: of a dry run, which stores none
        self._book: UnitBook | None = None

    @property
    def _roster(self) -> tuple[SchoolCode, Cohort]:
        return self._task.school_code, self._task.cohort

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps out other files of the cohort, or, for a part of a file, whole ones."""
        if not self._task.dry_run:
            lock = locks.lock_roster if self._task.in_one_transaction else locks.share_roster
            await lock(unit.connection, *self._roster)
        find_key = key_to_read if self._task.dry_run else key_of_roster
        self._data = await find_key(unit.connection, self._cipher, *self._roster)
        # of what parts of the same file bring meanwhile, other ones need not know
        self._is_first = self.outset or not await load.has_graduates(unit.connection, *self._roster)
        self._planner.expects_changes |= self._is_first
        self._planner.repeated = self.watched.repeated if self.has_free_parts else None

    @property
    def has_free_parts(self) -> bool:
        """True if each row has a student number, so that no two of them name one graduate by different numbers."""
        return not self._task.in_one_transaction and self.watched is not None and self.watched.names_each

    async def begin_parts(self, unit: UnitOfWork) -> bool:  # noqa: ARG002 - the lock has made the data key
        """True if the roster is empty: then rows are of new graduates until a part is overtaken."""
        return self._is_first

    async def lock_whole(self, unit: UnitOfWork, table: Table) -> None:
        """Locks the graduates whom rows may change, then takes the instant of all versions."""
        meant: set[GraduateId] = set()
        if not self._is_first and not self._task.dry_run:
            planner = self._new_planner()
            async for chunk in table.chunks(CHUNK_ROWS):
                rows = await asyncio.to_thread(read_rows, planner.read, self._header, chunk)
                meant |= await self._meant(unit.connection, rows)
            await locks.lock_graduates(unit.connection, meant)
        self._recorded_at = await load.instant(unit.connection)

    def needs_preparation(self, table: Table) -> bool:  # noqa: ARG002 - the rows were looked at
        """True if some rows name their college and others leave it to their major, whose colleges the file tells."""
        return self.watched is not None and self.watched.is_mixed

    async def prepare(self, unit: UnitOfWork, table: Table) -> Mapping[str, int]:
        """Stores the units that the good rows of all chunks name, so that no college depends on the order of rows."""
        planner = self._new_planner()
        named: dict[frozenset[tuple[str, UnitNamed | None]], None] = {}
        async for chunk in table.chunks(CHUNK_ROWS):
            rows = await asyncio.to_thread(read_rows, planner.read, self._header, chunk)
            others = await self._looked_up(planner, unit.connection, rows, lock=False)
            good = await asyncio.to_thread(planner.plan, rows, others, self._data)
            named |= {frozenset(row.units.items()): None for row in good}
        _, created = await self._with_units(unit, lambda book: [book.codes_of(dict(units)) for units in named])
        return {UNITS_CREATED: created}

    def read(self, rows: Sequence[NumberedRow]) -> list[RosterRow]:
        """The rows with their fingerprints; what one says is read once its graduate is known."""
        return self._planner.read(rows)

    async def load(self, connection: Connection, rows: Sequence[RosterRow]) -> OtherGraduates:
        """Finds the rows' graduates, checks the rows that these do not make unchanged."""
        return await self._looked_up(self._planner, connection, rows, lock=not self._task.dry_run)

    def plan(self, rows: Sequence[RosterRow], loaded: OtherGraduates) -> list[RosterRow]:
        """The good rows, sealed if they change something."""
        good: list[RosterRow] = []
        for some in batches(rows):
            planned = self._planner.plan(some, loaded, self._data)
            self._planner.seal([row for row in planned if not row.is_unchanged], self._data)
            good += planned
        return good

    def standing(self, row: RosterRow) -> Sequence[str]:
        """What a faulty row says in clear of what staff see masked."""
        return self._planner.standing(row)

    async def write(self, unit: UnitOfWork, plan: list[RosterRow]) -> Written:
        """Stores the rows that are not unchanged, and the units that they bring; a dry run counts both."""
        changing = [row for row in plan if not row.is_unchanged]
        unchanged = len(plan) - len(changing)
        if not changing:
            return Written({"unchanged": unchanged})
        writing = Writing(
            *self._roster,
            await organisation.name_of(unit.connection, self._task.school_code),
            self._recorded_at or await load.instant(unit.connection),
            self._planner.lists_version,
            unit.actor,
            unit.correlation_id,
            self._operation_id,
            self._data,
        )
        lines, created = await self._with_units(unit, partial(lines_of, changing, writing))
        stored = Written(lines.counts) if self._task.dry_run else await self._stored(unit, lines, changing)
        unchanged += stored.counts["unchanged"]
        return replace(stored, counts={**stored.counts, "unchanged": unchanged, UNITS_CREATED: created})

    async def _stored(self, unit: UnitOfWork, lines: Lines, rows: Sequence[RosterRow]) -> Written:
        try:
            stored = await store(unit, lines)
            await load.must_not_return(unit.connection, self._cipher, *self._roster, rows)
        except Overtaken:
            # a graduate was entered meanwhile: from now on the roster is asked
            self.outset = False
            raise
        return stored

    async def _meant(self, connection: Connection, rows: Sequence[RosterRow]) -> set[GraduateId]:
        """The graduates whom the numbers of rows name, but for those whose rows change nothing."""
        numbers = [index for row in rows if (index := row.student_number_index)]
        known = await load.by_student_number(connection, *self._roster, numbers)
        lines = {row.student_number_index: row.fingerprint for row in rows}
        ids = {
            each.id
            for number, each in known.items()
            if each.college_code is None or each.line_fingerprint != lines[number]
        }
        named = [number_indexes(self._cipher, row.numbers) for row in rows if not row.student_number]
        exam_numbers = [index for each in named if (index := each.get("exam_number_index"))]
        holders = await load.by_exam_number(connection, *self._roster, exam_numbers) if exam_numbers else {}
        citizen_ids = [index for each in named if (index := each.get("citizen_id_index"))]
        owners = await load.by_citizen_id(connection, *self._roster, citizen_ids) if citizen_ids else {}
        return ids | {each.id for people in holders.values() for each in people} | {each.id for each in owners.values()}

    async def _looked_up(
        self, planner: RosterPlanner, connection: Connection, rows: Sequence[RosterRow], *, lock: bool
    ) -> OtherGraduates:
        """What is stored about the rows, locked where they may change it; raises Overtaken."""
        if self._is_first:
            await asyncio.to_thread(planner.check, rows, {}, None)
            book = await self._opened_book(connection) if self._task.college_code else None
            return OtherGraduates(book=book, continued=await load.continued_by(connection, *self._roster, rows))
        numbers = [index for row in rows if (index := row.student_number_index)]
        known = await load.by_student_number(connection, *self._roster, numbers)
        any_open = any(each.college_code is None for each in known.values())
        book = await self._opened_book(connection) if any_open else None
        await asyncio.to_thread(planner.check, rows, known, book)
        if book is None and planner.needs_book(rows):
            book = await self._opened_book(connection)
        exam_numbers = [index for row in rows if (index := row.indexes.get("exam_number_index"))]
        citizen_ids = [index for row in rows if (index := row.citizen_id_index)]
        holders = await load.by_exam_number(connection, *self._roster, exam_numbers) if exam_numbers else {}
        owners = await load.by_citizen_id(connection, *self._roster, citizen_ids) if citizen_ids else {}
        others = OtherGraduates(
            holders, owners, book=book, continued=await load.continued_by(connection, *self._roster, rows)
        )
        unheld = (number for row in rows for number in others.unheld(row))
        if erased := await erased_among(connection, self._cipher, *self._roster, unheld):
            others.mark(rows, erased)
        # who may be changed: of those that a row names without a student number it is known only now
        changing = {row.known.id: row.known for row in rows if row.known and not row.is_unchanged}
        changing |= {each.id: each for row in rows if row.is_sought for each in others.sought(row)}
        newest = await load.newest_versions(connection, *self._roster, changing, lock=lock) if changing else {}
        if lock and any(self._is_overtaken(each, newest[each.id]) for each in changing.values()):
            raise Overtaken
        return replace(others, newest=newest)

    def _is_overtaken(self, known: KnownGraduate, newest: Row) -> bool:
        """True if a graduate was written after it was found, or after the instant of what is to be written."""
        is_later = self._recorded_at is not None and newest.recorded_at > self._recorded_at
        return is_later or bool(newest.version != known.version)

    async def _with_units(self, unit: UnitOfWork, resolve: Callable[[UnitBook], Resolved]) -> tuple[Resolved, int]:
        """What is made of the school's units once those that it has added or changed are stored; how many are new."""
        while True:
            book = await self._opened_book(unit.connection)
            foreseen = book.added
            resolved = await asyncio.to_thread(resolve, book)
            if self._task.dry_run:
                self._book = book
                return resolved, book.added - foreseen
            if await store_book(unit, self._task.school_code, book):
                return resolved, book.added

    async def _opened_book(self, connection: Connection) -> UnitBook:
        return self._book or await load.load_book(connection, self._task.school_code)
