"""Maintenance commands: `verify` and `rebuild`."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack

import httpx
import structlog

from common.auth import ServiceTokens
from common.database import Database
from common.errors import Unavailable
from common.service_process import Command
from indicators.histories import Feed, verify_histories
from indicators.settings import Settings
from indicators.timeline.rebuild import rebuild
from indicators.timeline.verify import Difference, verify_figures

DIFFERENT, NOT_POSSIBLE = 1, 2
"""Exit codes: figures are wrong; a part could not be compared."""

_SECONDS = 30.0
_log = structlog.get_logger(__name__)


async def run_verify(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Compares cells, spans, versions and histories; 0 only when everything was compared and agrees."""
    if not parsed.figures_only and (missing := _missing(settings)):
        _log.error("Histories cannot be compared: settings are missing", settings=missing)
        return NOT_POSSIBLE
    found = await verify_figures(database, parsed.school)
    if not parsed.figures_only:
        try:
            found += await _histories(settings, database, parsed.school)
        except Unavailable as error:
            _log.error("Histories could not be compared", code=error.code, cause=error.detail.en)
            return _reported(found) or NOT_POSSIBLE
    return _reported(found)


async def run_rebuild(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Computes spans and cells anew from the versions."""
    schools = await rebuild(database, settings.partitions, parsed.school)
    _log.info("Rebuild is complete", schools=schools)
    return 0


async def _histories(settings: Settings, database: Database, school: str | None) -> list[Difference]:
    async with AsyncExitStack() as stack:
        headers = {"Authorization": f"Bearer {await ServiceTokens(settings).bearer()}"}
        addresses = [address for address in _owners(settings).values() if address]
        clients = [httpx.AsyncClient(base_url=address, headers=headers, timeout=_SECONDS) for address in addresses]
        feeds = [Feed(await stack.enter_async_context(client)) for client in clients]
        return await verify_histories(database, feeds, school)


def _missing(settings: Settings) -> list[str]:
    """Names of settings without which nobody can be asked for a history."""
    found = [name for name, address in _owners(settings).items() if address is None]
    if settings.service_token_file is None and settings.token_url is None:
        found.append("QUXIANG_SERVICE_TOKEN_FILE or QUXIANG_TOKEN_URL")
    return found


def _owners(settings: Settings) -> dict[str, str | None]:
    return {
        "QUXIANG_REGISTRY_URL": settings.registry_url,
        "QUXIANG_DESTINATIONS_URL": settings.destinations_url,
        "QUXIANG_SURVEYS_URL": settings.surveys_url,
    }


def _reported(found: Sequence[Difference]) -> int:
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


def _verify_arguments(parser: ArgumentParser) -> None:
    _school(parser)
    parser.add_argument("--figures-only", action="store_true", help="leave the owners' histories out")


COMMANDS = (
    Command("verify", "prove that figures, spans, versions and histories agree", run_verify, _verify_arguments),
    Command("rebuild", "compute spans and cells anew from the versions", run_rebuild, _school),
)
