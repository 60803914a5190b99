"""Import of the ledger as long work: registry is asked whose rows these are, then they are entered or renewed."""

from collections.abc import Sequence
from functools import partial
from itertools import starmap

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.imports import Importer, ImportKind, SeenKeys, Task, Written, empty_result
from common.operations import OperationContext
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from destinations.checks.domain.ledger import round_of
from destinations.checks.imports.columns import COLUMNS
from destinations.checks.imports.plan import Plan, Standing, plan_rows
from destinations.checks.imports.rows import LedgerRow, RowReader
from destinations.checks.storage import contents, entries
from destinations.checks.storage.entries import NewEntry
from destinations.registrations.imports.load import keep_and_lock
from destinations.registrations.storage import lock_imports
from destinations.registry_client import Registry, RowKey
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry
from destinations.seasons import storage as seasons

KIND = "ledger_import"
EMPTY_RESULT = empty_result()

ASKED_AT_ONCE = 1_250
"""Rows of one question to registry."""


def ledger_import(registry: Registry, cipher: FieldCipher) -> ImportKind:
    """The kind of import that `run_import` handles."""
    return ImportKind(KIND, COLUMNS, partial(LedgerImport, registry, cipher), EMPTY_RESULT)


class LedgerImport(Importer[LedgerRow, Standing, Plan]):
    """One run over one file."""

    fetches = True
    dry_run_only_reads = True

    def __init__(self, registry: Registry, cipher: FieldCipher, context: OperationContext, header: Header) -> None:
        self._registry, self._cipher = registry, cipher
        self._task = task = Task.of(context.parameters)
        self._round = int(context.parameters["round"])
        self._college: str | None = context.parameters["college_code"]
        self._subject = context.actor.subject
        self._reader = RowReader(header, task.school_code, task.cohort)
        self._taken = SeenKeys()
        self._named: dict[int, GraduateId | str] = {}
        self._entries: dict[GraduateId, RosterEntry] = {}

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry whose rows these are."""
        if not self._task.in_one_transaction:
            self._named.clear()
            self._entries.clear()
        asked = [row for row in starmap(self._reader.named, rows) if row.is_asked]
        for start in range(0, len(asked), ASKED_AT_ONCE):
            await self._ask(asked[start : start + ASKED_AT_ONCE])

    async def _ask(self, rows: Sequence[LedgerRow]) -> None:
        keys = [
            RowKey(row=each.number, student_number=each.student_number, exam_number=each.exam_number, name=each.name)
            for each in rows
        ]
        answers = await self._registry.resolve(self._task.school_code, self._task.cohort, keys)
        for row in rows:
            answer = answers.get(row.number, "not_found")
            self._named[row.number] = answer if isinstance(answer, str) else answer.graduate.id
            if isinstance(answer, RosterEntry):
                self._entries[answer.graduate.id] = answer

    async def lock(self, unit: UnitOfWork) -> None:
        """Keeps other imports of the cohort out, and every writer about the graduates."""
        if self._task.dry_run:
            return
        await lock_imports(unit.connection, self._task.school_code, self._task.cohort)
        in_order = sorted(self._entries.values(), key=lambda each: each.graduate.id.int)
        await keep_and_lock(unit.connection, self._task.school_code, [in_order] if in_order else ())

    def read(self, rows: Sequence[NumberedRow]) -> list[LedgerRow]:
        """What the rows say, each by itself."""
        return [*starmap(self._reader.read, rows)]

    async def load(self, connection: Connection, rows: Sequence[LedgerRow]) -> Standing:
        """What is stored about the rows' graduates."""
        known = [self._named.get(row.number) for row in rows]
        ids = list(dict.fromkeys(each for each in known if each is not None and not isinstance(each, str)))
        season = await seasons.of(connection, self._task.school_code, self._task.cohort)
        round_ = round_of(season, self._round)
        return Standing(
            graduates=await roster.graduates(connection, [self._entries[each] for each in ids]) if ids else {},
            entries=await entries.of_round(connection, self._cipher, self._task.cohort, self._round, ids),
            seen=await contents.effective(connection, ids),
            written=frozenset(await contents.written_in(connection, round_, ids)),
        )

    def plan(self, rows: Sequence[LedgerRow], loaded: Standing) -> Plan:
        """What the rows enter and renew."""
        return plan_rows(rows, self._named, loaded, self._college, self._taken)

    async def write(self, unit: UnitOfWork, plan: Plan) -> Written:
        """Stores what changes, with an audit entry for each."""
        if not self._task.dry_run:
            await self._store(unit, plan)
        return Written(plan.counts)

    async def _store(self, unit: UnitOfWork, plan: Plan) -> None:
        ids = await entries.new_ids(unit.connection, len(plan.entered))
        new = [
            NewEntry(
                id=entry_id,
                school_code=self._task.school_code,
                cohort=self._task.cohort,
                graduate_id=graduate_id,
                round=self._round,
                finding=finding,
                seen=seen,
                subject=self._subject,
            )
            for entry_id, (graduate_id, finding, seen) in zip(ids, plan.entered, strict=True)
        ]
        await entries.add(unit.connection, self._cipher, new)
        renewed = [(before.id, finding, seen) for before, finding, seen in plan.renewed]
        await entries.renew(unit.connection, self._cipher, renewed, self._subject)
        for act, stored in (("enter", ids), ("renew", [each for each, _, _ in renewed])):
            named = [str(each) for each in stored]
            await unit.audit_all(f"ledger.{act}", "ledger_entry", named, school_code=self._task.school_code)
