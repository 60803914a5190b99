"""What a handler of long work is given."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from uuid import uuid4

from common.auth.principal import Actor
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import TransientError
from common.identifiers import OperationId
from common.operations import files, storage
from common.operations.files import OperationFile
from common.operations.helping import Assigned, Helper, Hired
from common.operations.storage import Claimed
from common.operations.submitting import UPLOAD

PROGRESS_SECONDS = 0.3
"""Progress is written at most this often; who watches cannot read faster."""


class ChunkAlreadyDone(TransientError):
    """Another worker committed this part: it holds the operation now, and this one must stop."""

    code = "chunk_already_done"


class OperationContext:
    """One operation being worked on: its facts, its file, and how far it is."""

    def __init__(
        self,
        claimed: Claimed,
        database: Database,
        cipher: FieldCipher | None,
        *,
        helper: Helper | None = None,
        assigned: Assigned | None = None,
    ) -> None:
        self._claimed = claimed
        self._cipher = cipher
        self._helper = helper
        self._shown_at = 0.0
        self.database = database
        # in the process of a helper: then nothing but the parts that it is given is to be done
        self.assigned = assigned

    @property
    def id(self) -> OperationId:
        """The operation's id."""
        return self._claimed.id

    @property
    def parameters(self) -> Mapping[str, Any]:
        """As submitted, through JSON."""
        return self._claimed.parameters

    @property
    def school_code(self) -> str | None:
        """The school that the work is for."""
        return self._claimed.school_code

    @property
    def actor(self) -> Actor:
        """Who asked for the work: `database.transaction(context.actor)` records it for them."""
        return self._claimed.actor

    @property
    def correlation_id(self) -> str | None:
        """Of the request that asked for the work."""
        return self._claimed.correlation_id

    def helped(self, about: object) -> AbstractAsyncContextManager[Hired | None]:
        """The help of a second process with this work, which hears `about` it; None where there is none."""
        return nullcontext() if self._helper is None else self._helper.hired(self._claimed, about)

    async def upload(self) -> AsyncIterator[bytes]:
        """The file in its parts, decrypted one by one; none if there was no file."""
        index = 0
        while True:
            async with self.database.reading() as connection:
                sealed = await storage.upload_chunk(connection, self.id, index)
            if sealed is None:
                return
            if self._cipher is None:
                raise ValueError("an upload needs a cipher")
            yield await asyncio.to_thread(self._cipher.decrypt_blob, UPLOAD, f"{self.id}:{index}", sealed)
            index += 1

    async def write_file(self, name: str, media_type: str, content: AsyncIterable[bytes]) -> OperationFile:
        """Stores a file while its content is being made, for `Outcome(file=…)`, without which it is gone.

        Raises ChunkAlreadyDone once another worker holds the operation.
        """
        assert self._cipher is not None, "a file needs a cipher"
        file_id, size, index = uuid4(), 0, 0
        async for part in files.in_parts(content):
            place = files.place_of(file_id, index)
            sealed = await asyncio.to_thread(self._cipher.encrypt_blob, files.PURPOSE, place, part)
            async with storage.changing(self.database) as connection:
                if not await files.add_part(connection, self._claimed, file_id, index, sealed):
                    raise ChunkAlreadyDone
            size, index = size + len(part), index + 1
        return OperationFile(file_id, name, media_type, size, index)

    async def is_cancelled(self) -> bool:
        """True once the work is to end as `cancelled`: asked for between two parts, by work that has several."""
        async with self.database.reading() as connection:
            return await storage.is_cancelled(connection, self.id)

    async def close_to_cancelling(self, unit: UnitOfWork) -> bool:
        """Ends the time in which work that is stored as a whole can be cancelled; False if it was cancelled before.

        Call it last before `chunk_done(unit, WHOLE)`: it locks the operation, and who cancels it waits for the commit.
        """
        return await storage.close_to_cancelling(unit.connection, self.id)

    async def progress(self, done: int, total: int) -> None:
        """Shows how far the work is, at once and outside of its transaction; cheap to call often."""
        now = time.monotonic()
        if done < total and now - self._shown_at < PROGRESS_SECONDS:
            return
        self._shown_at = now
        async with storage.changing(self.database) as connection:
            await storage.show_progress(connection, self._claimed, done, total)

    async def chunk_done(self, unit: UnitOfWork, number: int, outcome: Mapping[str, Any] | None = None) -> None:
        """Notes, inside the work's transaction, that this part is done and what it came to. Call it before the commit.

        Raises ChunkAlreadyDone if another worker committed it: leave, and the transaction is undone.
        """
        if not await storage.mark_chunk(unit.connection, self.id, number, outcome or {}):
            raise ChunkAlreadyDone

    async def done_chunks(self) -> dict[int, dict[str, Any]]:
        """Parts that an earlier attempt committed, by number, with what each came to."""
        async with self.database.reading() as connection:
            return await storage.done_chunks(connection, self.id)
