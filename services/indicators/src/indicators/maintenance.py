"""Maintenance commands: proof that what is stored fits together, figures made anew, keys that change."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

import httpx
import structlog

from common.auth import RenewedToken, ServiceTokens
from common.consuming import Feed, open_letters
from common.consuming.owner import OwnerUnknown
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Unavailable
from common.identifiers import SchoolCode
from common.kafka import partition_for
from common.resealing import rows_under
from common.service_process import Command, rotate_keys
from indicators.histories import verify_histories
from indicators.publishing.storage.rotation import reseal_reasons as reseal_publications
from indicators.reconciling import reconcile
from indicators.schema import metadata
from indicators.settings import Settings
from indicators.snapshots.operations import verify_snapshots
from indicators.snapshots.storage.rotation import reseal_reasons
from indicators.timeline.beside import compute_beside, cut_over, schools_beside
from indicators.timeline.domain import OPEN
from indicators.timeline.rebuild import rebuild, stored_schools
from indicators.timeline.verify import Difference, verify_figures
from indicators.warnings.storage import reseal_notes

DIFFERENT, NOT_POSSIBLE, WOULD_CHANGE = 1, 2, 3
"""Exit codes: figures are wrong; a part could not be compared, or nothing stands beside; figures would change."""

_RESEALED = {
    "Reasons of snapshots are sealed": reseal_reasons,
    "Reasons of publications are sealed": reseal_publications,
    "Notes of warnings are sealed": reseal_notes,
}

_TIMEOUT_SECONDS = 30.0
_log = structlog.get_logger(__name__)


async def run_verify(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares cells, spans, versions and histories; 0 only when everything was compared and agrees.

    A dead letter that is open is a difference: what it says is in no figure.
    """
    owners = {
        "QUXIANG_REGISTRY_URL": settings.registry_url,
        "QUXIANG_DESTINATIONS_URL": settings.destinations_url,
        "QUXIANG_SURVEYS_URL": settings.surveys_url,
    }
    school = SchoolCode(parsed.school) if parsed.school is not None else None
    if parsed.snapshots:
        return _report(await verify_snapshots(database, school))
    missing = [name for name, address in owners.items() if address is None]
    if settings.service_token_file is None and settings.token_url is None:
        missing.append("QUXIANG_SERVICE_TOKEN_FILE or QUXIANG_TOKEN_URL")
    if missing and not parsed.figures_only:
        _log.error("Histories cannot be compared: settings are missing", settings=missing)
        return NOT_POSSIBLE
    found = await _open_letters(settings, database, school) + await verify_figures(database, school)
    if not parsed.figures_only:
        addresses = [address for address in owners.values() if address is not None]
        try:
            found += await _compare_histories(RenewedToken(ServiceTokens(settings)), addresses, database, school)
        except Unavailable as error:
            _log.error("Histories could not be compared", code=error.code, cause=error.detail.en)
            # wrong figures are the graver finding
            return _report(found) or NOT_POSSIBLE
    return _report(found)


async def run_reconcile(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares digests with registry and destinations; names each version that is missing, extra or forked."""
    school = SchoolCode(parsed.school) if parsed.school is not None else None
    try:
        return _report(await reconcile(database, settings, school))
    except (Unavailable, OwnerUnknown) as error:
        _log.error("Versions could not be compared", code=error.code, cause=error.detail.en)
        return NOT_POSSIBLE


async def run_rebuild(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Computes spans and cells anew from the versions: in their place, or beside them until schools are switched."""
    school = SchoolCode(parsed.school) if parsed.school is not None else None
    if parsed.beside or parsed.cut_over:
        found = await _compute_beside(database, school) if parsed.beside else False
        if parsed.cut_over:
            return await _cut_over(settings, database, school)
        return WOULD_CHANGE if found else 0
    schools = await rebuild(database, settings.partitions, school)
    _log.info("Rebuild is complete", schools=schools)
    return 0


async def _compute_beside(database: Database, school: SchoolCode | None) -> bool:
    """Writes a log line for each figure that would change; whether anything would."""
    schools, differing = [school] if school is not None else await stored_schools(database), 0
    for code in schools:
        found = await compute_beside(database, code)
        differing += found.differs
        for moved in found.spans:
            _log.warning("Spans would change", school_code=code, **_days_shown(asdict(moved)))
        for figure in found.figures:
            _log.warning("Figure would change", **_days_shown(asdict(figure)))
        _log.info("School computed beside", school_code=code, graduates=found.graduates, changes=len(found.figures))
    _log.info("The next generation is complete", schools=len(schools), differing=differing)
    return differing > 0


def _days_shown(values: dict[str, Any]) -> dict[str, Any]:
    """With days in words: `today` for a figure that is counted live, `open` for the end of a span that lasts."""
    live = {"as_of": "today", "to_day": "open"}
    return {
        name: (live[name] if value == OPEN else value.isoformat()) if isinstance(value, date) else value
        for name, value in values.items()
    }


async def _cut_over(settings: Settings, database: Database, school: SchoolCode | None) -> int:
    schools, switched = [school] if school is not None else await schools_beside(database), 0
    for code in schools:
        others = await cut_over(database, settings.partitions, code)
        if others is not None:
            switched += 1
            _log.info("School switched", school_code=code, computed_once_more=others)
    _log.info("Switching is complete", schools=switched)
    return 0 if switched else NOT_POSSIBLE


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Seals what rows hold sealed by the ring's current key."""
    cipher = FieldCipher.load(settings.keyring_file)
    return await rotate_keys(database, cipher, parsed.retire, _RESEALED, partial(rows_under, metadata))


async def _open_letters(settings: Settings, database: Database, school: SchoolCode | None) -> list[Difference]:
    """Those of all schools or of one; a message that cannot be read may be about any school of its partition."""
    partition = partition_for(school, settings.partitions) if school is not None else None
    return [
        Difference("dead_letters", letter.school_code, f"{letter.place} {letter.id}", letter.code, "applied")
        for letter in await open_letters(database)
        if school is None or letter.school_code == school or (not letter.school_code and letter.partition == partition)
    ]


async def _compare_histories(
    auth: httpx.Auth, addresses: Sequence[str], database: Database, school: SchoolCode | None
) -> list[Difference]:
    async with AsyncExitStack() as stack:
        clients = [httpx.AsyncClient(base_url=address, auth=auth, timeout=_TIMEOUT_SECONDS) for address in addresses]
        feeds = [Feed(await stack.enter_async_context(client)) for client in clients]
        return await verify_histories(database, feeds, school)


def _report(found: Sequence[Difference]) -> int:
    """Writes a log line for each difference; gives the exit code."""
    for difference in found:
        _log.error(
            "Difference",
            check=difference.check,
            school_code=difference.school_code,
            what=difference.what,
            stored=difference.stored,
            expected=difference.expected,
        )
    _log.info("Verification has ended", differences=len(found))
    return DIFFERENT if found else 0


def _school(parser: ArgumentParser) -> None:
    parser.add_argument("--school", help="this school only; all without")


def _school_and_parts(parser: ArgumentParser) -> None:
    _school(parser)
    parser.add_argument("--figures-only", action="store_true", help="leave the owners' histories out")
    parser.add_argument("--snapshots", action="store_true", help="only compute frozen snapshots anew")


def _rebuild_arguments(parser: ArgumentParser) -> None:
    _school(parser)
    parser.add_argument("--beside", action="store_true", help="store them beside, and say which figures would change")
    parser.add_argument("--cut-over", action="store_true", help="switch schools to what stands beside, one by one")


def _rotate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--retire", metavar="ID", help="fail unless nothing needs this key of the ring any more")


COMMANDS = (
    Command("verify", "prove that figures, spans, versions and histories agree", run_verify, _school_and_parts),
    Command("reconcile", "compare digests of versions with their owners'", run_reconcile, _school),
    Command("rebuild", "compute spans and cells anew from the versions", run_rebuild, _rebuild_arguments),
    Command("rotate-keys", "seal by the ring's current key", run_rotate_keys, _rotate_arguments),
)
