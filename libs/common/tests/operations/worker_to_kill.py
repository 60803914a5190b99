"""A worker in a process of its own: `python worker_to_kill.py DATABASE_URL KEYRING`. Its work hangs after two parts."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import text

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationContext, OperationRunner, Outcome


async def write_part(context: OperationContext, part: int) -> None:
    async with context.database.transaction(context.actor) as unit:
        await unit.connection.execute(text("INSERT INTO written (part) VALUES (:part)"), {"part": part})
        await context.chunk_done(unit, part, {"created": 1})
        await unit.commit()


async def hang(context: OperationContext) -> Outcome:
    for part in (0, 1):
        await write_part(context, part)
        await context.progress(part + 1, 4)
    sys.stdout.write("two parts\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    raise AssertionError


async def main() -> None:
    database = Database.connect(sys.argv[1])
    runner = OperationRunner(database.patient, {"import": hang}, cipher=FieldCipher.load(Path(sys.argv[2])), lease=1.0)
    await runner.run()


if __name__ == "__main__":
    asyncio.run(main())
