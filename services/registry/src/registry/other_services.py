"""The other services over HTTP: what each holds about a graduate, for the copy of the graduate's data."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from pydantic import ValidationError

from common.auth.service_tokens import RenewedToken, ServiceTokens
from common.authorities import trusted_at
from common.data_copies import DataAnswer, NothingHeld
from common.errors import Message, PermanentError, Unavailable
from common.identifiers import GraduateId
from common.observability.correlation import current_correlation_id
from registry.settings import Settings

TIMEOUT = httpx.Timeout(30.0, connect=2.0)
"""Only long work waits for the answer, and asks again."""

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes: what is held about one person has a few kilobytes."""

RETRY_AFTER = 5.0


class ServiceSilent(Unavailable):
    """Another service does not answer as it should; it may soon."""

    code = "service_silent"
    title = Message("其他服务暂时没有应答，请稍后重试", "Another service does not answer just now; try again")

    def __init__(self) -> None:
        super().__init__(RETRY_AFTER)


class AnswerTooLargeError(PermanentError):
    """Another service says more about one person than can be."""

    code = "answer_too_large"


class OtherServices:
    """The other services' HTTP APIs as far as this one needs them, by name, with this service's own token."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient]) -> None:
        self._clients = clients

    async def held_by(self, service: str, graduate_id: GraduateId) -> Mapping[str, Any] | None:
        """What the service answers to be held about a graduate, as JSON has it; None if that is nothing.

        Raises ServiceSilent, TokenUnavailable, AnswerTooLargeError.
        """
        headers = {"X-Request-ID": current_correlation_id()}
        path = f"/v1/graduates/{graduate_id}/data"
        try:
            async with self._clients[service].stream("GET", path, headers=headers) as response:
                content = await _read(response)
        except httpx.TransportError:
            raise ServiceSilent from None
        # of a release before, which has no such route, it is no answer that nothing is held
        if response.status_code == httpx.codes.NOT_FOUND and NothingHeld.code.encode() in content:
            return None
        if response.status_code != httpx.codes.OK:
            raise ServiceSilent
        try:
            return DataAnswer.model_validate_json(content).model_dump(mode="json")
        except ValidationError:
            raise ServiceSilent from None


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > MAX_ANSWER:
            raise AnswerTooLargeError
    return bytes(content)


@asynccontextmanager
async def other_services(settings: Settings) -> AsyncIterator[OtherServices]:
    """Clients of the other services that keep their connections until the end."""
    addresses = {
        "destinations": settings.destinations_url,
        "surveys": settings.surveys_url,
        "indicators": settings.indicators_url,
    }
    auth = RenewedToken(ServiceTokens(settings))
    verify = trusted_at(addresses.values())
    async with AsyncExitStack() as opened:
        clients = {
            name: await opened.enter_async_context(
                httpx.AsyncClient(base_url=address, auth=auth, timeout=TIMEOUT, verify=verify)
            )
            for name, address in addresses.items()
        }
        yield OtherServices(clients)
