"""The service's own commands: keys that change, evidence past its day, and proof that what is stored fits together."""

from argparse import ArgumentParser, Namespace

from common.crypto import FieldCipher
from common.database import Database
from common.objects.rotation import rewrap_file_keys
from common.observability import logger
from common.service_process import Command, rotate_keys, run_as_owner
from common.verifying import run_checks
from destinations.cases.storage import reseal_notes
from destinations.checks.storage.erasing import reseal_checks
from destinations.employers.storage.rotation import reseal_merges
from destinations.evidence.storage.rotation import reseal_texts
from destinations.outside.storage.rotation import reseal_facts
from destinations.reconciliations.storage.rotation import reseal_items
from destinations.registrations.storage.filling import fill_landed
from destinations.registrations.storage.rotation import reseal_versions
from destinations.retention import KEPT
from destinations.ring_keys import needs_of
from destinations.seasons.storage import reseal_reasons
from destinations.settings import Settings
from destinations.support.storage import reseal_plans
from destinations.tasks.storage import reseal_answers, reseal_disputes
from destinations.tip_offs.storage import reseal_contacts, reseal_messages
from destinations.verification import CHECKS

_REWRAPPED = {
    "Keys of files are wrapped": rewrap_file_keys,
    "Texts of evidence are sealed": reseal_texts,
    "Notes of cases are sealed": reseal_notes,
    "Reasons of extensions are sealed": reseal_reasons,
    "Reasons of merges are sealed": reseal_merges,
    "Contacts of reporters are sealed": reseal_contacts,
    "Messages of reporters are sealed": reseal_messages,
    "Notes of checks are sealed": reseal_checks,
    "Facts from outside data are sealed": reseal_facts,
    "Rows that came back of filings are sealed": reseal_items,
    "Contact and pay of registrations are sealed": reseal_versions,
    "Reasons of disputes are sealed": reseal_disputes,
    "Answers of tasks are sealed": reseal_answers,
    "Support plans are sealed": reseal_plans,
}

_log = logger(__name__)


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps keys of files, and seals what rows hold sealed, by the ring's current key."""
    return await rotate_keys(database, FieldCipher.load(settings.keyring_file), parsed.retire, _REWRAPPED, needs_of)


async def run_retention(_settings: Settings, database: Database, parsed: Namespace) -> int:
    """Counts what is past its day, kind by kind, and but for a dry run deletes it as the worker does."""
    for kind, kept in KEPT.items():
        async with database.reading() as connection:
            count, oldest = await kept.past(connection)
        _log.info("Past its day", kind=kind, count=count, oldest=oldest and f"{oldest}")
        if not parsed.dry_run:
            _log.info("Retention is complete", **{kind: await kept.end(database)})
    return 0


async def run_verify(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares what is stored twice; 0 only when everything was compared and agrees."""
    return await run_checks(database, settings, CHECKS, as_json=parsed.json)


def _verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one line a check")


async def run_fill_registrations(settings: Settings, _database: Database, _parsed: Namespace) -> int:
    """Fills what versions of the release before do not say, as the owner, between the two migrations or at any time."""
    return await run_as_owner(settings, "fill-registrations", fill_landed)


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
    Command("retention", "delete what is past its day, or only count it", run_retention, _retention_arguments),
)
