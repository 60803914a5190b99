"""Registry over HTTP: the persons that rows of a spreadsheet name, and graduates whose event is still on its way."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlencode

import httpx

from common.auth.service_tokens import ServiceTokens
from common.authorities import trusted_at
from common.change_feed import barrier
from common.codes.rules import rule
from common.contracts.graduate import status_counted
from common.errors import Message, PermanentError, Unavailable
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.observability.correlation import current_correlation_id
from common.settings import ServiceSettings
from common.sql import uuid_of
from destinations.roster.domain import NO_MODE, Graduate, RosterEntry

TIMEOUT = httpx.Timeout(5.0, connect=1.0)
"""Resolving 5,000 rows takes well below a second; a caller of ours must not wait much longer than that."""

ATTEMPTS = 3
PAUSE = 0.1
RETRY_AFTER = 2.0
REVEALED_AT_ONCE = 500
"""People of one reveal."""
LISTED_AT_ONCE = 200
"""Units of one page of a list."""

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


class Registry:
    """Registry's HTTP API as far as this service needs it, with this service's own token."""

    def __init__(self, client: httpx.AsyncClient, tokens: ServiceTokens) -> None:
        self._client = client
        self._tokens = tokens

    async def graduate(self, graduate_id: GraduateId) -> RosterEntry | None:
        """The graduate's roster entry, or None if registry has no such graduate; raises RegistryUnavailable."""
        answer = await self._ask("GET", f"/v1/graduates/{graduate_id}")
        # the answer carries no sequence of the topic: an event of any sequence is newer
        if answer is None:
            return None
        return _entry(answer, answer["id"], answer["school_code"], answer["cohort"], sequence=0)

    async def resolve(
        self, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RowKey]
    ) -> dict[int, RosterEntry | str]:
        """The roster entry of each row by its number, or the name of what is wrong with the row.

        Raises RegistryUnavailable or RegistryRefused.
        """
        body = {"school_code": school_code, "cohort": cohort, "rows": rows}
        answer = await self._ask("POST", "/v1/graduates/resolve", body)
        found = answer["rows"] if isinstance(answer, dict) else answer or ()
        return {
            each["row"]: each.get("problem") or _entry(each, each["graduate_id"], school_code, cohort, each["sequence"])
            for each in found
        }

    async def commissioning_units(self, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, str | None]:
        """For whom each of these graduates was trained (定向委培单位); None where registry says no unit of one.

        Raises RegistryUnavailable or RegistryRefused.
        """
        units: dict[GraduateId, str | None] = dict.fromkeys(graduate_ids)
        for start in range(0, len(graduate_ids), REVEALED_AT_ONCE):
            asked = [str(each) for each in graduate_ids[start : start + REVEALED_AT_ONCE]]
            body = {"purpose": "review", "graduate_ids": asked, "fields": ["commissioning_unit"]}
            answer = await self._ask("POST", "/v1/graduates/reveal", body)
            for each in answer["items"]:
                units[GraduateId(uuid_of(each["graduate_id"]))] = each.get("values", {}).get("commissioning_unit")
        return units

    async def persons(self, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, dict[str, Any]]:
        """Name and phones of graduates as registry shows them for `verification`: their `values`, or the `problem`.

        Raises RegistryUnavailable or RegistryRefused.
        """
        shown: dict[GraduateId, dict[str, Any]] = {
            each: {"values": {}, "problem": "not_found"} for each in graduate_ids
        }
        for start in range(0, len(graduate_ids), REVEALED_AT_ONCE):
            asked = [str(each) for each in graduate_ids[start : start + REVEALED_AT_ONCE]]
            body = {"purpose": "verification", "graduate_ids": asked, "fields": ["name", "phone", "home_phone"]}
            answer = await self._ask("POST", "/v1/graduates/reveal", body)
            for each in answer["items"]:
                known = {"values": each.get("values") or {}, "problem": each.get("problem")}
                shown[GraduateId(uuid_of(each["graduate_id"]))] = known
        return shown

    async def digest(self, topic: str, school_code: SchoolCode, before: datetime) -> barrier.OwnerDigest:
        """What registry says of a school before a moment.

        Raises RegistryUnavailable or RegistryRefused.
        """
        query = barrier.question(topic, school_code, before)
        return barrier.OwnerDigest.of(await self._ask("GET", f"{barrier.PATH}?{urlencode(query)}"))

    async def reveal(
        self, purpose: str, graduate_ids: Sequence[GraduateId], fields: Sequence[str]
    ) -> dict[GraduateId, Mapping[str, Any] | None]:
        """Values of up to REVEALED_AT_ONCE graduates in clear; None of one who is not opened.

        Registry logs that they are read. Raises RegistryUnavailable or RegistryRefused.
        """
        asked = [str(each) for each in graduate_ids]
        body = {"purpose": purpose, "graduate_ids": asked, "fields": list(fields)}
        answer = await self._ask("POST", "/v1/graduates/reveal", body)
        found = {GraduateId(uuid_of(each["graduate_id"])): each.get("values") for each in answer["items"]}
        return {each: found.get(each) for each in graduate_ids}

    async def school(self, school_code: SchoolCode) -> Mapping[str, Any]:
        """The school, empty where registry has none; raises RegistryUnavailable or RegistryRefused."""
        return await self._ask("GET", f"/v1/schools/{school_code}") or {}

    async def majors(self, school_code: SchoolCode) -> dict[str, str]:
        """The names of the school's majors by code; raises RegistryUnavailable or RegistryRefused."""
        path, names = f"/v1/schools/{school_code}/majors", dict[str, str]()
        asked: dict[str, str | int] = {"limit": LISTED_AT_ONCE}
        while True:
            answer = await self._ask("GET", f"{path}?{urlencode(asked)}") or {"items": [], "next_cursor": None}
            names |= {each["code"]: each["name"] for each in answer["items"]}
            if not answer["next_cursor"]:
                return names
            asked["cursor"] = answer["next_cursor"]

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer, None for 404; asks again while registry is busy or cannot be reached."""
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


@asynccontextmanager
async def registry_client(settings: ServiceSettings) -> AsyncIterator[Registry]:
    """A client of registry that keeps its connections until the end."""
    address = settings.registry_url or ""
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT, verify=trusted_at([address])) as client:
        yield Registry(client, ServiceTokens(settings))


def _entry(
    answer: Mapping[str, Any], graduate_id: str, school_code: SchoolCode, cohort: Cohort, sequence: int
) -> RosterEntry:
    said, status = answer.get, answer["status"]
    graduate = Graduate(
        GraduateId(uuid_of(graduate_id)),
        school_code,
        cohort,
        said("college_code"),
        said("major_code"),
        said("class_code"),
        said("education_level_code"),
        status,
        counted=status_counted(status),
        # an answer gives the moment
        erased=said("erased_at") is not None,
        # an answer of the release before lacks it
        training_mode_code=(said("training_mode_code") or NO_MODE) if "training_mode_code" in answer else None,
    )
    return RosterEntry(graduate, sequence)
