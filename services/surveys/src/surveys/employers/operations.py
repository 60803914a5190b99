"""The worker's rounds over the directory: what registrations have changed, and contacts whose day is over."""

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Unavailable
from common.observability import logger
from surveys.destinations_client import destinations_client
from surveys.directory import Directory
from surveys.employers.storage import contacts, feeding
from surveys.settings import Settings

KEEP_SECONDS = 5.0
"""Between two looks for cohorts whose registrations have changed."""

EXPIRE_SECONDS = 3600.0
"""Between two looks for contacts whose day is over."""

_AT_ONCE = 20
_log = logger(__name__)


async def keep_directory(database: Database, cipher: FieldCipher, settings: Settings) -> None:
    """Reads what is due from destinations, where an address is set; connects to it only then."""
    async with database.reading() as connection:
        is_due = await feeding.due(connection, 1)
    if is_due:
        async with destinations_client(settings) as destinations:
            await keep_due(Directory(database, cipher, destinations))


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
