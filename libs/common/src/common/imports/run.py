"""One run of an import over one file: what was found and stored so far, and how it is noted, counted and ended."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import text

from common.database import UnitOfWork
from common.imports.faults import Fault, Findings
from common.imports.importer import Importer, ImportKind, ImportRow, Overtaken
from common.imports.report import explained, first_problems
from common.imports.table import Table
from common.imports.task import SchoolTask
from common.imports.unclear import without_echoes
from common.operations import OperationContext, Outcome
from common.operations.outcome import MAX_WARNINGS, State, added_up
from common.outbox.newest import newest_of
from common.spreadsheets import NumberedRow

LONG_WORK_TIMEOUT = "10min"
"""An import waits for the one before it, and works on its rows between two statements."""

ATTEMPTS = 5
"""Of work that is overtaken before it is left for later: what overtakes it is a single write, and over."""

Done = TypeVar("Done")

Part = dict[str, Any]
"""Counts and token of some rows, by the names of the result."""

_ALLOW_LONG_WORK = text(
    "SELECT "
    + ", ".join(
        f"set_config('{setting}', '{LONG_WORK_TIMEOUT}', true)"
        for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    )
)


async def not_overtaken(attempt: Callable[[], Awaitable[Done]]) -> Done:
    """What the first attempt comes to that no other transaction overtakes; raises Overtaken after some."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt()
        except Overtaken:
            continue
    return await attempt()


@dataclass
class Run:
    """Rows, plans and what is stored about rows are there for the chunk that is stored and the next two."""

    kind: ImportKind
    context: OperationContext
    task: SchoolTask
    table: Table
    importer: Importer[Any, Any, Any]
    found: Findings = field(default_factory=Findings)
    parts: list[Mapping[str, Any]] = field(default_factory=list)
    passed: int = 0
    given_back: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.importer.watched = self.table.watched

    @property
    def refused(self) -> bool:
        """True once nothing of the file will be stored because of a faulty row."""
        return bool(self.found.faults) and not self.task.skip_faulty

    @property
    def empty_result(self) -> Mapping[str, Any]:
        """The result of an import of this file that did nothing."""
        return self.kind.empty_result_of(self.table)

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
        await self.recall_all()
        return await self._ended(added_up(self.empty_result, self.parts), "cancelled")

    async def _ended(self, result: Mapping[str, Any], state: State) -> Outcome:
        table, columns, faults = self.table, self.kind.columns, self.found.faults
        warnings = await asyncio.to_thread(first_problems, table, columns, self.found.warnings, MAX_WARNINGS)
        if not faults:
            return Outcome(result, state=state, warnings=warnings)
        problems, report = await asyncio.to_thread(explained, table, columns, faults, self.found.standing)
        return Outcome(result, problems, faults.problems, state, report, warnings)

    async def written(self, unit: UnitOfWork, rows: Sequence[ImportRow], plan: Any, found: Findings) -> Part:
        """What a chunk comes to; what is found is added to the given, and once the file is refused nothing is written.

        The chunks before a fault were written for nothing: checking the whole file twice would cost every good file
        more than the rollback costs a bad one.
        """
        before = len(found.faults)
        by_rule: Counter[str] = Counter()
        for row in rows:
            if row.faults:
                found.faults.add(row.number, without_echoes(row.faults))
                if standing := self.importer.standing(row):
                    found.standing.add(row.number, [Fault(column, "standing") for column in standing])
            if row.warnings:
                found.warnings.add(row.number, row.warnings)
                by_rule.update({each.rule for each in row.warnings})
        part: Part = {"rejected": len(found.faults) - before, "warnings": dict(by_rule)}
        if self.refused:
            return part
        written = await self.importer.write(unit, plan)
        token = written.change_token
        return {**part, **written.counts, "change_token": token and token.encode()}

    async def keep(
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

    def recall(self, noted: Mapping[str, Any]) -> None:
        """Counts a part that was committed earlier."""
        self.parts.append(noted)
        columns = {title: column for column, title in self.table.header.texts.items()}
        self.found.extend(Findings.from_json(noted, columns))

    async def recall_all(self) -> None:
        """Counts what is committed, by whichever process, and nothing else."""
        self.found, self.parts = Findings(), []
        for part in (await self.context.done_chunks()).values():
            self.recall(part)
        tokens = [token for part in self.parts if (token := part.get("change_token"))]
        if len(tokens) > 1:
            async with self.context.database.reading() as connection:
                self.parts.append({"change_token": (await newest_of(connection, tokens)).encode()})

    async def passes(self, rows: int, times: int = 1) -> None:
        """Shows that some rows are done, of those that are passed so many times."""
        self.passed += rows
        await self.context.progress(self.passed, times * self.table.total)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """Long work of who sent the file, locked; a dry run that only reads sees one moment."""
        context, snapshot = self.context, self.task.dry_run and self.importer.dry_run_only_reads
        async with context.database.transaction(
            context.actor, correlation_id=context.correlation_id, snapshot=snapshot
        ) as unit:
            await unit.connection.execute(_ALLOW_LONG_WORK)
            await self.importer.lock(unit)
            yield unit
