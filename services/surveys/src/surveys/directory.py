"""The directory of employers is read anew from what registrations say: by the worker, and before a wave asks it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.http import Cipher, Db
from common.identifiers import Cohort, SchoolCode
from common.verifying import Verified
from surveys.destinations_client import DestinationsClient, DestinationsUnavailable, destinations_client
from surveys.employers import commands
from surveys.employers.storage import feeding
from surveys.employers.storage.feeding import Feed
from surveys.settings import Settings


@dataclass(frozen=True)
class Directory:
    """The directory, and who knows what registrations say; without destinations it stays as it is."""

    database: Database
    cipher: FieldCipher
    destinations: DestinationsClient | None

    async def read_school(self, school_code: SchoolCode, cohorts: Collection[int]) -> None:
        """Takes in who hires these cohorts of a school now, or all of them where none is named.

        Raises DestinationsUnavailable or TokenUnavailable.
        """
        asked = [Cohort(each) for each in cohorts]
        if not asked:
            async with self.database.reading() as connection:
                asked = await feeding.cohorts_of(connection, school_code)
        for cohort in asked:
            await self.read((school_code, cohort))

    async def read(self, feed: Feed) -> None:
        """Takes in who hires a cohort now, page by page; raises DestinationsUnavailable or TokenUnavailable."""
        if self.destinations is None:
            return
        began = await self.database.act(SYSTEM, partial(commands.begin_reading, feed=feed))
        seen: set[UUID] = set()
        async for hired in self.destinations.hires(*feed):
            act = partial(commands.keep, cipher=self.cipher, feed=feed, began=began, hired=hired)
            if not await self.database.act(SYSTEM, act):
                return
            seen |= {each.registered_as for each in hired}
        await self.database.act(SYSTEM, partial(commands.end_reading, feed=feed, began=began, seen=seen))


async def verify_hires(database: Database, settings: Settings, school: SchoolCode | None = None) -> Verified:
    """Compares the directory, of one school or of all, with what destinations says.

    Raises DestinationsUnavailable or TokenUnavailable.
    """
    async with destinations_client(settings) as destinations:
        if destinations is None:
            raise DestinationsUnavailable
        return await compared_hires(database, destinations, school)


async def compared_hires(database: Database, destinations: DestinationsClient, school: SchoolCode | None) -> Verified:
    """Asks of each employer whether the directory says the hires that destinations says, where these have settled.

    A cohort of which something is heard meanwhile is left out. Raises DestinationsUnavailable or TokenUnavailable.
    """
    verified = Verified("hires")
    async with database.reading() as connection:
        settled = await feeding.settled(connection, school)
    for feed, moment in settled.items():
        said = {each.registered_as: each.hires async for page in destinations.hires(*feed) for each in page}
        async with database.reading() as connection:
            kept = await feeding.hires_of(connection, feed)
            still = (await feeding.settled(connection, feed[0])).get(feed)
        for registered_as in sorted({*said, *kept}) if still == moment else ():
            name = f"{feed[0]} {feed[1]} {registered_as}"
            verified.note(name, differs=said.get(registered_as, 0) != kept.get(registered_as, 0))
    return verified


async def _directory(request: Request, database: Db, cipher: Cipher) -> Directory:
    return Directory(database, cipher, getattr(request.app.state, "destinations", None))


FreshDirectory = Annotated[Directory, Depends(_directory)]
"""`directory: FreshDirectory` in a route's signature."""
