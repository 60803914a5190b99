"""The service's own commands: keys that change, rows of the release before, what is past its day."""

from argparse import ArgumentParser, Namespace

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from common.objects.rotation import rewrap_file_keys
from common.observability import logger
from common.service_process import Command
from common.settings import PREFIX
from registry.disposal.commands import all_past
from registry.disposal.operations import dispose
from registry.graduates.storage.landed import seal_landed
from registry.graduates.storage.rotation import needs_of, recompute_indexes, rewrap_data_keys
from registry.settings import Settings

NOT_DONE = 1

_log = logger(__name__)


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps data keys by the ring's current key, or computes keyed indexes by its index key."""
    cipher = FieldCipher.load(settings.keyring_file)
    if parsed.index:
        _log.info("Indexes are recomputed", graduates=await recompute_indexes(database, cipher))
        return 0
    if parsed.retire is not None and parsed.retire not in cipher.key_ids:
        # a slip of the pen would else be answered as if the key that is meant were not needed
        _log.error("Not retired: the ring has no such key", key_id=parsed.retire, keys=sorted(cipher.key_ids))
        return NOT_DONE
    if parsed.retire == cipher.current:
        _log.error("Not retired: the ring names this key its current one", key_id=parsed.retire)
        return NOT_DONE
    _log.info("Data keys are wrapped", key_id=cipher.current, anew=await rewrap_data_keys(database, cipher))
    _log.info("Keys of files are wrapped", key_id=cipher.current, anew=await rewrap_file_keys(database, cipher))
    if parsed.retire is None:
        return 0
    if needs := await needs_of(database, cipher, parsed.retire):
        _log.error("Not retired: rows are encrypted with it", key_id=parsed.retire, **needs)
        return NOT_DONE
    _log.info("Nothing needs the key: take it out of every ring", key_id=parsed.retire)
    return 0


async def run_seal_roster(settings: Settings, _database: Database, _parsed: Namespace) -> int:
    """Seals what the release before has stored, as the owner, between the two migrations."""
    if settings.migration_database_url is None:
        _log.error("Not sealed: the owner's address is not set", setting=f"{PREFIX}MIGRATION_DATABASE_URL")
        return NOT_DONE
    owner = Database.connect(settings.migration_database_url, application_name="seal-roster")
    try:
        left = await seal_landed(owner.patient, FieldCipher.load(settings.keyring_file))
    finally:
        await owner.dispose()
    _log.info("The roster is sealed" if not left else "Rows are left: run it again", left=left)
    return NOT_DONE if left else 0


async def run_retention(_settings: Settings, database: Database, parsed: Namespace) -> int:
    """Counts what is past its day, one line for each kind, and but for a dry run disposes of it as the worker does."""
    async with database.reading() as connection:
        found = await all_past(connection, clock.today())
    for each in found:
        _log.info("Past its day", kind=each.kind, count=each.count, oldest=each.oldest and f"{each.oldest}")
    if not parsed.dry_run:
        done = await dispose(database)
        _log.info("Retention is complete", **{each.kind: done[each.kind] for each in found})
    return 0


def _retention_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only count what is past its day")


def _rotate_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--retire", metavar="ID", help="fail unless nothing needs this key of the ring any more")
    which.add_argument("--index", action="store_true", help="recompute the keyed indexes; the service must be stopped")


COMMANDS = (
    Command("rotate-keys", "wrap data keys by the ring's current key", run_rotate_keys, _rotate_arguments),
    Command("retention", "delete what is past its day, or only count it", run_retention, _retention_arguments),
    Command(
        "seal-roster",
        "seal what the release before has stored, as the owner, between two migrations",
        run_seal_roster,
        between_migrations=True,
    ),
)
