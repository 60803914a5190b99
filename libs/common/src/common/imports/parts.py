"""The chunks of an import, each in a transaction of its own: `skip`.

Where no chunk rests on another, a second process does some of them. Each has its own rows and connection, and the note
in the transaction of a chunk keeps both from storing it; rows come to the other process packed as they were read.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from common.database import UnitOfWork
from common.imports.faults import Findings
from common.imports.importer import ImportKind, ImportRow
from common.imports.run import Part, Run, not_overtaken
from common.imports.task import SchoolTask
from common.imports.unclear import read_rows
from common.operations import OperationContext, Outcome
from common.operations.helping import Assigned, Hired
from common.spreadsheets import NumberedRow

PREPARED = -2
"""Number of the part that stores what all chunks rest on."""

Store = Callable[[int], Awaitable[bool]]
"""Stores a chunk by its number; False where it has to be tried by another process."""


async def store_in_parts(run: Run) -> bool:
    """Each chunk in its own transaction; False if the operation was cancelled."""
    earlier = await run.context.done_chunks()
    await _prepare(run, earlier)
    return await (_store_free(run, earlier) if run.importer.has_free_parts else _store_in_order(run, earlier))


async def store_assigned(kind: ImportKind, context: OperationContext, task: SchoolTask, assigned: Assigned) -> Outcome:
    """In the other process: the chunks that it is given. What they come to is noted with them."""
    outset, watched = assigned.about
    run: Run | None = None
    async for number, (table, skipped) in assigned.parts():
        if run is None:
            run = Run(kind, context, task, table, kind.begin(context, table.header))
            run.importer.outset, run.importer.watched = outset, watched
        await _store(run, number, await asyncio.to_thread(table.some, skipped, kind.chunk_rows), {})
        assigned.answer(is_done=True)
    return Outcome(kind.empty_result)


async def _prepare(run: Run, earlier: Mapping[int, Part]) -> None:
    if PREPARED in earlier:
        run.parts.append(earlier[PREPARED])
    elif await asyncio.to_thread(run.importer.needs_preparation, run.table):
        async with run.transaction() as unit:
            prepared = await run.importer.prepare(unit, run.table)
            await run.context.chunk_done(unit, PREPARED, prepared)
            await unit.commit()
        run.parts.append(prepared)


async def _store_in_order(run: Run, earlier: Mapping[int, Part]) -> bool:
    number = 0
    async for chunk in run.table.chunks(run.kind.chunk_rows):
        if await run.context.is_cancelled():
            return False
        await _store(run, number, chunk, earlier)
        await run.passes(len(chunk))
        number += 1
    return True


async def _store_free(run: Run, earlier: Mapping[int, Part]) -> bool:
    """The chunks that are not stored yet, in any order, by this process and another one."""
    table, size = run.table, run.kind.chunk_rows
    waiting = deque(number for number in range(-(-table.total // size)) if number not in earlier)
    run.passed = max(0, table.total - len(waiting) * size)
    async with run.transaction() as unit:
        run.importer.outset = await run.importer.begin_parts(unit)
        await unit.commit()

    async def ours(number: int) -> bool:
        part, skipped = table.part(number * size, size)
        await _store(run, number, await asyncio.to_thread(part.some, skipped, size), {})
        return True

    about = run.importer.outset, table.watched
    async with run.context.helped(about) if len(waiting) > 1 else nullcontext() as hired:
        is_done = await (_in_two(run, waiting, ours, hired) if hired else _lane(run, waiting, ours))
    # what the other process has given back, and what of it is not stored
    stored = await run.context.done_chunks()
    left = deque(number for number in run.given_back if number not in stored)
    is_done = is_done and await _lane(run, left, ours)
    await run.recall_all()
    return is_done


async def _in_two(run: Run, waiting: deque[int], ours: Store, hired: Hired) -> bool:
    size = run.kind.chunk_rows

    async def theirs(number: int) -> bool:
        return await hired.part(number, run.table.part(number * size, size))

    helping = asyncio.create_task(_lane(run, waiting, theirs))
    try:
        is_done = await _lane(run, waiting, ours)
        return await helping and is_done
    finally:
        helping.cancel()
        await asyncio.wait({helping})


async def _lane(run: Run, waiting: deque[int], store: Store) -> bool:
    """Stores chunks until none waits, or one has to be given back; False if the operation was cancelled."""
    while waiting:
        # taken before anything is awaited: the other lane may take the last one meanwhile
        number = waiting.popleft()
        if await run.context.is_cancelled():
            return False
        if not await store(number):
            run.given_back.append(number)
            break
        await run.passes(min(run.kind.chunk_rows, run.table.total - number * run.kind.chunk_rows))
    return True


async def _store(run: Run, number: int, chunk: Sequence[NumberedRow], earlier: Mapping[int, Part]) -> None:
    """Stores a chunk that is not stored yet."""
    await run.importer.fetch(chunk)

    async def stored() -> tuple[Part, Findings] | None:
        rows = await asyncio.to_thread(read_rows, run.importer.read, run.table.header, chunk)
        async with run.transaction() as unit:
            # also of a part that is stored: its keys count for later rows
            plan = await _planned(run, unit, rows)
            if number in earlier:
                return None
            found = Findings()
            part = await run.written(unit, rows, plan, found)
            await run.keep(unit, number, chunk, part, found)
            return part, found

    if (done := await not_overtaken(stored)) is None:
        # what was wrong with it then is noted
        run.recall(earlier[number])
    else:
        run.parts.append(done[0])
        run.found.extend(done[1])


async def _planned(run: Run, unit: UnitOfWork, rows: Sequence[ImportRow]) -> Any:
    loaded = await run.importer.load(unit.connection, rows)
    return await asyncio.to_thread(run.importer.plan, rows, loaded)
