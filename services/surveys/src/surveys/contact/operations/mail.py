"""Mail over SMTP: a few connections, each used again; who says what, and when, decides what became of a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from common import clock
from common.observability import logger
from surveys.contact.domain import AttemptState, Outcome, Outgoing
from surveys.contact.operations.mails import Letterhead, Mail, mail_of

if TYPE_CHECKING:
    from aiosmtplib import SMTP

CONNECTIONS = 8
TIMEOUT_SECONDS = 30.0
"""For each answer of the relay; after DATA silence leaves it open whether the mail has left."""

_TEMPORARY = range(400, 500)

_log = logger(__name__)


@dataclass(frozen=True)
class Relay:
    """Where mails are handed over, `smtp://user:password@host:port` or `smtps://…`."""

    url: str
    letterhead: Letterhead
    timeout: float = TIMEOUT_SECONDS
    connections: int = CONNECTIONS


class MailSender:
    """Sends mails to a relay. A mail is never sent twice: what may have left is `unknown`."""

    repeats = False

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.at_once = relay.connections
        self._idle: list[SMTP] = []

    async def send(self, message: Outgoing) -> Outcome:
        """Hands a mail to the relay; raises nothing."""
        mail = mail_of(message, self._relay.letterhead, clock.now())
        try:
            smtp = self._idle.pop() if self._idle else await connected(self._relay)
        except Exception as error:
            _log.warning("The mail relay cannot be reached", error=type(error).__name__)
            return Outcome(AttemptState.DEFERRED)
        state = await handed_over(smtp, mail)
        if state is AttemptState.ACCEPTED:
            self._idle.append(smtp)
        else:
            smtp.close()
        return Outcome(state)

    async def close(self) -> None:
        """Ends the connections."""
        for smtp in self._idle:
            with suppress(Exception):
                await asyncio.wait_for(smtp.quit(), 1.0)
            smtp.close()


@asynccontextmanager
async def mail_sender(relay: Relay) -> AsyncIterator[MailSender]:
    """A sender whose connections end with it."""
    sender = MailSender(relay)
    try:
        yield sender
    finally:
        await sender.close()


async def connected(relay: Relay) -> "SMTP":
    """A connection to the relay; raises what goes wrong."""
    # megabytes that a process which sends no mail never needs
    from aiosmtplib import SMTP

    address = urlsplit(relay.url)
    smtp = SMTP(
        hostname=address.hostname,
        port=address.port,
        username=unquote(address.username) if address.username else None,
        password=unquote(address.password) if address.password else None,
        use_tls=address.scheme == "smtps",
        timeout=relay.timeout,
    )
    await smtp.connect()
    return smtp


async def handed_over(smtp: "SMTP", mail: Mail) -> AttemptState:
    """What became of a mail by what the relay says, and when: refused in so many words, nothing has left."""
    from aiosmtplib import SMTPException, SMTPResponseException

    begun = False
    try:
        await smtp.mail(mail.envelope_from)
        await smtp.rcpt(mail.to)
        begun = True
        await smtp.data(mail.content)
    except SMTPResponseException as refused:
        # its words may name the address
        _log.info("The mail relay refused a message", code=refused.code)
        return AttemptState.DEFERRED if refused.code in _TEMPORARY else AttemptState.FAILED
    except (SMTPException, OSError, TimeoutError) as error:
        _log.warning("The mail relay did not answer", error=type(error).__name__, begun=begun)
        return AttemptState.UNKNOWN if begun else AttemptState.DEFERRED
    return AttemptState.ACCEPTED
