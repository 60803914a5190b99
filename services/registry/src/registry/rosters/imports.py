"""Import of a roster, set by set: read, check, seal in a thread; look up, stage and merge in the database.

`reject` (and every dry run) is one transaction over all chunks, rolled back at the first faulty row or at the end of a
dry run; `skip` is one transaction a chunk. All chunks of a transaction hold the roster of that school's cohort.
Where rows leave their college to their major, the units of the whole file are stored before the first chunk.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar
from uuid import UUID

from common.codes import Cell
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import Cohort, SchoolCode
from common.spreadsheets import Row, Sheet
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import Header, find_header
from registry.graduates.storage.locks import lock_roster
from registry.rosters import storage
from registry.rosters.chunks import ChunkWorker
from registry.rosters.columns import FIELD_OF_HEADER
from registry.rosters.faults import RowFault
from registry.rosters.lines import Line
from registry.rosters.merging import Merged, merge
from registry.rosters.rows import UnitNamed
from registry.rosters.units import UnitBook

CHUNK_ROWS = 5_000
"""Measured: larger chunks hold locks longer and are no faster."""

Answer = TypeVar("Answer")


class HeaderMissingError(Exception):
    """No row of the file names the columns that a roster needs."""


@dataclass(frozen=True)
class Task:
    """What is to be imported, and how."""

    school_code: SchoolCode
    cohort: Cohort
    dry_run: bool = False
    skip_faulty: bool = False
    operation_id: UUID | None = None

    @property
    def in_one_transaction(self) -> bool:
        """True if nothing may be stored before every row was checked."""
        return self.dry_run or not self.skip_faulty


@dataclass
class Outcome:
    """What an import did so far; the four counts add up to the data rows seen."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    change_token: ChangeToken | None = None
    faults: list[RowFault] = field(default_factory=list)

    def add(self, merged: Merged, *, unchanged: int, rejected: int) -> None:
        """Counts one more chunk."""
        self.created += merged.created
        self.updated += merged.updated
        self.unchanged += merged.unchanged + unchanged
        self.rejected += rejected
        self.change_token = merged.change_token or self.change_token

    def to_json(self) -> dict[str, Any]:
        """The four counts and the token, as an operation's result."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "change_token": self.change_token and self.change_token.encode(),
        }

    def noted(self) -> dict[str, Any]:
        """The same with the faults, as it is noted of a chunk that is stored."""
        return self.to_json() | {"faults": [list(vars(fault).values()) for fault in self.faults]}

    @classmethod
    def recalled(cls, noted: Mapping[str, Any]) -> Self:
        """What was noted of a chunk."""
        token, faults = noted["change_token"], [RowFault(*fault) for fault in noted["faults"]]
        return cls(**{**noted, "change_token": token and ChangeToken.decode(token), "faults": faults})

    def as_refused(self) -> None:
        """Nothing of it was stored."""
        self.created = self.updated = self.unchanged = 0
        self.change_token = None


def roster_header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The header of a roster, which names a person and one of the person's numbers."""
    header = find_header(rows, FIELD_OF_HEADER)
    named = set(header.positions) if header else set()
    return header if "name" in named and {"student_number", "exam_number"} & named else None


def open_table(sheet: Sheet, chunk_rows: int = CHUNK_ROWS) -> tuple[Header, list[list[Row]]]:
    """The header of a sheet and its data rows in chunks, each with the row number of the spreadsheet program."""
    header = roster_header(sheet.rows)
    if header is None:
        raise HeaderMissingError
    below = zip(sheet.numbers[header.row + 1 :], sheet.rows[header.row + 1 :], strict=True)
    data = [(number, cells) for number, cells in below if header.fills(cells)]
    return header, [data[start : start + chunk_rows] for start in range(0, len(data), chunk_rows)]


class RosterImport:
    """One run of one import. The worker carries what later chunks must know of earlier ones."""

    def __init__(self, task: Task, header: Header, cipher: FieldCipher) -> None:
        self.task = task
        self.outcome = Outcome()
        self._header = header
        self._new_worker = partial(ChunkWorker, header, task.school_code, task.cohort, cipher)
        self._worker = self._new_worker()

    @property
    def refused(self) -> bool:
        """True once nothing of the file will be stored because of a faulty row."""
        return bool(self.outcome.faults) and not self.task.skip_faulty

    def needs_units_first(self, chunks: Iterable[Sequence[Row]]) -> bool:
        """True if some rows name their college and others leave it to their major, whose colleges the file tells."""
        header, colleges = self._header, ("college", "college_name")
        if not header.positions.keys() & {"major", "major_name"}:
            return False
        rows = (cells for chunk in chunks for _, cells in chunk)
        named = {any(not is_blank(header.cell(cells, each)) for each in colleges) for cells in rows}
        return len(named) > 1

    async def store_units(self, unit: UnitOfWork, chunks: Iterable[Sequence[Row]]) -> None:
        """Stores the units that the good rows of all chunks name, so that no college depends on the order of rows."""
        worker = self._new_worker()
        named: dict[frozenset[tuple[str, UnitNamed | None]], None] = {}
        for chunk in chunks:
            lines = await self._checked(unit, worker, chunk)
            named |= {frozenset(line.row.units.items()): None for line in lines if line.is_good}
        await self._with_units(unit, lambda book: [book.codes_of(dict(units)) for units in named])

    async def run_chunk(self, unit: UnitOfWork, chunk: Sequence[Row]) -> Outcome:
        """Checks and stores one chunk in the caller's transaction; never commits. Answers the chunk's own outcome.

        Once a row was faulty and the task is all or nothing, later chunks are only checked.
        """
        lines = await self._checked(unit, self._worker, chunk)
        faults = self._worker.faults(lines)
        self.outcome.faults.extend(faults)
        faulty = len({fault.row for fault in faults})
        merged = Merged() if self.refused else await self._store(unit, lines)
        skipped = sum(1 for line in lines if line.is_unchanged and line.is_good)
        own = Outcome(faults=faults)
        for outcome in (own, self.outcome):
            outcome.add(merged, unchanged=skipped, rejected=faulty)
        return own

    async def recall_chunk(self, unit: UnitOfWork, chunk: Sequence[Row], own: Outcome) -> None:
        """Counts a chunk that an earlier run of the operation has stored; its keys are taken, its faults are known."""
        await self._checked(unit, self._worker, chunk)
        self.outcome.faults.extend(own.faults)
        merged = Merged(own.created, own.updated, own.unchanged, own.change_token)
        self.outcome.add(merged, unchanged=0, rejected=own.rejected)

    async def _checked(self, unit: UnitOfWork, worker: ChunkWorker, chunk: Sequence[Row]) -> list[Line]:
        """The lines with everything that is wrong with them, by themselves, in the file and against the roster."""
        connection, roster = unit.connection, (self.task.school_code, self.task.cohort)
        lines = await _in_thread(partial(worker.lines, chunk))
        await lock_roster(connection, *roster)
        numbers = [line.student_number for line in lines if line.student_number]
        known = await storage.by_student_number(connection, *roster, numbers)
        any_open = any(each.college_code is None for each in known.values())
        book = await storage.load_book(connection, self.task.school_code) if any_open else None
        await _in_thread(partial(worker.read, lines, known, book))
        exam_numbers = [line.exam_number for line in lines if line.needs_exam_number and line.exam_number]
        if exam_numbers:
            worker.match_exam_numbers(lines, await storage.by_exam_number(connection, *roster, exam_numbers))
        await _in_thread(partial(worker.compare, lines))
        indexes = [line.citizen_index for line in lines if line.citizen_index]
        if indexes:
            worker.match_citizens(lines, await storage.owners_of_citizen_ids(connection, *roster, indexes))
        return lines

    async def _store(self, unit: UnitOfWork, lines: Sequence[Line]) -> Merged:
        task = self.task
        if all(line.is_unchanged or not line.is_good for line in lines):
            return Merged()
        records = await self._with_units(unit, partial(self._worker.records, lines))
        return await merge(
            unit, records, school_code=task.school_code, cohort=task.cohort, operation_id=task.operation_id
        )

    async def _with_units(self, unit: UnitOfWork, resolve: Callable[[UnitBook], Answer]) -> Answer:
        """What is made of the school's units, once those that it has added or changed are stored."""
        while True:
            book = await storage.load_book(unit.connection, self.task.school_code)
            resolved = await _in_thread(partial(resolve, book))
            if await storage.store_book(unit, self.task.school_code, book):
                return resolved


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    """Runs CPU work beside the event loop, so that probes and other requests are answered meanwhile."""
    return await asyncio.to_thread(work)
