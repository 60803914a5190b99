"""Comparing stored files with the hashes that their manifests state."""

import hashlib
from collections.abc import AsyncIterator

from common.crypto import UndecryptableError
from common.database import Database
from common.errors import NotFound
from common.objects import Objects
from common.objects.store import ObjectsUnavailable, Store
from destinations.filing import storage
from destinations.filing.domain.filing import FilingId

AT_ONCE = 500
"""Filings that are listed together; each file is read part by part."""


async def compared_files(database: Database, objects: Objects, store: Store) -> AsyncIterator[tuple[FilingId, bool]]:
    """Each filing with a file, and whether that differs; raises ObjectsUnavailable while the store is away."""
    after: FilingId | None = None
    while True:
        async with database.reading() as connection:
            found = await storage.hashes(connection, after, AT_ONCE)
        for filing_id, sha256 in found:
            differs = await _hash(database, objects, store, filing_id) != sha256
            if differs:
                # it may have been discarded since it was listed
                async with database.reading() as connection:
                    still = bool(await storage.parts_of(connection, filing_id))
                differs = still and await _hash(database, objects, store, filing_id) != sha256
            yield filing_id, differs
        if len(found) < AT_ONCE:
            return
        after = found[-1][0]


async def _hash(database: Database, objects: Objects, store: Store, filing_id: FilingId) -> bytes | None:
    """The hash of a stored file; None where a part of it is lost or was changed."""
    async with database.reading() as connection:
        names = await storage.parts_of(connection, filing_id)
    found = hashlib.sha256()
    for name in names:
        try:
            found.update((await objects.get(name)).content)
        except (NotFound, UndecryptableError):
            return None
        except ObjectsUnavailable:
            # the same for a part that is lost, and for a store that does not answer
            if await store.not_ready() is not None:
                raise
            return None
    return found.digest()
