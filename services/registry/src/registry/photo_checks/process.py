"""Looking at photos in the limited process, from the service's side."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from common.limited.starting import limited_process
from common.observability import logger
from registry.photo_checks.rules import RULES, Check, Result, judged, skipped

MODULE = "registry.photo_checks"

SECONDS = 30.0
"""On the clock, for one photo; its limit of processor time comes first, unless the process hangs."""

Looked = tuple[list[Check], bytes]
"""The checks of a photo in the order of the catalogue, and the photo to keep: empty where an error was found."""


_log = logger(__name__)


class Looker:
    """Looks at photos one after the other; a photo that ends the process is one that cannot be read."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._running = AsyncExitStack()
        self._child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while one runs."""
        return None if self._child is None else self._child.pid

    async def look(self, content: bytes) -> Looked:
        """The checks of one photo, and what is to be kept of it."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._asked(content)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            # more than a few of these, and it is the process that cannot run here
            _log.warning("A photo ended the process that looks at it", error=type(error).__name__)
            await self.end()
            return [judged(RULES[0], passes=False), *skipped(*RULES[1:])], b""

    async def end(self) -> None:
        """Ends the process; another photo starts a new one."""
        self._child = None
        await self._running.aclose()

    async def _asked(self, content: bytes) -> Looked:
        if self._child is None:
            self._child = await self._running.enter_async_context(limited_process(MODULE, self._profile))
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(len(content).to_bytes(4) + content)
        await self._child.stdin.drain()
        checks, kept = [await _part(self._child.stdout) for _ in range(2)]
        found = [Check(rule, Result(state), measured) for rule, state, measured in json.loads(checks)]
        return found, kept


@asynccontextmanager
async def looking(profile: str) -> AsyncIterator[Looker]:
    """A looker for photos of schools with a profile; its process ends with the context."""
    looker = Looker(profile)
    try:
        yield looker
    finally:
        await looker.end()


async def _part(stream: asyncio.StreamReader) -> bytes:
    return await stream.readexactly(int.from_bytes(await stream.readexactly(4)))
