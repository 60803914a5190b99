"""Writing files of tip-offs anew, without what could name who sent them, and ending what is past its day."""

import time
from functools import partial
from uuid import UUID

from common.auth import SYSTEM
from common.crypto import UndecryptableError
from common.database import Database
from common.errors import NotFound, Unavailable
from common.limited.asking import ProcessEnded
from common.objects import Objects
from common.observability import logger
from common.retention import end_in_parts
from destinations.evidence_checks.process import BARE, Looker, looking
from destinations.tip_offs import commands, storage
from destinations.tip_offs.storage.keeping import Waiting

ROUND_SECONDS = 300.0
"""A round begins no other file after these, and the next one goes on."""

PART = 1_000

_log = logger(__name__)
_FIRST = (UUID(int=0), 0)


async def check_waiting(database: Database, objects: Objects) -> int:
    """Writes anew what waits; how many files that were. One that cannot be had now waits for a later round.

    Raises Unavailable, NotFound, UndecryptableError or ProcessEnded if there was such a file.
    """
    deadline, checked, after = time.monotonic() + ROUND_SECONDS, 0, _FIRST
    missed: Exception | None = None
    async with looking(BARE) as looker:
        while time.monotonic() < deadline and (waiting := await _next_waiting(database, after)) is not None:
            after = (waiting.case_id, waiting.n)
            try:
                await _check(database, objects, looker, waiting)
            except (Unavailable, NotFound, UndecryptableError, ProcessEnded) as error:
                missed = error
            else:
                checked += 1
    if missed is not None:
        raise missed
    return checked


async def end_past(database: Database, part: int = PART) -> int:
    """Erases texts, contacts and files of tip-offs past their day; how many tip-offs that were."""
    ended = await end_in_parts(database, partial(commands.end_part, part=part), part)
    if ended:
        _log.info("Tip-offs past their day are erased", tip_offs=ended)
    return ended


async def _check(database: Database, objects: Objects, looker: Looker, waiting: Waiting) -> None:
    sent = await objects.get(waiting.name)
    finding = await looker.look(sent.content)
    kept = None if finding.kept is None else await objects.put(finding.kept, waiting.media_type)
    await database.act(SYSTEM, partial(commands.check, waiting=waiting, kept=kept))


async def _next_waiting(database: Database, after: tuple[UUID, int]) -> Waiting | None:
    async with database.reading() as connection:
        return await storage.next_waiting(connection, after)
