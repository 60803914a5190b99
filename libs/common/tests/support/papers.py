"""An area whose rows name stored files: papers. As a program, a process that puts and drops them until it is killed.

`python papers.py DATABASE_URL KEYRING ADDRESS`: its environment has the credentials.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Table, Uuid, text

from common.audit import audit_table
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork, new_metadata
from common.objects import ObjectName, Objects, drop, keep, objects_table
from common.objects.store import open_store

METADATA = new_metadata()
objects_table(METADATA)
audit_table(METADATA)
Table(
    "papers",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", Uuid, ForeignKey("objects.name"), nullable=False),
)

CONTENT = b"%PDF-1.7 " + "张三".encode() * 400_000


async def name_paper(unit: UnitOfWork, number: int, name: ObjectName) -> None:
    """Takes the file for a paper, in the place of the one before."""
    await keep(unit, name)
    before = await unit.connection.scalar(text("SELECT name FROM papers WHERE number = :number"), {"number": number})
    await unit.connection.execute(
        text(
            "INSERT INTO papers (number, name) VALUES (:number, :name) ON CONFLICT (number) DO UPDATE SET name = :name"
        ),
        {"number": number, "name": name},
    )
    if before is not None:
        await drop(unit, before)


async def remove_paper(unit: UnitOfWork, number: int) -> None:
    """Gives the paper up."""
    found: Any = text("DELETE FROM papers WHERE number = :number RETURNING name")
    await drop(unit, await unit.connection.scalar(found, {"number": number}))


async def main(url: str, keyring: str, address: str) -> None:
    database = Database.connect(url)
    objects = Objects(database, FieldCipher.load(Path(keyring)), open_store(address, "edge"))
    for round_number in range(10_000):
        name = await objects.put(CONTENT, "application/pdf")
        await database.act(SYSTEM, partial(name_paper, number=round_number % 2, name=name))
        print(round_number, flush=True)
        await objects.sweep()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
