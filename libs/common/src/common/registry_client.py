"""Registry over HTTP: what every service may ask it with its own token, and how long a caller of ours waits for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NotRequired, Self, TypedDict

import httpx

from common.auth.service_tokens import ServiceTokens
from common.authorities import trusted_at
from common.codes.rules import rule
from common.errors import Message, PermanentError, Unavailable
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.observability.correlation import current_correlation_id
from common.settings import ServiceSettings
from common.sql import uuid_of

TIMEOUT = httpx.Timeout(5.0, connect=1.0)
"""Resolving 5,000 rows takes well below a second; a caller of ours must not wait much longer than that."""

ATTEMPTS = 3
PAUSE = 0.1
RETRY_AFTER = 2.0
REVEALED_AT_ONCE = 500
"""People of one reveal."""

# answers of a service that is overloaded, or about to come back
_AGAIN = frozenset({429, 500, 502, 503, 504})
_TOKEN_REFUSED = frozenset({401, 403})


class RegistryUnavailable(Unavailable):
    """Registry does not answer, so it cannot be said whether the graduate exists."""

    code = "registry_unavailable"
    title = Message("暂时无法核对生源信息，请稍后重试", "The roster cannot be asked just now; try again")

    def __init__(self) -> None:
        super().__init__(RETRY_AFTER)


class RegistryRefused(PermanentError):
    """Registry does not accept what it is asked: asking again cannot help."""

    code = "registry_refused"

    def __init__(self) -> None:
        super().__init__(detail=rule("registry_refused").text)


class RowKey(TypedDict):
    """How a row of a spreadsheet names a person; only ever sent to registry, never stored."""

    row: int
    student_number: str | None
    exam_number: str | None
    citizen_id: NotRequired[str]
    name: str | None


class RegistryClient:
    """Registry's HTTP API with this service's own token; a service adds what only it asks in a subclass."""

    def __init__(self, client: httpx.AsyncClient, tokens: ServiceTokens) -> None:
        self._client = client
        self._tokens = tokens

    @classmethod
    @asynccontextmanager
    async def connected(cls, settings: ServiceSettings) -> AsyncIterator[Self]:
        """A client that keeps its connections until the end."""
        address = settings.registry_url or ""
        async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT, verify=trusted_at([address])) as client:
            yield cls(client, ServiceTokens(settings))

    async def resolved(
        self, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RowKey]
    ) -> list[Mapping[str, Any]]:
        """Of each row that registry knows something of `row`, and `graduate_id` with group codes or the `problem`.

        Raises RegistryUnavailable or RegistryRefused.
        """
        answer = await self.ask(
            "POST", "/v1/graduates/resolve", {"school_code": school_code, "cohort": cohort, "rows": rows}
        )
        return list(answer["rows"] if isinstance(answer, dict) else answer or ())

    async def reveal(
        self, purpose: str, graduate_ids: Sequence[GraduateId], fields: Sequence[str]
    ) -> dict[GraduateId, Mapping[str, Any] | None]:
        """Values of up to REVEALED_AT_ONCE graduates in clear; None of one who is not opened.

        Registry logs that they are read. Raises RegistryUnavailable or RegistryRefused.
        """
        asked = [str(each) for each in graduate_ids]
        body = {"purpose": purpose, "graduate_ids": asked, "fields": list(fields)}
        answer = await self.ask("POST", "/v1/graduates/reveal", body)
        found = {GraduateId(uuid_of(each["graduate_id"])): each.get("values") for each in answer["items"]}
        return {each: found.get(each) for each in graduate_ids}

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer, None for 404; asks again while registry is busy or cannot be reached.

        Raises RegistryUnavailable or RegistryRefused.
        """
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(PAUSE * attempt)
            headers = {
                "Authorization": f"Bearer {await self._tokens.bearer()}",
                "X-Request-ID": current_correlation_id(),
            }
            try:
                response = await self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                continue
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            if response.status_code in _TOKEN_REFUSED:
                # the token may be renewed by the time the caller asks again
                raise RegistryUnavailable
            if response.status_code not in _AGAIN:
                if not response.is_success:
                    raise RegistryRefused
                return response.json()
        raise RegistryUnavailable
