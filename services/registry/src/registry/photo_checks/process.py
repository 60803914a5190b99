"""Looking at photos in the limited process, from the service's side."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.limited.asking import AskedProcess, ProcessEnded
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
        self.process = AskedProcess(MODULE, profile, seconds=SECONDS)

    async def look(self, content: bytes) -> Looked:
        """The checks of one photo, and what is to be kept of it."""
        try:
            checks, kept = await self.process.ask(content)
        except ProcessEnded as ended:
            # more than a few of these, and it is the process that cannot run here
            _log.warning("A photo ended the process that looks at it", error=ended.cause)
            return [judged(RULES[0], passes=False), *skipped(*RULES[1:])], b""
        found = [Check(rule, Result(state), measured) for rule, state, measured in json.loads(checks)]
        return found, kept


@asynccontextmanager
async def looking(profile: str) -> AsyncIterator[Looker]:
    """A looker for photos of schools with a profile; its process ends with the context."""
    looker = Looker(profile)
    try:
        yield looker
    finally:
        await looker.process.end()
