"""Population changes from a file as long work: each chunk is one request, made in the transaction of the chunk."""

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import starmap

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.imports import Importer, ImportKind, Table, Written, empty_result, read_rows
from common.imports.importer import CHUNK_ROWS
from common.operations import OperationContext
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection
from registry.graduates.domain.resolving import PeopleNamed
from registry.graduates.storage.locks import lock_graduates
from registry.graduates.storage.numbers import people_named
from registry.population_changes import commands, storage
from registry.population_changes.imports.columns import COLUMNS
from registry.population_changes.imports.plan import ChangeTask, Found, MemberPlan, MemberPlanner
from registry.population_changes.imports.rows import MemberRow, RowReader

KIND = "population_change_import"
REQUESTS = "requests"
EMPTY_RESULT = {**empty_result(), REQUESTS: []}

ROWS_OF_A_REQUEST = 1_000
"""As many graduates as one request may name."""


def change_import(cipher: FieldCipher, chunk_rows: int = ROWS_OF_A_REQUEST) -> ImportKind:
    """The kind of import that `run_import` handles."""
    return ImportKind(KIND, COLUMNS, partial(ChangeImport, cipher), EMPTY_RESULT, chunk_rows)


class ChangeImport(Importer[MemberRow, Found, MemberPlan]):
    """One run over one file."""

    dry_run_only_reads = True

    def __init__(self, cipher: FieldCipher, context: OperationContext, header: Header) -> None:
        self._task = ChangeTask.of(context.parameters)
        self._header = header
        terms = self._task.terms
        self._stays = {terms.duplicate_of} if terms.duplicate_of else set()
        self._cipher = cipher
        self._operation_id = context.id
        self._reader = RowReader(header, self._task, cipher)
        self._planner = MemberPlanner(terms)

    async def lock_whole(self, unit: UnitOfWork, table: Table) -> None:
        """Locks the graduates whom any row names: chunks come in the order of the file, not in that of ids."""
        named: set[GraduateId] = set()
        if self._task.dry_run:
            return
        async for chunk in table.chunks(CHUNK_ROWS):
            rows = await asyncio.to_thread(read_rows, self.read, self._header, chunk)
            named |= (await self._people(unit.connection, rows)).ids
        await lock_graduates(unit.connection, named | self._stays)

    def read(self, rows: Sequence[NumberedRow]) -> list[MemberRow]:
        """How the rows name graduates."""
        return [*starmap(self._reader.read, rows)]

    async def load(self, connection: Connection, rows: Sequence[MemberRow]) -> Found:
        """The graduates whom the rows name, in the reach of who sent the file; locked before they are judged."""
        people = await self._people(connection, rows)
        ids = people.ids | self._stays
        if not self._task.dry_run:
            await lock_graduates(connection, ids)
        members = await commands.members_among(connection, self._cipher, self._task.scope, ids)
        held = await storage.held(connection, ids)
        stays = next(map(members.get, self._stays), None)
        # whom the sender does not see is unknown to the sender, whatever the name
        return Found(people.among(members), members, held, stays)

    def plan(self, rows: Sequence[MemberRow], loaded: Found) -> MemberPlan:
        """The graduates of the good rows."""
        return self._planner.plan(rows, loaded)

    async def write(self, unit: UnitOfWork, plan: MemberPlan) -> Written:
        """Makes the request for the graduates; in a dry run they are only counted."""
        counts = {"created": len(plan.members), "unchanged": plan.erased}
        if self._task.dry_run or not plan.members:
            return Written(counts)
        texts = await storage.texts_of(unit.connection, self._cipher, self._operation_id)
        members = {member.id: member for member in plan.members}
        asked = self._task.plan(texts, [*members])
        change = await commands.ask_for(unit, cipher=self._cipher, plan=asked, members=members)
        return Written({**counts, REQUESTS: [str(change.id)]})

    async def _people(self, connection: Connection, rows: Sequence[MemberRow]) -> PeopleNamed:
        named = [row.named for row in rows if not row.faults]
        return await people_named(connection, self._cipher, self._task.school_code, self._task.cohort, named)
