"""The act that disposes of what is past its day: in parts that may end anywhere and go on again."""

import time
from collections import Counter
from functools import partial

from common import clock
from common.auth import SYSTEM
from common.database import Database
from common.observability import logger
from registry.disposal import commands
from registry.disposal.commands import DATA_KEY
from registry.disposal.storage import ENDING

DISPOSAL_SECONDS = 6 * 3600.0
"""What is past its day changes once a day, and to find it whole tables are read."""

ROUND_SECONDS = 300.0
"""A round begins no other part after these, and the next one goes on."""

PART = 1_000
"""Things of one transaction."""

_log = logger(__name__)


async def dispose(database: Database, part: int = PART) -> Counter[str]:
    """Does what is to be done today; how many it has done by kind."""
    today, deadline = clock.today(), time.monotonic() + ROUND_SECONDS
    done: Counter[str] = Counter()
    for kind in ENDING:
        count = part
        while count == part and time.monotonic() < deadline:
            count = await database.act(SYSTEM, partial(commands.end_part, kind=kind, today=today, part=part))
            done[kind] += count
    async with database.reading() as connection:
        rosters = await commands.erased_rosters(connection, today)
    for roster in rosters:
        done[DATA_KEY] += await database.act(SYSTEM, partial(commands.destroy, roster=roster))
    for name, count in (+done).items():
        _log.info("What is past its day is disposed of", kind=name, count=count)
    return done
