"""A graduate erased at once, as on the day of an approved erasure."""

from functools import partial
from uuid import UUID

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId
from registry.graduates.storage import locks
from registry.graduates.storage.erasing import erase


async def erase_in(unit: UnitOfWork, cipher: FieldCipher, graduate_id: str) -> None:
    """Erases within the given transaction."""
    gone = GraduateId(UUID(graduate_id))
    await locks.lock_graduates(unit.connection, [gone])
    await erase(unit.connection, cipher, gone, SYSTEM)


async def erase_now(database: Database, cipher: FieldCipher, graduate_id: str) -> None:
    """Erases in an act of its own."""
    await database.act(SYSTEM, partial(erase_in, cipher=cipher, graduate_id=graduate_id))
