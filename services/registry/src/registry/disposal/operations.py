"""The act that disposes of what is past its day: in parts that may end anywhere and go on again."""

import time
from dataclasses import replace
from functools import partial

from common import clock
from common.auth import SYSTEM
from common.database import Database
from common.observability import logger
from registry.disposal import commands
from registry.disposal.commands import DATA_KEY, Past
from registry.disposal.storage import DELETED

DISPOSAL_SECONDS = 3600.0
"""What is past its day changes once a day; a round that did not come to its end goes on in the next hour."""

ROUND_SECONDS = 300.0
"""A round begins no other part after these."""

PART = 1_000
"""Things of one transaction."""

_log = logger(__name__)


async def dispose(database: Database, part: int = PART) -> list[Past]:
    """Does what is to be done today; how many it has done by kind, with the oldest day of before."""
    today, deadline = clock.today(), time.monotonic() + ROUND_SECONDS
    async with database.reading() as connection:
        before = await commands.all_past(connection, today)
    done = dict.fromkeys((each.kind for each in before), 0)
    for kind in DELETED:
        count = part
        while count == part and time.monotonic() < deadline:
            count = await database.act(SYSTEM, partial(commands.delete_part, kind=kind, today=today, part=part))
            done[kind] += count
    async with database.reading() as connection:
        rosters = await commands.ended_rosters(connection, today)
    for roster in rosters:
        done[DATA_KEY] += await database.act(SYSTEM, partial(commands.destroy, roster=roster))
    ended = [replace(each, count=done[each.kind]) for each in before]
    for each in ended:
        if each.count:
            _log.info("What is past its day is disposed of", kind=each.kind, count=each.count)
    return ended
