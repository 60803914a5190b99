"""Making and linking employers from committed registrations, and ending what no registration names any more."""

from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.observability import logger
from destinations.cases.operations import sweep
from destinations.employers import commands, storage
from destinations.employers.storage.signals import STATEMENTS

LINK_SECONDS = 1.0
"""How soon a worker sees that an employer is named."""

MEND_SECONDS = 3600.0
"""What a release before has left unlinked, and what is named no more, stays no longer."""

PART = 2_000
"""Namings of one transaction."""

_log = logger(__name__)


async def link_due(database: Database, part: int = PART) -> int:
    """Makes and links the employers of all that is due; how many namings that were.

    Any number of workers may do so at once. Killed anywhere, it leaves what is still due, and employers that the next
    round finds by their USCC or name.
    """
    linked, count = 0, part
    while count == part:
        async with database.reading() as connection:
            due = await storage.due_part(connection, part)
        if not due:
            break
        await database.act(SYSTEM, partial(commands.make, due=due))
        done = await database.act(SYSTEM, partial(commands.link, due=due))
        linked += done
        # what another worker has taken is its own
        count = len(due) if done else 0
    return linked


async def look_for_signals(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """One round of the rules about employers; how many cases it has opened and cleared."""
    count = part
    while count == part:
        count = await database.act(SYSTEM, partial(commands.index_contacts, cipher=cipher, part=part))
    return await sweep(database, STATEMENTS)


async def mend(database: Database) -> None:
    """Looks at each school for what is not linked, and for what is named no more."""
    async with database.reading() as connection:
        schools = await storage.schools_of(connection)
    for school_code in schools:
        found, ended = await database.act(SYSTEM, partial(commands.mend, school_code=school_code))
        if found or ended:
            _log.info("Employers are mended", school=school_code, found=found, ended=ended)
