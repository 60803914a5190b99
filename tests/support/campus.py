"""What a campus system does over HTTP: create a school, import files, act on registrations, read figures."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from testing.tokens import TokenMint

Json = dict[str, Any]
DEADLINE = 120.0


def population_change(school: str, graduate_ids: Sequence[str], change: str) -> Json:
    """The body that asks for a change, complete for each of them."""
    body: Json = {"school_code": school, "cohort": 2024, "graduate_ids": list(graduate_ids), "change": change}
    if change in ("extend", "withdraw", "transfer"):
        body["document"] = {"number": "校教〔2024〕18号", "issued_on": "2024-06-18"}
    return body | ({"ground": "international"} if change == "exclude" else {}) | {"reason": "按学籍文件办理"}


def waiver(school: str, graduate_ids: Sequence[str]) -> Json:
    """The body that asks for a waiver of graduates without a phone."""
    asked = {"school_code": school, "cohort": 2024, "graduate_ids": list(graduate_ids), "rule_id": "phone_missing"}
    return asked | {"reason": "在校外实习，暂无手机号", "expires_on": "2199-12-31"}


ENDLESS = frozenset({"/v1/stream"})
"""What answers for as long as its token lasts; the tests of its area try who hears what."""


@dataclass(frozen=True)
class Campus:
    """A client of the four services; `urls` maps a service's name to its base address."""

    urls: Mapping[str, str]
    mint: TokenMint
    http: httpx.AsyncClient

    def bearer(self, role: str, **scope: Any) -> dict[str, str]:
        """The Authorization header of a person of that role."""
        return self.mint.headers(role, **scope)

    def officer(self, school: str) -> dict[str, str]:
        """The Authorization header of the school's officer."""
        return self.bearer("school_officer", school=school)

    async def create_school(self, code: str, province: str = "410000") -> None:
        """Create a school as the administrator."""
        body = {"code": code, "name": f"测试大学{code}", "name_en": None, "province_code": province}
        answer = await self.http.post(f"{self.urls['registry']}/v1/schools", json=body, headers=self.bearer("admin"))
        assert answer.status_code == 201, answer.text

    async def import_file(
        self, service: str, kind: str, content: bytes, school: str, *, name: str = "file.xlsx", **form: str
    ) -> Json:
        """Upload a file, wait for the operation to end and return it."""
        headers = self.officer(school)
        fields = {"school_code": school, "cohort": "2024"} | form
        answer = await self.http.post(
            f"{self.urls[service]}/v1/imports/{kind}", headers=headers, data=fields, files={"file": (name, content)}
        )
        assert answer.status_code == 202, answer.text
        return await self.finished(service, answer, headers)

    async def finished(self, service: str, accepted: httpx.Response, headers: Mapping[str, str]) -> Json:
        """Poll the operation that a 202 named until it has ended."""
        address = self.urls[service] + accepted.headers["Location"]
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            operation: Json = (await self.http.get(address, headers=headers)).json()
            if operation["state"] in ("succeeded", "failed"):
                return operation
            await asyncio.sleep(0.02)
        raise AssertionError(f"the operation did not end: {operation}")

    async def import_roster(self, content: bytes, school: str, **form: str) -> Json:
        """Import a roster file."""
        return await self.import_file("registry", "graduates", content, school, **form)

    async def import_registrations(self, content: bytes, school: str, **form: str) -> Json:
        """Import a file of registrations."""
        return await self.import_file("destinations", "registrations", content, school, **form)

    async def change_population(self, school: str, graduate_ids: Sequence[str], change: str, **further: object) -> Json:
        """Let one officer ask for a population change and another one approve it; give the approved one."""
        url = f"{self.urls['registry']}/v1/population-changes"
        asked = await self.http.post(
            url, json=population_change(school, graduate_ids, change) | further, headers=self.officer(school)
        )
        assert asked.status_code == 201, asked.text
        other = self.bearer("school_officer", school=school, subject="another officer")
        approved = await self.http.post(f"{url}/{asked.json()['id']}/approve", headers=other | {"If-Match": '"1"'})
        assert approved.status_code == 200, approved.text
        body: Json = approved.json()
        return body

    async def rates(self, headers: Mapping[str, str], **query: str | int) -> Json:
        """Read rates; fails when the answer is not 200."""
        asked: dict[str, str | int] = {"wait": "20s", **query}
        answer = await self.http.get(f"{self.urls['indicators']}/v1/rates", headers=headers, params=asked)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    async def act(
        self, registration: Json, action: str, headers: Mapping[str, str], body: Json | None = None
    ) -> httpx.Response:
        """One transition of a registration, bound to the version in hand."""
        return await self.http.post(
            f"{self.urls['destinations']}/v1/registrations/{registration['id']}/{action}",
            headers={**headers, "If-Match": f'"{registration["version"]}"'},
            json=body,
        )


async def items(campus: Campus, service: str, path: str, headers: Mapping[str, str], **query: str) -> list[Json]:
    """A list that fits into one page."""
    answered = await campus.http.get(
        campus.urls[service] + path, headers=dict(headers), params={"limit": "500"} | query
    )
    assert answered.status_code == 200, answered.text
    return list(answered.json()["items"])
