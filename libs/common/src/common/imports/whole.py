"""The chunks of an import in one transaction: `reject`, and every dry run."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from itertools import islice
from typing import Any, TypeVar

from common.database import UnitOfWork
from common.imports.importer import ImportRow
from common.imports.run import Run
from common.imports.unclear import read_rows
from common.operations.outcome import added_up
from common.operations.storage import WHOLE
from common.spreadsheets import NumberedRow

EARLIER_WHOLE_FILE = 0
"""What imports of registrations had for `WHOLE` before the common pipeline; drop it with `faults.recalled`."""

Judged = TypeVar("Judged")

ReadChunk = tuple[list[NumberedRow], Sequence[ImportRow]]
"""Some rows as they stand in the file, and what they say."""

PlannedChunk = tuple[list[NumberedRow], Sequence[ImportRow], Any]
"""A chunk that was read, and what becomes of its rows."""


async def store_at_once(run: Run) -> bool:
    """All chunks in one transaction; False if the operation was cancelled."""
    earlier = await run.context.done_chunks()
    stored = earlier.get(WHOLE, earlier.get(EARLIER_WHOLE_FILE))
    if stored is not None:
        run.recall(stored)
        return True
    if run.importer.fetches:
        async for chunk in run.table.chunks(run.kind.chunk_rows):
            if await run.context.is_cancelled():
                return False
            await run.importer.fetch(chunk)
            await run.passes(len(chunk), times=2)
    needs_preparation = await asyncio.to_thread(run.importer.needs_preparation, run.table)
    async with run.transaction() as unit:
        await run.importer.lock_whole(unit, run.table)
        if needs_preparation:
            run.parts.append(await run.importer.prepare(unit, run.table))
        covered: list[NumberedRow] = []
        async with aclosing(_Ahead(run).planned(unit)) as planned:
            async for chunk, rows, plan in planned:
                if await run.context.is_cancelled():
                    return False
                run.parts.append(await run.written(unit, rows, plan, run.found))
                covered += (chunk[0], chunk[-1])
                await run.passes(len(chunk), times=2 if run.importer.fetches else 1)
        if not run.task.dry_run and not run.refused:
            if not await run.context.close_to_cancelling(unit):
                return False
            await run.keep(unit, WHOLE, covered, added_up(run.empty_result, run.parts), run.found)
    return True


class _Ahead:
    """Reads and plans chunks in threads, one after the other: two at once would only slow what stores rows."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._turn = asyncio.Lock()

    async def planned(self, unit: UnitOfWork) -> AsyncGenerator[PlannedChunk, None]:
        """The chunks with their plans: each is made in a thread, while the database stores the chunk before it.

        What is loaded for it is from before that chunk: no two good rows of a file speak of one thing, and a number
        that one row frees is not free for the others.
        """
        before: tuple[ReadChunk, asyncio.Task[Any]] | None = None
        try:
            async with aclosing(self._read()) as arriving:
                async for read in arriving:
                    loaded = await self._run.importer.load(unit.connection, read[1])
                    planned = before and (*before[0], await before[1])
                    before = read, asyncio.create_task(self._in_turn(self._run.importer.plan, read[1], loaded))
                    if planned:
                        yield planned
                if before:
                    yield *before[0], await before[1]
        finally:
            if before:
                before[1].cancel()
                await asyncio.gather(before[1], return_exceptions=True)

    async def _read(self) -> AsyncGenerator[ReadChunk, None]:
        """The chunks with their rows read: each in a thread, while the database stores the one before it."""
        run, cells = self._run, self._run.table.rows()

        def read() -> ReadChunk:
            chunk = list(islice(cells, run.kind.chunk_rows))
            return chunk, read_rows(run.importer.read, run.table.header, chunk)

        reading = asyncio.create_task(self._in_turn(read))
        try:
            while (found := await reading)[0]:
                reading = asyncio.create_task(self._in_turn(read))
                yield found
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _in_turn(self, judge: Callable[..., Judged], *given: Any) -> Judged:
        async with self._turn:
            return await asyncio.to_thread(judge, *given)
