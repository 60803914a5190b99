"""Looking into files in the limited process, from the service's side."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.limited.asking import AskedProcess, ProcessEnded
from common.observability import logger
from destinations.evidence_checks.findings import Fault, Finding

MODULE = "destinations.evidence_checks"

BARE = f"{MODULE}.bare"
"""Of a PDF, too, keeps nothing but what is seen."""

SECONDS = 30.0
"""On the clock, for one file; its limit of processor time comes first, unless the process hangs."""

_ANYTHING = b"?"
"""What a process answers that runs."""

_log = logger(__name__)


class Looker:
    """Looks into files one after the other; a file that ends the process is one that cannot be read."""

    def __init__(self, module: str = MODULE) -> None:
        self.process = AskedProcess(module, seconds=SECONDS)

    async def look(self, content: bytes) -> Finding:
        """What is wrong with one file, or what is to be kept of it.

        Raises ProcessEnded where the process cannot run here, which says nothing of the file.
        """
        try:
            fault, kept, words = await self.process.ask(content)
        except ProcessEnded as ended:
            await self.process.ask(_ANYTHING)
            _log.warning("A file ended the process that looks into it", error=ended.cause)
            return Finding(Fault.UNREADABLE)
        return Finding(Fault(fault.decode()) if fault else None, kept or None, tuple(words.decode().split()))


@asynccontextmanager
async def looking(module: str = MODULE) -> AsyncIterator[Looker]:
    """A looker; its process starts with the first file and ends with the context."""
    looker = Looker(module)
    try:
        yield looker
    finally:
        await looker.process.end()
