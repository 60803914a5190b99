"""Frames of commands that several services have: keys of the ring that change, and work of the owner on old rows."""

from collections.abc import Awaitable, Callable, Mapping

from common.crypto import FieldCipher
from common.database import Database
from common.observability import logger
from common.settings import PREFIX, ServiceSettings

NOT_DONE = 1
"""Exit code of a command that has left something undone."""

Rewrap = Callable[[Database, FieldCipher], Awaitable[int]]
"""Wraps or seals something by the ring's current key; how many it has done anew."""

Needs = Callable[[Database, FieldCipher, str], Awaitable[Mapping[str, int]]]
"""How many rows of which tables a key of the ring is needed for."""

_log = logger(__name__)


async def rotate_keys(
    database: Database, cipher: FieldCipher, retire: str | None, steps: Mapping[str, Rewrap], needs_of: Needs
) -> int:
    """Takes all steps, each under what the log says of it; where a key is to retire, looks if anything needs it still.

    Returns the exit code: NOT_DONE for a key that is unknown, current or needed.
    """
    if retire is not None and retire not in cipher.key_ids:
        # a slip of the pen would else be answered as if the key that is meant were not needed
        _log.error("Not retired: the ring has no such key", key_id=retire, keys=sorted(cipher.key_ids))
        return NOT_DONE
    if retire == cipher.current:
        _log.error("Not retired: the ring names this key its current one", key_id=retire)
        return NOT_DONE
    for said, step in steps.items():
        _log.info(said, key_id=cipher.current, anew=await step(database, cipher))
    if retire is None:
        return 0
    if needs := await needs_of(database, cipher, retire):
        _log.error("Not retired: rows are encrypted with it", key_id=retire, **needs)
        return NOT_DONE
    _log.info("Nothing needs the key: take it out of every ring", key_id=retire)
    return 0


async def run_as_owner(settings: ServiceSettings, command: str, work: Callable[[Database], Awaitable[int]]) -> int:
    """Does work as the owner, waiting for locks; it says how many rows are left. Returns the exit code."""
    if settings.migration_database_url is None:
        _log.error("Not run: the owner's address is not set", setting=f"{PREFIX}MIGRATION_DATABASE_URL")
        return NOT_DONE
    owner = Database.connect(settings.migration_database_url, application_name=command)
    try:
        left = await work(owner.patient)
    finally:
        await owner.dispose()
    _log.info("Rows are left: run it again" if left else "Nothing is left to do", left=left)
    return NOT_DONE if left else 0
