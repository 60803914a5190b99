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
from surveys.destinations_client import DestinationsClient
from surveys.employers import commands
from surveys.employers.storage import feeding
from surveys.employers.storage.feeding import Feed


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


async def _directory(request: Request, database: Db, cipher: Cipher) -> Directory:
    return Directory(database, cipher, getattr(request.app.state, "destinations", None))


FreshDirectory = Annotated[Directory, Depends(_directory)]
"""`directory: FreshDirectory` in a route's signature."""
