"""What `/readyz` asks: the database, and every part of the process that can tell."""

from collections.abc import Sequence

from common.bounded import OutOfTimeError, wait_at_most
from common.database import Database
from common.database.failures import LOST
from common.database.revisions import is_current
from common.errors import QuxiangError
from common.service_process.composition import Background, NotReady, Readiness

_ANSWER_SECONDS = 2.0


def readiness_of(database: Database, package: str, background: Sequence[Background]) -> Readiness:
    """The checks of a process, by the part that they are about."""
    parts = {each.name: each.not_ready for each in background if each.not_ready is not None}
    return {"database": database_check(database, package)} | parts


def database_check(database: Database, package: str) -> NotReady:
    """The database answers and has all migrations of this code: it may be wiped or restored under a running process."""

    async def not_ready() -> str | None:
        try:
            current = await wait_at_most(is_current(database, package), _ANSWER_SECONDS, "database")
        except (QuxiangError, *LOST, OutOfTimeError):
            return "database does not answer"
        return None if current else "database is behind this code"

    return not_ready
