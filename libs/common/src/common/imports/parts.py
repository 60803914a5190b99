"""The chunks of an import, each in a transaction of its own: `skip`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from common.database import UnitOfWork
from common.imports.faults import Findings
from common.imports.importer import ImportRow
from common.imports.run import Part, Run, not_overtaken
from common.imports.unclear import read_rows
from common.spreadsheets import NumberedRow

PREPARED = -2
"""Number of the part that stores what all chunks rest on."""


async def store_in_parts(run: Run) -> bool:
    """Each chunk in its own transaction; False if the operation was cancelled."""
    earlier = await run.context.done_chunks()
    await _prepare(run, earlier)
    number = 0
    async for chunk in run.table.chunks(run.kind.chunk_rows):
        if await run.context.is_cancelled():
            return False
        await _store(run, number, chunk, earlier)
        await run.passes(chunk)
        number += 1
    return True


async def _prepare(run: Run, earlier: Mapping[int, Part]) -> None:
    if PREPARED in earlier:
        run.parts.append(earlier[PREPARED])
    elif await asyncio.to_thread(run.importer.needs_preparation, run.table):
        async with run.transaction() as unit:
            prepared = await run.importer.prepare(unit, run.table)
            await run.context.chunk_done(unit, PREPARED, prepared)
            await unit.commit()
        run.parts.append(prepared)


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
