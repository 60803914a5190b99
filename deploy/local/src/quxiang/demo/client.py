"""The API as the people of a school use it."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from common.auth.issuing import Grant, TokenIssuer, subject_of

Json = dict[str, Any]
_PATIENCE_SECONDS = 120.0
_NOTHING: Mapping[str, str] = {}


class Refused(Exception):
    """The API answered something that demo data does not expect."""


@dataclass(frozen=True)
class Campus:
    """A client of the running services."""

    http: httpx.AsyncClient
    urls: Mapping[str, str]
    issuer: TokenIssuer

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        grant: Grant,
        *,
        version: int | None = None,
        also: Mapping[str, str] = _NOTHING,
        **content: Any,
    ) -> Json:
        """Asks once; anything but success is an error, except a conflict, which means that it was done before.

        What a run before this one has made in the same words is answered again. `also` are other headers.
        """
        headers = {"Authorization": f"Bearer {self.issuer.issue(grant)}", **also}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        elif method == "POST":
            headers["Idempotency-Key"] = _key(path, grant, content)
        answer = await self.http.request(method, f"{self.urls[service]}{path}", headers=headers, **content)
        if answer.status_code == httpx.codes.CONFLICT:
            return {}
        if answer.is_error:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        found: Json = answer.json()
        return found

    async def fetch(self, service: str, path: str, grant: Grant, also: Mapping[str, str]) -> bytes:
        """A file; `also` are other headers."""
        headers = {"Authorization": f"Bearer {self.issuer.issue(grant)}", **also}
        answer = await self.http.get(f"{self.urls[service]}{path}", headers=headers)
        if answer.is_error:
            raise Refused(f"GET {path}: {answer.status_code} {answer.text[:500]}")
        return answer.content

    async def upload(self, service: str, kind: str, grant: Grant, name: str, file: bytes, **form: str) -> Json:
        """Uploads a file and waits until its operation has ended well."""
        taken = await self.call(service, "POST", f"/v1/imports/{kind}", grant, data=form, files={"file": (name, file)})
        ended = await self.finished(service, taken, grant)
        if ended["state"] == "failed":
            raise Refused(f"import of {name}: {ended['errors'][:3]}")
        return ended

    async def finished(self, service: str, taken: Json, grant: Grant) -> Json:
        """Waits until an operation has ended."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while taken["state"] not in ("succeeded", "failed"):
                await asyncio.sleep(0.1)
                taken = await self.call(service, "GET", f"/v1/operations/{taken['id']}", grant)
        return taken

    async def items(self, service: str, path: str, grant: Grant, **query: str | int) -> AsyncIterator[Json]:
        """All items of a list, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = await self.call(service, "GET", path, grant, params={**query, "limit": 500, **cursor})
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}


def _key(path: str, grant: Grant, content: Mapping[str, Any]) -> str:
    """The same for the same words of the same person."""
    said = json.dumps([path, subject_of(grant), content], sort_keys=True, default=_of_bytes)
    return hashlib.sha256(said.encode()).hexdigest()


def _of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
