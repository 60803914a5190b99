"""Files of a service: written before the row that names them, deleted after it, and readable to us alone."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.crypto.files import new_file_key, seal_file, unseal_file
from common.database import Database
from common.errors import NotFound
from common.files import MAX_FILE
from common.objects import storage
from common.objects.storage import ObjectName
from common.objects.store import ObjectsUnavailable, Store
from common.observability import counter, logger

KEY_FIELD = "objects.key"

READ_AT_ONCE = 4
"""Files that are read and decrypted side by side: each takes its size twice."""

READ_SECONDS = 20.0
"""In which a file is there, the wait for its turn included."""

SWEPT_AT_ONCE = 1000

_log = logger(__name__)
_deleted = counter("objects_deleted", "Files deleted, by what they were: dropped, or pending (never named)", ("state",))


@dataclass(frozen=True)
class Stored:
    """A file as it was put."""

    media_type: str
    content: bytes = field(repr=False)


class Objects:
    """Puts, gives and deletes the files of one service."""

    def __init__(self, database: Database, cipher: FieldCipher, store: Store) -> None:
        self._database = database
        self._cipher = cipher
        self._store = store
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def put(self, content: bytes, media_type: str) -> ObjectName:
        """Stores a file and gives its name for `keep`; one that is not kept in an hour is deleted.

        Raises ObjectsUnavailable; ValueError for more than a route takes.
        """
        if len(content) > MAX_FILE:
            raise ValueError(f"a file has at most {MAX_FILE} bytes")
        name, key = ObjectName(uuid4()), new_file_key()
        sealed_key = self._cipher.encrypt(KEY_FIELD, name, key.hex())
        async with self._database.transaction(SYSTEM) as unit:
            await storage.begin(unit.connection, name, media_type, sealed_key)
            await unit.commit()
        await self._store.put(name, await asyncio.to_thread(seal_file, key, name, content))
        return name

    async def get(self, name: ObjectName) -> Stored:
        """A file that is kept; raises NotFound, ObjectsUnavailable or UndecryptableError."""
        async with self._database.reading() as connection:
            row = await storage.find(connection, name)
        if row is None:
            raise NotFound
        key = bytes.fromhex(self._cipher.decrypt(KEY_FIELD, name, row.sealed_key))
        try:
            async with asyncio.timeout(READ_SECONDS), self._reading:
                sealed = await self._store.get(name)
                if sealed is None:
                    _log.error("A file that is kept is not in the object storage", object=str(name))
                    raise ObjectsUnavailable
                return Stored(row.media_type, await asyncio.to_thread(unseal_file, key, name, sealed))
        except TimeoutError:
            raise ObjectsUnavailable from None

    async def sweep(self) -> None:
        """Deletes what was dropped and what nothing named in time; raises ObjectsUnavailable, and goes on later.

        The row goes first, in a transaction that commits after the file has gone: PostgreSQL refuses that for a file
        which a row names, and a crash in between leaves the row, so that the file is deleted again.
        """
        async with self._database.reading() as connection:
            names = await storage.due(connection, SWEPT_AT_ONCE)
        for name in names:
            async with self._database.transaction(SYSTEM) as unit:
                state = await storage.delete_due(unit.connection, name)
                if state is None:
                    _log.info("A file is not deleted yet", object=str(name))
                    continue
                await self._store.delete(name)
                await unit.commit()
            _deleted.labels(state).inc()
