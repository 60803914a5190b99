"""The end of what is past its day, in parts: each a transaction of its own, so that a round may end anywhere."""

import time
from collections.abc import Awaitable, Callable

from common.auth import SYSTEM
from common.database import Database, UnitOfWork

RETENTION_SECONDS = 6 * 3600.0
"""What is past its day changes once a day, and to find it whole tables are read."""

ROUND_SECONDS = 300.0
"""A round begins no other part after these, and the next one goes on."""


async def end_in_parts(database: Database, end_part: Callable[[UnitOfWork], Awaitable[int]], part: int) -> int:
    """Ends part after part until one of them is not full; how many things were ended."""
    deadline, ended, count = time.monotonic() + ROUND_SECONDS, 0, part
    while count == part and time.monotonic() < deadline:
        count = await database.act(SYSTEM, end_part)
        ended += count
    return ended
