"""An import from the upload to the result: header, rows, faults, plan, write; chunk by chunk, and resumed.

`reject` and every dry run are one transaction over the whole file, given up at its end after a fault; `skip` is one
transaction a chunk, and an operation that is resumed leaves out those that are committed. The file is read once and
kept packed; rows, plans and what is stored about rows are there for the chunk that is stored and the next two.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import text

from common.codes import CodeLists
from common.codes.rules import rules
from common.database import UnitOfWork
from common.errors import Invalid, PermanentError
from common.imports.faults import Findings
from common.imports.importer import Importer, ImportKind, ImportRow
from common.imports.report import explained, first_problems
from common.imports.table import Table, open_table
from common.imports.task import SchoolTask
from common.imports.unclear import read_rows, without_echoes
from common.operations import OperationContext, Outcome
from common.operations.outcome import MAX_WARNINGS, State, added_up, broken, refused
from common.operations.storage import WHOLE
from common.spreadsheets import NumberedRow

EARLIER_WHOLE_FILE = 0
"""What imports of registrations had for `WHOLE` before the common pipeline; drop it with `faults.recalled`."""

PREPARED = -2
"""Number of the part that stores what all chunks rest on."""

LONG_WORK_TIMEOUT = "10min"
"""An import waits for the one before it, and works on its rows between two statements."""

Judged = TypeVar("Judged")

Part = dict[str, Any]
"""Counts and token of some rows, by the names of the result."""

ReadChunk = tuple[list[NumberedRow], Sequence[ImportRow]]
"""Some rows as they stand in the file, and what they say."""

PlannedChunk = tuple[list[NumberedRow], Sequence[ImportRow], Any]
"""A chunk that was read, and what becomes of its rows."""

_ALLOW_LONG_WORK = text(
    "SELECT "
    + ", ".join(
        f"set_config('{setting}', '{LONG_WORK_TIMEOUT}', true)"
        for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    )
)


async def run_import(kind: ImportKind, context: OperationContext) -> Outcome:
    """Runs the import to its end; what an earlier attempt has stored is not stored again."""
    with CodeLists.held():
        return await _imported(kind, context)


async def _imported(kind: ImportKind, context: OperationContext) -> Outcome:
    task = SchoolTask.of(context.parameters)
    if await context.is_cancelled() and not await context.done_chunks():
        return Outcome(kind.empty_result, state="cancelled")
    try:
        table = await open_table(task.kind, context.upload(), kind.columns, task.sheet)
    except Invalid as refusal:
        return refused(refusal, kind.empty_result)
    run = _Run(kind, context, task, table, kind.begin(context, table.header))
    try:
        ended = await (run.at_once() if task.in_one_transaction else run.in_parts())
    except PermanentError as refusal:
        if refusal.code not in rules():
            raise
        return broken(refusal.code, added_up(run.empty_result, (await context.done_chunks()).values()))
    return await (run.outcome() if ended else run.cancelled())


@dataclass
class _Run:
    kind: ImportKind
    context: OperationContext
    task: SchoolTask
    table: Table
    importer: Importer[Any, Any, Any]
    found: Findings = field(default_factory=Findings)
    parts: list[Mapping[str, Any]] = field(default_factory=list)
    passed: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def refused(self) -> bool:
        """True once nothing of the file will be stored because of a faulty row."""
        return bool(self.found.faults) and not self.task.skip_faulty

    @property
    def empty_result(self) -> Mapping[str, Any]:
        """The result of an import of this file that did nothing."""
        return {**self.kind.empty_result, "ignored_columns": self.table.unused}

    async def at_once(self) -> bool:
        """All chunks in one transaction; False if the operation was cancelled."""
        earlier = await self.context.done_chunks()
        stored = earlier.get(WHOLE, earlier.get(EARLIER_WHOLE_FILE))
        if stored is not None:
            self._recall(stored)
            return True
        if self.importer.fetches:
            async for chunk in self.table.chunks(self.kind.chunk_rows):
                if await self.context.is_cancelled():
                    return False
                await self.importer.fetch(chunk)
                await self._pass(chunk, passes=2)
        needs_preparation = await asyncio.to_thread(self.importer.needs_preparation, self.table)
        async with self._transaction() as unit:
            await self.importer.lock(unit)
            if needs_preparation:
                self.parts.append(await self.importer.prepare(unit, self.table))
            covered: list[NumberedRow] = []
            async with aclosing(self._planned_ahead(unit)) as planned:
                async for chunk, rows, plan in planned:
                    if await self.context.is_cancelled():
                        return False
                    self.parts.append(await self._written(unit, rows, plan, self.found))
                    covered += (chunk[0], chunk[-1])
                    await self._pass(chunk, passes=2 if self.importer.fetches else 1)
            if not self.task.dry_run and not self.refused:
                if not await self.context.close_to_cancelling(unit):
                    return False
                await self._keep(unit, WHOLE, covered, added_up(self.empty_result, self.parts), self.found)
        return True

    async def in_parts(self) -> bool:
        """Each chunk in its own transaction; False if the operation was cancelled."""
        earlier = await self.context.done_chunks()
        if PREPARED in earlier:
            self.parts.append(earlier[PREPARED])
        elif await asyncio.to_thread(self.importer.needs_preparation, self.table):
            async with self._transaction() as unit:
                await self.importer.lock(unit)
                prepared = await self.importer.prepare(unit, self.table)
                await self.context.chunk_done(unit, PREPARED, prepared)
                await unit.commit()
            self.parts.append(prepared)
        async with aclosing(self._read_ahead()) as arriving:
            return await self._stored_in_parts(arriving, earlier)

    async def _stored_in_parts(self, arriving: AsyncIterator[ReadChunk], earlier: Mapping[int, Part]) -> bool:
        number = 0
        async for chunk, rows in arriving:
            if await self.context.is_cancelled():
                return False
            await self.importer.fetch(chunk)
            async with self._transaction() as unit:
                await self.importer.lock(unit)
                if number in earlier:
                    # its keys count for later rows; what was wrong with it then is noted
                    await self._planned(unit, rows)
                    self._recall(earlier[number])
                else:
                    found = Findings()
                    part = await self._written(unit, rows, await self._planned(unit, rows), found)
                    await self._keep(unit, number, chunk, part, found)
                    self.parts.append(part)
                    self.found.extend(found)
            await self._pass(chunk)
            number += 1
        return True

    async def outcome(self) -> Outcome:
        """How the work ends once all chunks are done."""
        result = added_up(self.empty_result, self.parts)
        if self.refused:
            result = {**self.empty_result, "rejected": len(self.found.faults), "warnings": result["warnings"]}
        if self.task.dry_run:
            result["change_token"] = None
        return await self._ended(result, "failed" if self.refused else "succeeded")

    async def cancelled(self) -> Outcome:
        """How the work ends between two chunks: what is committed stays, and is counted."""
        self.found, self.parts = Findings(), []
        for part in (await self.context.done_chunks()).values():
            self._recall(part)
        return await self._ended(added_up(self.empty_result, self.parts), "cancelled")

    async def _ended(self, result: Mapping[str, Any], state: State) -> Outcome:
        table, columns, faults = self.table, self.kind.columns, self.found.faults
        warnings = await asyncio.to_thread(first_problems, table, columns, self.found.warnings, MAX_WARNINGS)
        if not faults:
            return Outcome(result, state=state, warnings=warnings)
        problems, report = await asyncio.to_thread(explained, table, columns, faults)
        return Outcome(result, problems, faults.problems, state, report, warnings)

    async def _read_ahead(self) -> AsyncGenerator[ReadChunk, None]:
        """The chunks with their rows read: each in a thread, while the database stores the one before it."""
        cells = self.table.rows()

        def read() -> ReadChunk:
            chunk = list(islice(cells, self.kind.chunk_rows))
            return chunk, read_rows(self.importer.read, self.table.header, chunk)

        reading = asyncio.create_task(self._in_turn(read))
        try:
            while (found := await reading)[0]:
                reading = asyncio.create_task(self._in_turn(read))
                yield found
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _planned_ahead(self, unit: UnitOfWork) -> AsyncGenerator[PlannedChunk, None]:
        """The chunks with their plans: each is made in a thread, while the database stores the chunk before it.

        What is loaded for it is from before that chunk: no two good rows of a file speak of one thing, and a number
        that one row frees is not free for the others.
        """
        before: tuple[ReadChunk, asyncio.Task[Any]] | None = None
        try:
            async with aclosing(self._read_ahead()) as arriving:
                async for read in arriving:
                    loaded = await self.importer.load(unit.connection, read[1])
                    planned = before and (*before[0], await before[1])
                    before = read, asyncio.create_task(self._in_turn(self.importer.plan, read[1], loaded))
                    if planned:
                        yield planned
                if before:
                    yield *before[0], await before[1]
        finally:
            if before:
                before[1].cancel()
                await asyncio.gather(before[1], return_exceptions=True)

    async def _in_turn(self, judge: Callable[..., Judged], *given: Any) -> Judged:
        """Judges in a thread, one chunk after the other: two threads at once would only slow what stores rows."""
        async with self.turn:
            return await asyncio.to_thread(judge, *given)

    async def _written(self, unit: UnitOfWork, rows: Sequence[ImportRow], plan: Any, found: Findings) -> Part:
        """What a chunk comes to; what is found is added to the given, and once the file is refused nothing is written.

        The chunks before a fault were written for nothing: checking the whole file twice would cost every good file
        more than the rollback costs a bad one.
        """
        before = len(found.faults)
        by_rule: Counter[str] = Counter()
        for row in rows:
            if row.faults:
                found.faults.add(row.number, without_echoes(row.faults))
            if row.warnings:
                found.warnings.add(row.number, row.warnings)
                by_rule.update({each.rule for each in row.warnings})
        part: Part = {"rejected": len(found.faults) - before, "warnings": dict(by_rule)}
        if self.refused:
            return part
        written = await self.importer.write(unit, plan)
        token = written.change_token
        return {**part, **written.counts, "change_token": token and token.encode()}

    async def _planned(self, unit: UnitOfWork, rows: Sequence[ImportRow]) -> Any:
        loaded = await self.importer.load(unit.connection, rows)
        return await asyncio.to_thread(self.importer.plan, rows, loaded)

    async def _keep(
        self, unit: UnitOfWork, number: int, rows: Sequence[NumberedRow], part: Part, found: Findings
    ) -> None:
        """Commits a part with the note that it is done, and its audit entry: which rows, and what they came to.

        By whom each row was changed, the history says.
        """
        detail = {name: count for name, count in part.items() if isinstance(count, int)}
        detail |= {"first_row": rows[0][0], "last_row": rows[-1][0]} if rows else {}
        await unit.audit(self.kind.kind, "operation", self.context.id, school_code=self.task.school_code, detail=detail)
        await self.context.chunk_done(unit, number, {**part, **found.to_json()})
        await unit.commit()

    def _recall(self, noted: Mapping[str, Any]) -> None:
        """Counts a part that was committed earlier."""
        self.parts.append(noted)
        columns = {title: column for column, title in self.table.header.texts.items()}
        self.found.extend(Findings.from_json(noted, columns))

    async def _pass(self, chunk: Sequence[NumberedRow], passes: int = 1) -> None:
        self.passed += len(chunk)
        await self.context.progress(self.passed, passes * self.table.total)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[UnitOfWork]:
        context, snapshot = self.context, self.task.dry_run and self.importer.dry_run_only_reads
        async with context.database.transaction(
            context.actor, correlation_id=context.correlation_id, snapshot=snapshot
        ) as unit:
            await unit.connection.execute(_ALLOW_LONG_WORK)
            yield unit
