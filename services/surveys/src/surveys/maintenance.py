"""The service's own commands: keys that change, answers past their day, and proof that what is stored fits together."""

import os
import sys
from argparse import ArgumentParser, Namespace
from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.objects.rotation import rewrap_file_keys
from common.observability import logger
from common.resealing import rows_under
from common.service_process import Command, rotate_keys
from common.verifying import run_checks
from surveys.answers.commands import end_past
from surveys.answers.storage.detaching import past, reseal_detached
from surveys.answers.storage.rotation import reseal_contents, reseal_pages
from surveys.ballots.storage import reseal_ballots
from surveys.contact.commands.reporting import report
from surveys.contact.operations.bounces import MAX_REPORT, ReportUnreadableError, read_report
from surveys.employers.storage.contacts import reseal_contacts
from surveys.entries.storage import reseal_requests
from surveys.exports.storage.requests import reseal_reasons
from surveys.invitations.storage import reseal_tokens
from surveys.papers.storage import reseal_papers
from surveys.quality.storage import reseal_exclusions
from surveys.schema import metadata
from surveys.settings import Settings
from surveys.verification import CHECKS

_log = logger(__name__)
_RESEALED = {
    "Keys of files are wrapped": rewrap_file_keys,
    "Links that nobody used are sealed": reseal_tokens,
    "Requests for links are sealed": reseal_requests,
    "Contacts of employers are sealed": reseal_contacts,
    "Drafts are sealed": reseal_pages,
    "Submitted answers are sealed": reseal_contents,
    "Answers without the person are sealed": reseal_detached,
    "What was keyed of papers is sealed": reseal_papers,
    "Ballots are sealed": reseal_ballots,
    "Reasons why answers do not count are sealed": reseal_exclusions,
    "Reasons of exports are sealed": reseal_reasons,
}


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps keys of files, and seals links and answers, by the ring's current key."""
    cipher = FieldCipher.load(settings.keyring_file)
    return await rotate_keys(database, cipher, parsed.retire, _RESEALED, partial(rows_under, metadata))


async def run_retention(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Counts the answers that are past their day, and but for a dry run takes the person out of them."""
    async with database.reading() as connection:
        count, oldest = await past(connection)
    _log.info("Past its day", kind="answers", count=count, oldest=oldest and f"{oldest}")
    if not parsed.dry_run:
        ended = await end_past(database, FieldCipher.load(settings.keyring_file))
        _log.info("Retention is complete", answers=ended)
    return 0


async def run_bounce(_settings: Settings, database: Database, _parsed: Namespace) -> int:
    """Notes what a delivery report on the standard input says; 65 (EX_DATAERR) for what is none, or about no mail."""
    try:
        told = read_report(sys.stdin.buffer.read(MAX_REPORT))
        if told.state is not None:
            act = partial(report, attempt_id=told.attempt_id, state=told.state)
            await database.act(SYSTEM, act)
    except (ReportUnreadableError, NotFound) as refused:
        _log.error("The report was not taken", code=refused.code, cause=refused.detail.en)
        return os.EX_DATAERR
    _log.info("The report was taken", attempt_id=str(told.attempt_id), state=told.state and told.state.value)
    return 0


async def run_verify(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares the roster with its owners, answers with what was announced; 0 only when all was compared and agrees.

    Prints a line of JSON for each check.
    """
    school = SchoolCode(parsed.school) if parsed.school is not None else None
    checks = {name: partial(check, school=school) for name, check in CHECKS.items()}
    return await run_checks(database, settings, checks, as_json=True)


def _verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--school", help="this school only; all without")


def _retention_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only count what is past its day")


def _rotate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--retire", metavar="ID", help="fail unless nothing needs this key of the ring any more")


COMMANDS = (
    Command("bounce", "note what a delivery report on the standard input says of a mail", run_bounce),
    Command("verify", "prove that roster, answers and what was announced of them agree", run_verify, _verify_arguments),
    Command("rotate-keys", "wrap and seal by the ring's current key", run_rotate_keys, _rotate_arguments),
    Command("retention", "take the person out of answers past their day", run_retention, _retention_arguments),
)
