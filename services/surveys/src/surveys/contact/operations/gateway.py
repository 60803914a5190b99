"""Messages through a gateway of the school's choice (docs/gateway.md): repeated under their id until one is taken."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from common import clock
from common.authorities import trusted_at
from common.crypto.webhooks import signed_headers
from common.observability import logger
from surveys.contact.domain import AttemptState, Outcome, Outgoing

CONNECTIONS = 8
TIMEOUT_SECONDS = 10.0
PAUSES = (0.0, 0.5, 2.0)
"""Before each try of one round; then the message is put off, and tried again for a day."""

LONGEST_PAUSE = 5.0
"""So long a gateway is waited for that says when it may be asked again."""

LONGEST_REFERENCE = 200

_log = logger(__name__)


@dataclass(frozen=True)
class GatewayAddress:
    """Where messages are handed over, and the secret by which they are signed."""

    url: str
    secret: str
    timeout: float = TIMEOUT_SECONDS
    pauses: Sequence[float] = PAUSES


class GatewaySender:
    """Sends messages to the gateway, which knows by their id that one is repeated."""

    repeats = True
    at_once = CONNECTIONS

    def __init__(self, client: httpx.AsyncClient, address: GatewayAddress) -> None:
        self._client = client
        self._address = address

    async def send(self, message: Outgoing) -> Outcome:
        """Hands a message over; raises nothing."""
        body, pause = body_of(message), 0.0
        for at_least in self._address.pauses:
            await asyncio.sleep(max(at_least, pause))
            try:
                answered = await self._post(str(message.id), body)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                _log.warning("The gateway did not answer", error=type(error).__name__)
                continue
            if answered.is_success:
                return Outcome(AttemptState.ACCEPTED, reference_in(answered))
            # its words may name the phone
            _log.warning("The gateway refused a message", status=answered.status_code)
            if not may_be_repeated(answered.status_code):
                return Outcome(AttemptState.FAILED)
            pause = pause_of(answered)
        return Outcome(AttemptState.DEFERRED)

    async def _post(self, message_id: str, body: bytes) -> httpx.Response:
        # the time of each try stands in its signature
        headers = signed_headers(self._address.secret, message_id, clock.now(), body)
        sent = {**headers, "Idempotency-Key": message_id, "Content-Type": "application/json"}
        return await self._client.post("messages", content=body, headers=sent)


@asynccontextmanager
async def gateway_sender(address: GatewayAddress) -> AsyncIterator[GatewaySender]:
    """A sender whose connections end with it."""
    base = f"{address.url.rstrip('/')}/"
    async with httpx.AsyncClient(base_url=base, timeout=address.timeout, verify=trusted_at([base])) as client:
        yield GatewaySender(client, address)


def body_of(message: Outgoing) -> bytes:
    """A message as the gateway reads it."""
    step = message.step
    said = {
        "id": str(message.id),
        "channel": step.channel,
        "to": message.address.to,
        "template": step.template or step.kind,
        "language": message.language,
        "params": {
            "school": message.school.in_language(message.language),
            "link": message.link,
            "stop": message.stop,
            "closes_on": message.closes_on.isoformat(),
        },
        "expires_at": message.expires_at.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def may_be_repeated(status: int) -> bool:
    """Whether a gateway that answers so may take the message later.

    >>> [status for status in (302, 400, 408, 409, 422, 429, 500, 503) if may_be_repeated(status)]
    [429, 500, 503]
    """
    return status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR


def pause_of(answered: httpx.Response) -> float:
    """For how many seconds a gateway asks to be left alone, as far as it is waited for."""
    said = answered.headers.get("retry-after", "")
    return min(float(said), LONGEST_PAUSE) if said.isascii() and said.isdecimal() else 0.0


def reference_in(answered: httpx.Response) -> str | None:
    """The gateway's own word for the message; None where it says none that can be kept."""
    try:
        said = answered.json()["reference"]
    except (ValueError, KeyError, TypeError):
        return None
    return said if isinstance(said, str) and said.isprintable() and len(said) <= LONGEST_REFERENCE else None
