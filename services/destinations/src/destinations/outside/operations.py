"""Comparing facts with registrations, and deleting those that are past their day."""

from functools import partial
from itertools import groupby
from operator import attrgetter

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.observability import logger
from common.retention import end_in_parts
from destinations.outside import commands, storage

TENDING = 1800.0
"""What was written while no worker ran is compared at its start, and what a long transaction has written soon after."""

LOOK_SECONDS = 20.0
"""A contradiction opens its case within a minute."""

PART = 1_000
"""Facts of one transaction."""

LOOKED_AT_ONCE = 500
"""Facts whose graduates are locked together."""

_log = logger(__name__)


async def look_at_due(
    database: Database, cipher: FieldCipher, part: int = LOOKED_AT_ONCE, *, lately: bool = True
) -> int:
    """Compares the facts that are new, or whose registration is; how many those were.

    What was written `lately` costs little to find, however many facts there are; else all of them are looked through.
    """
    looked, count = 0, part
    while count == part:
        async with database.reading() as connection:
            due = await storage.due_part(connection, part, lately=lately)
        for school_code, theirs in groupby(due, attrgetter("school_code")):
            act = partial(commands.look, cipher=cipher, school_code=school_code, due=[*theirs])
            looked += await database.act(SYSTEM, act)
        count = len(due)
    return looked


async def tend(database: Database, cipher: FieldCipher) -> None:
    """Looks through all facts: compares what was not compared yet, and deletes what is past its day."""
    await end_past(database)
    await look_at_due(database, cipher, lately=False)


async def end_past(database: Database, part: int = PART) -> int:
    """Deletes the facts of cohorts that were closed three years ago; how many those were."""
    ended = await end_in_parts(database, partial(commands.end_part, part=part), part)
    if ended:
        _log.info("Facts past their day are deleted", facts=ended)
    return ended
