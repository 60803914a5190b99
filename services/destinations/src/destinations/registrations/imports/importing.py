"""Import of registrations as long work: read, resolve, then decide and write under the graduates' locks.

`reject` is one transaction over the whole file; `skip` is one transaction for each 5,000 rows, and a resumed operation
leaves out those that are committed. A dry run decides in the same way over what it reads, without a lock.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from common.errors import Invalid
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.operations import OperationContext, Outcome, RowProblem
from common.operations.outcome import added_up, broken
from common.spreadsheets import read
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Person
from destinations.registrations.imports import storage
from destinations.registrations.imports.files import Table, open_table, table_header
from destinations.registrations.imports.planning import Known, Plan, mark_repeated, plan_rows
from destinations.registrations.imports.resolving import Entries, resolve
from destinations.registrations.imports.rows import Fault, Row
from destinations.registrations.imports.storage import Writing
from destinations.registry_client import Registry, RegistryRefused
from destinations.roster.domain import RosterEntry

KIND = "registration_import"
CHUNK_ROWS = 5_000


@dataclass(frozen=True)
class Task:
    """What is to be imported, and how."""

    school_code: SchoolCode
    cohort: Cohort
    kind: str
    dry_run: bool
    skip_faulty: bool
    effective_on: date | None
    person: Person

    @classmethod
    def of(cls, context: OperationContext) -> "Task":
        """The task as the route stored it."""
        given = context.parameters
        day = given["effective_on"]
        return cls(
            given["school_code"],
            given["cohort"],
            given["kind"],
            given["dry_run"],
            given["on_error"] == "skip",
            date.fromisoformat(day) if day else None,
            Person(Party.SCHOOL_OFFICER, context.actor.subject),
        )

    @property
    def in_one_transaction(self) -> bool:
        """True if nothing may be stored before every row was checked."""
        return self.dry_run or not self.skip_faulty


@dataclass
class Counts:
    """What became of the rows; the first four add up to the data rows.

    `incomplete_fields` are stored ones that lack something, `frozen` unchanged ones of graduates who left the roster.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    incomplete_fields: int = 0
    frozen: int = 0
    change_token: str | None = None
    faults: dict[int, list[list[str]]] = field(default_factory=dict)

    def add(self, other: "Counts") -> None:
        """Counts another part of the file."""
        for name in ("created", "updated", "unchanged", "rejected", "incomplete_fields", "frozen"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.change_token = other.change_token or self.change_token
        self.faults |= other.faults

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Counts":
        """What an earlier attempt noted of a part."""
        return cls(**{**stored, "faults": {int(row): faults for row, faults in stored["faults"].items()}})


def _result(counts: Counts) -> dict[str, Any]:
    return {name: value for name, value in vars(counts).items() if name != "faults"}


EMPTY_RESULT = _result(Counts())


@dataclass
class FileImport:
    """One run over one file."""

    context: OperationContext
    task: Task
    table: Table
    rows: Sequence[Row]
    entries: Entries

    async def run(self) -> "Counts":
        """Does all parts that are not done; the counts are those of the whole file."""
        earlier, counts, done = await self.context.done_chunks(), Counts(), len(self.rows)
        for number, part in enumerate(self._parts()):
            stored = earlier.get(number)
            counts.add(Counts.of(stored) if stored else await self._run_part(number, part))
            done += len(part)
            await self.context.progress(done, 2 * len(self.rows))
        return counts

    def _parts(self) -> list[Sequence[Row]]:
        if self.task.in_one_transaction:
            return [self.rows]
        return [self.rows[start : start + CHUNK_ROWS] for start in range(0, len(self.rows), CHUNK_ROWS)]

    async def _run_part(self, number: int, rows: Sequence[Row]) -> "Counts":
        """Decides all rows, then writes the good ones, or none."""
        if self.task.dry_run:
            return _counts(await self._imagined(rows), skip_faulty=self.task.skip_faulty)
        task, context = self.task, self.context
        async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
            await storage.one_at_a_time(unit.connection, task.school_code, task.cohort)
            known = await storage.lock_known(unit.connection, task.school_code, self._told(rows))
            plan = await self._decided(rows, known)
            counts = _counts(plan, skip_faulty=task.skip_faulty)
            if counts.rejected and not task.skip_faulty:
                return counts
            writing = Writing(task.school_code, task.effective_on, str(context.id))
            token = await storage.write(unit, plan.planned, writing)
            counts.change_token = token.encode() if token else None
            await context.chunk_done(unit, number, vars(counts))
            await unit.commit()
        return counts

    async def _imagined(self, rows: Sequence[Row]) -> Plan:
        async with self.context.database.reading(snapshot=True) as connection:
            known = await storage.read_known(connection, self._told(rows))
        return await self._decided(rows, known)

    async def _decided(self, rows: Sequence[Row], known: Mapping[GraduateId, Known]) -> Plan:
        entries, task = self.entries, self.task
        by_row = {row.number: known[entries[row.number].graduate.id] for row in rows if row.number in entries}
        return await asyncio.to_thread(plan_rows, rows, by_row, task.effective_on, task.person)

    def _told(self, rows: Sequence[Row]) -> list[RosterEntry]:
        return [self.entries[row.number] for row in rows if row.number in self.entries]


async def import_registrations(context: OperationContext, registry: Registry) -> Outcome:
    """The handler of the operation."""
    task = Task.of(context)
    try:
        table = open_table(await read(await context.upload(), f"upload.{task.kind}", table_header))
    except Invalid as refusal:
        return _unusable(refusal)
    rows = await asyncio.to_thread(table.rows, task.school_code, task.cohort)
    mark_repeated(rows, lambda row: row.key)
    try:
        entries = await resolve(registry, rows, task.school_code, task.cohort, context.progress)
    except RegistryRefused as refusal:
        return broken(refusal.code, added_up(EMPTY_RESULT, (await context.done_chunks()).values()))
    graduates = {number: entry.graduate.id for number, entry in entries.items()}
    mark_repeated(rows, lambda row: graduates.get(row.number))
    counts = await FileImport(context, task, table, rows, entries).run()
    return await _outcome(task, table, rows, counts)


def _unusable(refusal: Invalid) -> Outcome:
    problems = [RowProblem(None, None, each.rule, None, each.message) for each in refusal.problems]
    return Outcome(EMPTY_RESULT, problems, failed=True)


async def _outcome(task: Task, table: Table, rows: Sequence[Row], counts: Counts) -> Outcome:
    faulty = [Row(row.number, faults=_faults(counts, row)) for row in rows if row.number in counts.faults]
    problems = [problem for row in faulty for problem in table.problems(row)]
    return Outcome(
        _result(counts),
        problems,
        failed=bool(faulty) and not task.skip_faulty,
        report=await table.report(faulty) if faulty else None,
    )


def _faults(counts: Counts, row: Row) -> list[Fault]:
    return [Fault(column, rule) for column, rule in counts.faults[row.number]]


def _counts(plan: Plan, *, skip_faulty: bool) -> "Counts":
    faults = {row.number: [[fault.column, fault.rule] for fault in row.faults] for row in plan.faulty}
    if faults and not skip_faulty:
        return Counts(rejected=len(faults), faults=faults)
    return Counts(
        created=plan.created,
        updated=len(plan.planned) - plan.created,
        unchanged=plan.unchanged,
        frozen=plan.frozen,
        rejected=len(faults),
        incomplete_fields=plan.incomplete,
        faults=faults,
    )
