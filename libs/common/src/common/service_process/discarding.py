"""The command `discard-dead-letter` of services that consume: its arguments, what it says, and what it ends with."""

import getpass
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from common.auth import SYSTEM, Actor
from common.consuming.discarding import Ground, discard_letter
from common.database import Database
from common.errors import PermanentError, TransientError
from common.kafka import BrokerUnavailableError
from common.observability import logger
from common.service_process.composition import Service
from common.settings import ServiceSettings

REFUSED, NOT_POSSIBLE = 1, 2
"""Exit codes: the letter must stay open; it could not be found out whether it must."""

MAX_REASON = 200

_log = logger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    """`ID --reason TEXT`."""
    parser.add_argument("letter", metavar="ID", help="id of the letter: the event's, or topic/partition/offset")
    parser.add_argument("--reason", required=True, type=_reason, help="kept in the audit trail; names no person")


async def run_discard(service: Service, settings: ServiceSettings, database: Database, parsed: Namespace) -> int:
    """Closes a letter if nothing is lacking without it; 0 also where it is closed already."""
    try:
        ground = await discard_letter(
            database, settings, service.keeping, parsed.letter, actor=_operator(), reason=parsed.reason
        )
    except (PermanentError, TransientError) as error:
        _log.error("Not discarded", letter=parsed.letter, code=error.code, cause=error.detail.en)
        return NOT_POSSIBLE if isinstance(error, TransientError) else REFUSED
    except BrokerUnavailableError as error:
        _log.error("Not discarded", letter=parsed.letter, code="broker_unavailable", cause=str(error))
        return NOT_POSSIBLE
    if ground is None:
        _log.info("The letter is closed already", letter=parsed.letter)
    else:
        done = "Exchanged" if ground is Ground.EXCHANGED else "Discarded"
        _log.info(done, letter=parsed.letter, ground=ground.value)
    return 0


def _operator() -> Actor:
    """Who runs the command, as the operating system names the account."""
    try:
        return Actor(f"operator:{getpass.getuser()}", SYSTEM.role)
    except (KeyError, OSError):
        # an account without a name, as in most containers
        return SYSTEM


def _reason(text: str) -> str:
    if not text.strip() or len(text) > MAX_REASON:
        raise ArgumentTypeError(f"a reason has 1 to {MAX_REASON} characters")
    return text.strip()
