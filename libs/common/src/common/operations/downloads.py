"""The answer with a file that long work has made: sent part by part, no connection of the database held."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Response
from starlette.types import Receive, Scope, Send

from common.crypto import FieldCipher
from common.database import Database
from common.operations.files import WORKBOOK, OperationFile, content_of

Ended = Callable[[bool], Awaitable[None]]
"""Hears the end of a download: true if the network took all of it, whatever the client does with that."""

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

DOWNLOAD: dict[int | str, dict[str, Any]] = {200: {"content": {WORKBOOK: _BINARY, "text/csv": _BINARY}}}
"""What OpenAPI says of such an answer."""

_NOTICED_SECONDS = 0.01
"""A client that went away while we waited for it to take something is known to be gone by then."""


async def _unheard(_is_whole: bool) -> None:
    pass


class Download(Response):
    """A file as an attachment. The server cuts a client that stalls (`common.service_process.running`)."""

    def __init__(self, database: Database, cipher: FieldCipher, file: OperationFile, ended: Ended = _unheard) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Content-Length": str(file.size),
        }
        super().__init__(headers=headers, media_type=file.media_type)
        self._content = content_of(database, cipher, file)
        self._ended = ended

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, as long as there is a client."""
        gone = asyncio.ensure_future(_until_gone(receive))
        is_whole = False
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            held_back = b""
            async for part in self._content:
                await send({"type": "http.response.body", "body": held_back + part[:-1], "more_body": True})
                held_back = part[-1:]
                if gone.done():
                    return
            # comes back once there is room for more: then all but the last byte has been taken
            await send({"type": "http.response.body", "body": b"", "more_body": True})
            await asyncio.wait({gone}, timeout=_NOTICED_SECONDS)
            if gone.done():
                return
            # who has this has all, and may close the connection at once
            await send({"type": "http.response.body", "body": held_back, "more_body": False})
            is_whole = True
        finally:
            gone.cancel()
            await self._ended(is_whole)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
