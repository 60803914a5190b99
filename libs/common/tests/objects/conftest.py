"""A database with papers, and files of them in a folder or on a real S3-compatible server."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from papers import METADATA, name_paper, remove_paper
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.objects import ObjectName, Objects
from common.objects.store import Store, open_store
from testing.databases import service_database
from testing.object_storage import CREDENTIALS, object_storage


@dataclass
class Archive:
    """Papers with their files."""

    database: Database
    cipher: FieldCipher
    store: Store
    objects: Objects
    url: str
    keyring: Path
    address: str

    async def put(self, number: int, content: bytes) -> ObjectName:
        """Stores a paper; gives the name of its file."""
        name = await self.objects.put(content, "application/pdf")
        await self.database.act(SYSTEM, partial(name_paper, number=number, name=name))
        return name

    async def remove(self, number: int) -> None:
        await self.database.act(SYSTEM, partial(remove_paper, number=number))

    async def named(self) -> set[ObjectName]:
        """The files that papers name."""
        async with self.database.reading() as connection:
            return set(await connection.scalars(text("SELECT name FROM papers")))

    async def rows(self) -> dict[ObjectName, str]:
        """The state of each file that the database knows."""
        async with self.database.reading() as connection:
            return {row.name: row.state for row in await connection.execute(text("SELECT name, state FROM objects"))}

    async def change(self, statement: str, **values: Any) -> None:
        async with self.database.transaction(SYSTEM) as unit:
            await unit.connection.execute(text(statement), values)
            await unit.commit()

    async def stored(self) -> set[str]:
        """The places in the store, names last."""
        return {each["path"].rpartition("/")[2] for each in await self.store.backend.list().collect_async()}


@pytest.fixture(scope="session")
async def s3(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    os.environ.update(CREDENTIALS)
    async with object_storage(tmp_path_factory.mktemp("weed")) as running:
        yield running.address
    for name in CREDENTIALS:
        del os.environ[name]


@pytest.fixture(params=["folder", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"file://{tmp_path}/files"
    bucket: str = request.getfixturevalue("s3")
    return bucket.replace("/tests?", f"/{tmp_path.name}?")


@pytest.fixture
async def archive(address: str, tmp_path: Path) -> AsyncIterator[Archive]:
    ring, keyring = KeyRing.generate(), tmp_path / "keyring.json"
    ring.store(keyring)
    store = open_store(address, "edge")
    async with service_database("edge", METADATA) as found:
        database, cipher = Database.connect(found.app_url), FieldCipher(ring)
        objects = Objects(database, cipher, store)
        yield Archive(database, cipher, store, objects, found.app_url, keyring, address)
        await database.dispose()
