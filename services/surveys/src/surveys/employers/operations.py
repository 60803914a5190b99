"""The worker's rounds over the directory: what registrations have changed, and contacts whose day is over."""

from common.auth import SYSTEM
from common.database import Database
from common.errors import Unavailable
from common.observability import logger
from surveys.directory import Directory
from surveys.employers.storage import contacts, feeding

KEEP_SECONDS = 5.0
"""Between two looks for cohorts whose registrations have changed."""

EXPIRE_SECONDS = 3600.0
"""Between two looks for contacts whose day is over."""

_AT_ONCE = 20
_log = logger(__name__)


async def keep_due(directory: Directory) -> int:
    """Reads the cohorts whose registrations have changed; how many. What fails stays due."""
    if directory.destinations is None:
        return 0
    async with directory.database.reading() as connection:
        due = await feeding.due(connection, _AT_ONCE)
    for feed in due:
        try:
            await directory.read(feed)
        except Unavailable as unavailable:
            _log.warning("Employers could not be read", school=feed[0], cohort=feed[1], code=unavailable.code)
            return 0
    return len(due)


async def drop_expired(database: Database) -> int:
    """Drops the contacts whose day is over; how many."""
    async with database.transaction(SYSTEM) as unit:
        count = await contacts.drop_expired(unit.connection)
        await unit.commit()
    if count:
        _log.info("Contacts past their day are dropped", contacts=count)
    return count
