"""Import of registrations as long work: registry is asked whose rows these are, then they are decided and written.

Graduates' streams are locked before anything is decided; a dry run decides in the same way over what it reads, without
a lock. While registry is down, the operation is tried again later.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import starmap

from common import clock
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, Importer, ImportKind, SeenKeys, Task, Written, empty_result
from common.operations import OperationContext
from common.reference_tables.minimum_wages import MinimumWages
from common.reference_tables.storage import minimum_wages
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from destinations.registrations import storage
from destinations.registrations.domain.signals import Priced
from destinations.registrations.domain.warnings import pay_warning_of
from destinations.registrations.imports.columns import COLUMNS
from destinations.registrations.imports.load import ResolvedRows, keep_and_lock, read_stored
from destinations.registrations.imports.plan import Asked, Plan, StoredRegistration, doubt, plan_rows, warn_of_units
from destinations.registrations.imports.rows import NumberWatch, RegistrationRow, RowReader
from destinations.registrations.imports.write import Writing, write
from destinations.registry_client import Registry

KIND = "registration_import"
EMPTY_RESULT = empty_result("incomplete_fields", "frozen")
"""`incomplete_fields` counts stored rows that lack something, `frozen` unchanged ones of graduates who left."""

ASKED_AT_ONCE, QUESTIONS = 1_250, 2
"""Rows of one question to registry, and how many it has to answer at a time: one is read while its database works."""

_RULES = {"not_found": "unknown_graduate", "ambiguous": "ambiguous", "name_mismatch": "name_mismatch"}

StoredRegistrations = Mapping[GraduateId, StoredRegistration]


def registration_import(registry: Registry, cipher: FieldCipher) -> ImportKind:
    """The kind of import that `run_import` handles."""
    begin = partial(RegistrationImport, registry, cipher)
    return ImportKind(KIND, COLUMNS, begin, EMPTY_RESULT, watching=_watching)


def _watching(context: OperationContext, header: Header) -> NumberWatch | None:
    """Where parts may be free; else numbers are compared while registry is asked."""
    return None if Task.of(context.parameters).in_one_transaction else NumberWatch(header)


class RegistrationImport(Importer[RegistrationRow, StoredRegistrations, Plan]):
    """One run over one file."""

    fetches = True
    dry_run_only_reads = True

    def __init__(self, registry: Registry, cipher: FieldCipher, context: OperationContext, header: Header) -> None:
        self._database = context.database
        self._cipher = cipher
        self._task = task = Task.of(context.parameters)
        self._asked = asked = Asked.of(context.parameters, context.actor.subject)
        self._reader = RowReader(header, task.school_code, task.cohort, cipher)
        in_season, knows_pay = asked.closes_on is not None, self._reader.reads_sealed
        said = (task.school_code, asked.effective_on, self._reader.lists, asked.asked_on)
        self._writing = Writing(*said, in_season=in_season, knows_pay=knows_pay)
        nameless = "name" not in header.positions
        self._resolved = ResolvedRows(registry, task.school_code, task.cohort, nameless=nameless)
        self._seen = SeenKeys()
        self._repeated: set[int] = set()
        self._begun: set[GraduateId] = set()
        self._wages = MinimumWages(())
        self._has_seeking: bool | None = None

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry whose rows these are, but for those whose line is known to change nothing."""
        if not self._task.in_one_transaction:
            self._resolved.forget()
        batches = (rows[start : start + ASKED_AT_ONCE] for start in range(0, len(rows), ASKED_AT_ONCE))
        turn = asyncio.Lock()

        async def ask() -> None:
            while True:
                async with turn:
                    # in the order of the file: of two rows with one number, the later is at fault
                    batch = await asyncio.to_thread(self._named, next(batches, ()))
                if not batch:
                    return
                await self._ask(batch)

        # all have ended before the work does, or goes on
        for failure in await asyncio.gather(*(ask() for _ in range(QUESTIONS)), return_exceptions=True):
            if failure is not None:
                raise failure

    @property
    def has_free_parts(self) -> bool:
        """True if each row has a student number, so that no two of them name one graduate by different numbers."""
        return not self._task.in_one_transaction and self.watched is not None and self.watched.names_each

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps other imports of the cohort out, and every writer of the graduates' registrations."""
        task, writes = self._task, not self._task.dry_run
        if writes:
            cohort = task.school_code, task.cohort
            await storage.lock_imports(unit.connection, *cohort, shared=self.has_free_parts)
        await self._resolved.doubt(unit.connection)
        if writes:
            self._begun = await keep_and_lock(unit.connection, task.school_code, self._resolved.in_order())

    def read(self, rows: Sequence[NumberedRow]) -> list[RegistrationRow]:
        """The rows as they stand; what one says is read when it is known to say something new."""
        return [*starmap(RegistrationRow, rows)]

    async def load(self, connection: Connection, rows: Sequence[RegistrationRow]) -> StoredRegistrations:
        """What is stored about the rows' graduates."""
        if self._reader.reads_sealed:
            self._wages = await minimum_wages(connection)
        entries, asked = self._resolved.entries(row.number for row in rows), self._asked
        if self._has_seeking is None:
            self._has_seeking = await storage.has_seeking(connection, self._task.school_code, self._task.cohort)
        return await read_stored(
            connection,
            entries,
            self._begun,
            in_season=asked.closes_on is not None,
            asked_at=asked.asked_at,
            looks_for_seeking=self._has_seeking,
        )

    def plan(self, rows: Sequence[RegistrationRow], loaded: StoredRegistrations) -> Plan:
        """What the rows change."""
        stored: dict[int, StoredRegistration] = {}
        new: list[RegistrationRow] = []
        for row in rows:
            unchanged, (graduate, row.line) = self._resolved.unchanged(row.number), self._resolved.compared(row.number)
            if (known := unchanged or graduate) and self._seen.take("graduate", known.bytes, row.number):
                self._repeated.add(row.number)
            if graduate is not None:
                stored[row.number] = loaded[graduate]
            if self._resolved.problem(row.number) == "erased":
                # whatever else it says, and however often: a file of the whole cohort need not leave the row out
                row.warnings.append(Fault(self._reader.number_column, "erased_person"))
            elif unchanged is None or row.number in self._repeated:
                new.append(row)
        self._reader.read(new)
        for row in new:
            if row.line is None or row.number in self._repeated:
                row.faults += self._faults_of_person(row)
            if self._reader.reads_sealed and row.number in stored:
                self._seal(row, stored[row.number])
        plan = plan_rows(rows, stored, self._asked)
        warn_of_units(plan, self._resolved.units)
        doubt(plan, self._asked, self._resolved.units, self._warn_of_pay(plan) if self._reader.reads_sealed else {})
        return plan

    def _seal(self, row: RegistrationRow, known: StoredRegistration) -> None:
        """Encrypts what the row says of contact and pay, once it is known of whom."""
        before = known.registration.effective_or_newest if known.registration else None
        row.given = storage.sealed(self._cipher, known.graduate.id, row.given, before)

    def _warn_of_pay(self, plan: Plan) -> Mapping[GraduateId, Priced]:
        """Warns of pay; gives what pays are compared with, as far as a row warns of one."""
        priced: dict[GraduateId, Priced] = {}
        # what an earlier release has taken does not say it
        asked_on = self._asked.asked_on or clock.today()
        for planned in plan.planned:
            graduate, content = planned.known.graduate, planned.change.content
            said = storage.opened(self._cipher, graduate.id, vars(content))
            if rule := pay_warning_of(content, graduate.cohort, said, asked_on, self._wages):
                planned.row.warnings.append(Fault("pay_amount", rule))
                priced[graduate.id] = Priced(said, asked_on, self._wages)
        return priced

    async def write(self, unit: UnitOfWork, plan: Plan) -> Written:
        """Stores what changes."""
        token = None if self._task.dry_run else await write(unit, plan, self._writing)
        return Written(plan.counts, token)

    def _named(self, rows: Sequence[NumberedRow]) -> list[RegistrationRow]:
        """The rows as far as they name a graduate; notes those that repeat the number of an earlier one."""
        named = list(starmap(self._reader.named, rows))
        if self.has_free_parts:
            self._repeated |= self.watched.repeated
        else:
            repeated = (row for row in named if row.key and self._seen.take("number", row.key, row.number))
            self._repeated |= {row.number for row in repeated}
        return named

    async def _ask(self, rows: Sequence[RegistrationRow]) -> None:
        async with self._database.reading() as connection:
            await self._resolved.recognise(connection, rows)
        await self._resolved.ask(rows)

    def _faults_of_person(self, row: RegistrationRow) -> list[Fault]:
        """What is wrong with whom a row means; two numbers of one graduate are a repetition, too."""
        faults: list[Fault] = []
        if (problem := self._resolved.problem(row.number)) is not None:
            rule = _RULES.get(problem, "unknown_graduate")
            columns = {"unknown_graduate": self._reader.number_column, "name_mismatch": "name"}
            faults.append(Fault(columns.get(rule, row.key_column), rule))
        return [Fault(row.key_column, REPEATED), *faults] if row.number in self._repeated else faults
