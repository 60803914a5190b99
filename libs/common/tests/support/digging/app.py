"""The service: long work in parts, which waits before its last part until a gate is open."""

from argparse import Namespace
from functools import partial
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Table, text

from common.database import Database, new_metadata
from common.operations import OperationContext, Outcome, operation_tables
from common.operations.process import OperationsProcess
from common.service_process import Area, Command, Composition, Operation
from common.settings import ServiceSettings
from testing.waiting import eventually

PARTS = 4
METADATA = new_metadata()
operation_tables(METADATA)
dug = Table("dug", METADATA, Column("part", Integer, nullable=False))
gate = Table("gate", METADATA, Column("is_open", Boolean, nullable=False))


class Settings(ServiceSettings):
    service: str = "digging"


async def dig(context: OperationContext) -> Outcome:
    for part in range(PARTS):
        if part in await context.done_chunks():
            continue
        if part == PARTS - 1:
            await eventually(partial(is_open, context.database), within=120, describe="the gate to open")
        async with context.database.transaction(context.actor) as unit:
            await unit.connection.execute(text("INSERT INTO dug (part) VALUES (:part)"), {"part": part})
            await context.chunk_done(unit, part)
            await unit.commit()
        await context.progress(part + 1, PARTS)
    return Outcome({"dug": PARTS})


async def is_open(database: Database) -> bool:
    async with database.reading() as connection:
        return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM gate)")))


async def watch(_settings: Any, database: Database, _parsed: Namespace) -> int:
    """What a worker does about long work, without a broker."""
    await OperationsProcess("digging", database, ["dig"]).run()
    return 0


COMPOSITION = Composition(
    name="digging",
    title="Digging",
    description="",
    settings=Settings,
    metadata=METADATA,
    areas=[Area(tables=[dug, gate], operations={"dig": Operation(lambda _runtime: dig, {"dug": 0})})],
    keyring=False,
    commands=[Command("watch", "what a worker does about long work", watch)],
)
