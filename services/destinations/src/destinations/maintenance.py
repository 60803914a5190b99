"""The service's own commands: keys that change, evidence past its day, and proof that what is stored fits together."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from common.crypto import FieldCipher
from common.database import Database
from common.errors import Unavailable
from common.objects.rotation import rewrap_file_keys
from common.observability import logger
from common.service_process import Command
from common.settings import PREFIX
from destinations.evidence.operations import end_past
from destinations.evidence.storage import past
from destinations.evidence.storage.rotation import reseal_texts
from destinations.registrations.storage.filling import fill_landed
from destinations.registrations.storage.rotation import reseal_versions
from destinations.ring_keys import needs_of
from destinations.seasons.storage import reseal_reasons
from destinations.settings import Settings
from destinations.verification import CHECKS

NOT_DONE = 1
DIFFERENT, NOT_POSSIBLE = 1, 2
"""Exit codes of `verify`: something is not as it must be; a part could not be compared."""

_RESEALED = {
    "Texts of evidence": reseal_texts,
    "Reasons of extensions": reseal_reasons,
    "Contact and pay of registrations": reseal_versions,
}

_log = logger(__name__)


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps keys of files, and seals what rows hold sealed, by the ring's current key."""
    cipher = FieldCipher.load(settings.keyring_file)
    if parsed.retire is not None and parsed.retire not in cipher.key_ids:
        # a slip of the pen would else be answered as if the key that is meant were not needed
        _log.error("Not retired: the ring has no such key", key_id=parsed.retire, keys=sorted(cipher.key_ids))
        return NOT_DONE
    if parsed.retire == cipher.current:
        _log.error("Not retired: the ring names this key its current one", key_id=parsed.retire)
        return NOT_DONE
    _log.info("Keys of files are wrapped", key_id=cipher.current, anew=await rewrap_file_keys(database, cipher))
    for what, reseal in _RESEALED.items():
        _log.info(f"{what} are sealed", key_id=cipher.current, anew=await reseal(database, cipher))
    if parsed.retire is None:
        return 0
    if needs := await needs_of(database, cipher, parsed.retire):
        _log.error("Not retired: rows are encrypted with it", key_id=parsed.retire, **needs)
        return NOT_DONE
    _log.info("Nothing needs the key: take it out of every ring", key_id=parsed.retire)
    return 0


async def run_retention(_settings: Settings, database: Database, parsed: Namespace) -> int:
    """Counts evidence past its day, and but for a dry run deletes it as the worker does."""
    async with database.reading() as connection:
        count, oldest = await past(connection)
    _log.info("Past its day", kind="evidence", count=count, oldest=oldest and f"{oldest}")
    if not parsed.dry_run:
        _log.info("Retention is complete", evidence=await end_past(database))
    return 0


async def run_verify(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares what is stored twice; 0 only when everything was compared and agrees."""
    code = 0
    for name, check in CHECKS.items():
        try:
            verified = await check(database, settings)
        except Unavailable as error:
            _log.error("Not compared", check=name, code=error.code, cause=error.detail.en)
            code = code or NOT_POSSIBLE
            continue
        # wrong rows are the graver finding
        code = DIFFERENT if verified.differences else code
        if parsed.json:
            print(json.dumps(asdict(verified)), flush=True)
        else:
            _log.info("Compared", **asdict(verified))
    return code


def _verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one line a check")


async def run_fill_registrations(settings: Settings, _database: Database, _parsed: Namespace) -> int:
    """Fills what versions of the release before do not say, as the owner, between the two migrations or at any time."""
    if settings.migration_database_url is None:
        _log.error("Not filled: the owner's address is not set", setting=f"{PREFIX}MIGRATION_DATABASE_URL")
        return NOT_DONE
    owner = Database.connect(settings.migration_database_url, application_name="fill-registrations")
    try:
        left = await fill_landed(owner.patient)
    finally:
        await owner.dispose()
    _log.info("The history is filled" if not left else "Versions are left: run it again", left=left)
    return NOT_DONE if left else 0


def _retention_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only count what is past its day")


def _rotate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--retire", metavar="ID", help="fail unless nothing needs this key of the ring any more")


COMMANDS = (
    Command("verify", "prove that rows, versions and stored files agree", run_verify, _verify_arguments),
    Command(
        "fill-registrations",
        "fill what versions of the release before do not say, as the owner, between two migrations",
        run_fill_registrations,
        between_migrations=True,
    ),
    Command("rotate-keys", "wrap and seal by the ring's current key", run_rotate_keys, _rotate_arguments),
    Command("retention", "delete evidence past its day, or only count it", run_retention, _retention_arguments),
)
