"""Import of registrations as long work: registry is asked whose rows these are, then they are decided and written.

Graduates' streams are locked before anything is decided; a dry run decides in the same way over what it reads, without
a lock. While registry is down, the operation is tried again later.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from itertools import starmap

from common.codes import Cell
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, Importer, ImportKind, SeenKeys, Task, Written, empty_result
from common.operations import OperationContext
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Person
from destinations.registrations.imports.columns import COLUMNS
from destinations.registrations.imports.load import ResolvedRows, lock_and_keep, read_stored
from destinations.registrations.imports.plan import Plan, StoredRegistration, plan_rows
from destinations.registrations.imports.rows import RegistrationRow, RowReader
from destinations.registrations.imports.write import Writing, write
from destinations.registry_client import Registry

KIND = "registration_import"
EMPTY_RESULT = empty_result("incomplete_fields", "frozen")
"""`incomplete_fields` counts stored rows that lack something, `frozen` unchanged ones of graduates who left."""

_RULES = {"not_found": "unknown_graduate", "ambiguous": "ambiguous", "name_mismatch": "name_mismatch"}

StoredRegistrations = Mapping[GraduateId, StoredRegistration]


def registration_import(registry: Registry) -> ImportKind:
    """The kind of import that `run_import` handles."""
    return ImportKind(KIND, COLUMNS, partial(RegistrationImport, registry), EMPTY_RESULT)


class RegistrationImport(Importer[RegistrationRow, StoredRegistrations, Plan]):
    """One run over one file."""

    fetches = True
    dry_run_only_reads = True

    def __init__(self, registry: Registry, context: OperationContext, header: Header) -> None:
        self._registry = registry
        self._task = task = Task.of(context.parameters)
        day = context.parameters["effective_on"]
        self._person = Person(Party.SCHOOL_OFFICER, context.actor.subject)
        self._reader = RowReader(header, task.school_code, task.cohort)
        effective_on = date.fromisoformat(day) if day else None
        self._writing = Writing(task.school_code, effective_on, str(context.id), self._reader.lists)
        self._resolved = ResolvedRows()
        self._seen = SeenKeys()

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry whose rows these are."""
        if not self._task.in_one_transaction:
            self._resolved.forget()
        persons = await asyncio.to_thread(list, starmap(self._reader.read_person, rows))
        await self._resolved.ask(self._registry, self._task.school_code, self._task.cohort, persons)

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps other imports of the cohort out, and every writer of the graduates' registrations."""
        if not self._task.dry_run:
            await lock_and_keep(unit.connection, self._task.school_code, self._task.cohort, self._resolved.in_order())

    def read(self, number: int, cells: Sequence[Cell]) -> RegistrationRow:
        """What the row says."""
        return self._reader.read(number, cells)

    async def load(self, connection: Connection, rows: Sequence[RegistrationRow]) -> StoredRegistrations:
        """What is stored about the rows' graduates."""
        return await read_stored(connection, self._resolved.entries(row.number for row in rows))

    def plan(self, rows: Sequence[RegistrationRow], loaded: StoredRegistrations) -> Plan:
        """What the rows change."""
        stored: dict[int, StoredRegistration] = {}
        for row in rows:
            graduate = self._resolved.graduate(row.number)
            row.faults += self._faults_of_person(row, graduate)
            if graduate is not None:
                stored[row.number] = loaded[graduate]
        return plan_rows(rows, stored, self._writing.effective_on, self._person)

    async def write(self, unit: UnitOfWork, plan: Plan) -> Written:
        """Stores what changes."""
        token = None if self._task.dry_run else await write(unit, plan.planned, self._writing)
        return Written(plan.counts, token)

    def _faults_of_person(self, row: RegistrationRow, graduate: GraduateId | None) -> list[Fault]:
        """What is wrong with whom a row means; two numbers of one graduate are a repetition, too."""
        faults: list[Fault] = []
        is_repeated = row.key is not None and self._seen.take("number", row.key)
        if (problem := self._resolved.problem(row.number)) is not None:
            rule = _RULES.get(problem, "unknown_graduate")
            columns = {"unknown_graduate": self._reader.number_column, "name_mismatch": "name"}
            faults.append(Fault(columns.get(rule, row.key_column), rule))
        if graduate is not None and self._seen.take("graduate", graduate.bytes):
            is_repeated = True
        return [Fault(row.key_column, REPEATED), *faults] if is_repeated else faults
