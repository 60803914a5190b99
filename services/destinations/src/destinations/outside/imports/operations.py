"""Import of outside data as long work: registry is asked whom the rows mean, then facts are compared and added.

Graduates' streams are locked before anything is compared; a dry run compares what it reads, without a lock. While
registry is down, the operation is tried again later.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import starmap
from typing import Any
from uuid import UUID

from common.clock import today
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.imports import (
    CellReader,
    Importer,
    ImportKind,
    SchoolTask,
    SeenKeys,
    Table,
    Task,
    Written,
    empty_result,
    run_import,
)
from common.operations import Handler, OperationContext, Outcome
from common.service_process import Runtime
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from destinations.employers import storage as employers
from destinations.employers.domain import Employer
from destinations.outside import storage
from destinations.outside.commands import record
from destinations.outside.domain.authorisations import AuthorisationId, Source
from destinations.outside.domain.facts import KINDS
from destinations.outside.imports.columns import COLUMNS
from destinations.outside.imports.load import Persons
from destinations.outside.imports.plan import (
    FactRow,
    Loaded,
    Plan,
    RegisterPlan,
    RegisterRow,
    plan_nobody,
    plan_registered,
    plan_row,
)
from destinations.outside.imports.rows import ADAPTERS, content_of, must_say
from destinations.registrations import storage as registrations
from destinations.registrations.imports.load import keep_and_lock
from destinations.registry_client import Registry
from destinations.roster import storage as roster

KIND = "outside_data_import"
EMPTY_RESULT = empty_result("not_found", "name_mismatch", "unreadable", "frozen")
"""With `not_found` the five counts add up to the rows. Parts of it: `name_mismatch`, the number is a graduate's and the
name another one, and `unreadable`. `frozen` are unchanged rows of graduates who left."""


def handler(it: Runtime) -> Handler:
    """What the worker does with such an operation."""
    return outside_import(it.clients["registry"], it.cipher)


def outside_import(registry: Registry, cipher: FieldCipher) -> Handler:
    """The handler of the operation: files of each source have columns of their own."""
    begin: Mapping[Source, Callable[[OperationContext, Header], Importer[Any, Any, Any]]] = {
        **{source: partial(OutsideImport, registry, cipher, source) for source in KINDS},
        Source.BUSINESS_REGISTER: RegisterImport,
    }
    kinds = {source: ImportKind(KIND, COLUMNS[source], each, EMPTY_RESULT) for source, each in begin.items()}

    async def run(context: OperationContext) -> Outcome:
        return await run_import(kinds[Source(context.parameters["source"])], context)

    return run


class OutsideImport(Importer[FactRow, Loaded, Plan]):
    """One run over one file of a source that speaks of persons."""

    fetches = True
    dry_run_only_reads = True

    def __init__(
        self, registry: Registry, cipher: FieldCipher, source: Source, context: OperationContext, header: Header
    ) -> None:
        self._cipher = cipher
        self._source = source
        self._task = task = Task.of(context.parameters)
        self._authorisation = AuthorisationId(UUID(context.parameters["authorisation_id"]))
        self._persons = Persons(registry, task.school_code, task.cohort, header)
        self._cells = CellReader[object](header, ADAPTERS[source].readings(task.cohort))
        self._seen = SeenKeys()

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry whom these rows mean."""
        if not self._task.in_one_transaction:
            self._persons.forget()
        await self._persons.ask(rows)

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps out every writer about the graduates."""
        if not self._task.dry_run:
            await keep_and_lock(unit.connection, self._task.school_code, self._persons.in_order())

    def read(self, rows: Sequence[NumberedRow]) -> list[FactRow]:
        """What the rows say."""
        found = [*starmap(FactRow, rows)]
        said = self._cells.read_all([row.cells for row in found], [row.faults for row in found])
        for row, values in zip(found, said, strict=True):
            row.content = content_of(self._source, values, row.faults)
        return found

    async def load(self, connection: Connection, rows: Sequence[FactRow]) -> Loaded:
        """What is stored about the rows' graduates."""
        graduates = await roster.graduates(connection, self._persons.entries(row.number for row in rows))
        ids = [*graduates]
        current = await registrations.current(connection, ids) if ids else {}
        effective = {each: found.effective.content for each, found in current.items() if found.effective}
        facts = await storage.newest(connection, self._cipher, ids, self._source) if ids else {}
        return Loaded(graduates, facts, effective)

    def plan(self, rows: Sequence[FactRow], loaded: Loaded) -> Plan:
        """What the rows change."""
        plan = Plan(effective=loaded.effective)
        for row in rows:
            graduate_id = self._persons.found(row.number)
            if graduate_id is None:
                plan_nobody(plan, row, self._persons.problem(row.number))
            else:
                facts = loaded.facts.get(graduate_id, ())
                plan_row(plan, row, loaded.graduates[graduate_id], facts, self._seen)
        return plan

    async def write(self, unit: UnitOfWork, plan: Plan) -> Written:
        """Adds what is new."""
        if self._task.dry_run:
            return Written(plan.counts)
        token = await record(unit, self._cipher, plan.unsaved, plan.effective, self._authorisation)
        return Written(plan.counts, token)


class RegisterImport(Importer[RegisterRow, Mapping[str, Employer], RegisterPlan]):
    """One run over one file of the business register: it corrects employers that registrations name, by their USCC."""

    dry_run_only_reads = True

    def __init__(self, context: OperationContext, header: Header) -> None:
        self._task = SchoolTask.of(context.parameters)
        self._cells = CellReader[Any](header, ADAPTERS[Source.BUSINESS_REGISTER].readings(today().year))
        self._seen = SeenKeys()

    async def lock_whole(self, unit: UnitOfWork, table: Table) -> None:
        """Locks the employers of all chunks, in the order of their ids."""
        if not self._task.dry_run:
            usccs = await asyncio.to_thread(self._usccs, table)
            await employers.of_usccs(unit.connection, usccs, lock=True)

    def read(self, rows: Sequence[NumberedRow]) -> list[RegisterRow]:
        """What the rows say."""
        found = [*starmap(RegisterRow, rows)]
        said = self._cells.read_all([row.cells for row in found], [row.faults for row in found])
        for row, values in zip(found, said, strict=True):
            row.said = {name: value for name, value in values.items() if value is not None}
            must_say(Source.BUSINESS_REGISTER, row.said, row.faults)
        return found

    async def load(self, connection: Connection, rows: Sequence[RegisterRow]) -> Mapping[str, Employer]:
        """The employers that the rows mean, locked but for a dry run."""
        usccs = {row.said["uscc"] for row in rows if "uscc" in row.said}
        return await employers.of_usccs(connection, usccs, lock=not self._task.dry_run)

    def plan(self, rows: Sequence[RegisterRow], loaded: Mapping[str, Employer]) -> RegisterPlan:
        """What the rows change."""
        return plan_registered(rows, loaded, self._seen)

    async def write(self, unit: UnitOfWork, plan: RegisterPlan) -> Written:
        """Stores what the register says of employers: from then on no officer changes it."""
        if not self._task.dry_run:
            for employer in plan.updated:
                await employers.change(unit.connection, employer)
        return Written(plan.counts)

    def _usccs(self, table: Table) -> set[str]:
        said = (self._cells.read(cells, []).get("uscc") for _, cells in table.rows())
        return {uscc for uscc in said if uscc}
