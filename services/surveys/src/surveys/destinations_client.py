"""Destinations over HTTP: which employers the effective registrations of a school's graduates name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from common.auth.service_tokens import RenewedToken, ServiceTokens
from common.authorities import trusted_at
from common.errors import Message, Unavailable
from common.identifiers import Cohort, SchoolCode
from common.observability.correlation import current_correlation_id
from common.sql import uuid_of
from surveys.employers.domain import Contact, Hired
from surveys.settings import Settings

TIMEOUT = httpx.Timeout(20.0, connect=2.0)
"""A page of employers comes with their contacts, which are deciphered one by one."""

RETRY_AFTER = 5.0


class DestinationsUnavailable(Unavailable):
    """Destinations does not answer, so it cannot be said who hires the school's graduates now."""

    code = "destinations_unavailable"
    title = Message("暂时无法核对用人单位，请稍后重试", "Employers cannot be looked up just now; try again")

    def __init__(self) -> None:
        super().__init__(RETRY_AFTER)


class DestinationsClient:
    """Destinations' HTTP API as far as surveys asks it, with this service's own token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def hires(self, school_code: SchoolCode, cohort: Cohort) -> AsyncIterator[list[Hired]]:
        """The employers that graduates of a cohort are registered with, page by page.

        Raises DestinationsUnavailable or TokenUnavailable.
        """
        asked: dict[str, Any] = {"school_code": school_code, "cohorts": [cohort]}
        while True:
            answer = await self._ask("/v1/employers/hires", asked)
            yield [_hired(each, cohort) for each in answer["items"]]
            if not answer["next_cursor"]:
                return
            asked["cursor"] = answer["next_cursor"]

    async def _ask(self, path: str, body: object) -> Any:
        headers = {"X-Request-ID": current_correlation_id()}
        try:
            response = await self._client.post(path, json=body, headers=headers)
        except httpx.TransportError:
            raise DestinationsUnavailable from None
        if not response.is_success:
            raise DestinationsUnavailable
        return response.json()


@asynccontextmanager
async def destinations_client(settings: Settings) -> AsyncIterator[DestinationsClient | None]:
    """A client that keeps its connections until the end; None where no address is set."""
    address = settings.destinations_url
    if address is None:
        yield None
        return
    auth = RenewedToken(ServiceTokens(settings))
    verify = trusted_at([address])
    async with httpx.AsyncClient(base_url=address, auth=auth, timeout=TIMEOUT, verify=verify) as client:
        yield DestinationsClient(client)


def _hired(said: Any, cohort: Cohort) -> Hired:
    return Hired(
        registered_as=uuid_of(said["employer_id"]),
        name=said["name"],
        uscc=said["uscc"],
        nature_code=said["nature_code"],
        industry_code=said["industry_code"],
        place_code=said["place_code"],
        hires=said["hires"].get(str(cohort), 0),
        contacts=tuple(Contact(name=each["name"], phone=each["phone"]) for each in said["contacts"]),
    )
