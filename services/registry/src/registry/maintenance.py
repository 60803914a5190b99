"""The service's own commands: keys that change, rows of the release before, what is past its day."""

from argparse import ArgumentParser, Namespace

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from common.objects.rotation import rewrap_file_keys
from common.observability import logger
from common.service_process import Command, rotate_keys, run_as_owner
from registry.disposal.commands import all_past
from registry.disposal.operations import dispose
from registry.graduates.storage.landed import seal_landed
from registry.graduates.storage.rotation import needs_of, recompute_indexes, rewrap_data_keys
from registry.settings import Settings

_log = logger(__name__)


_REWRAPPED = {"Data keys are wrapped": rewrap_data_keys, "Keys of files are wrapped": rewrap_file_keys}


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps data keys by the ring's current key, or computes keyed indexes by its index key."""
    cipher = FieldCipher.load(settings.keyring_file)
    if parsed.index:
        _log.info("Indexes are recomputed", graduates=await recompute_indexes(database, cipher))
        return 0
    return await rotate_keys(database, cipher, parsed.retire, _REWRAPPED, needs_of)


async def run_seal_roster(settings: Settings, _database: Database, _parsed: Namespace) -> int:
    """Seals what the release before has stored, as the owner, between the two migrations."""
    return await run_as_owner(
        settings, "seal-roster", lambda owner: seal_landed(owner, FieldCipher.load(settings.keyring_file))
    )


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
