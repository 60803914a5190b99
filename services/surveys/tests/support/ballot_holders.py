"""What the holder of a code or a link does."""

import re
from typing import Any

import httpx

Json = dict[str, Any]

LINK = re.compile(r'href="https://survey\.test/a#([A-Za-z0-9]{22})"')
CONSENT = {"statement_version": 1, "agreed": True, "sensitive": False}
ANY = {"If-Match": "*"}
ANSWERS: Json = {"work": {"satisfied": "y", "comment": "好"}, "study": {"match": 4}}


async def consent(holder: httpx.AsyncClient) -> httpx.Response:
    """Agrees to the privacy statement."""
    return await holder.put("/v1/answer/consent", json=CONSENT, headers=ANY)


async def save(holder: httpx.AsyncClient, page: str, values: Json, version: str = "*") -> httpx.Response:
    """Saves a page."""
    return await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers={"If-Match": version})


async def submit(holder: httpx.AsyncClient, **headers: str) -> httpx.Response:
    """Submits."""
    return await holder.post("/v1/answer/submit", headers=ANY | headers)


async def complete(holder: httpx.AsyncClient, answers: Json = ANSWERS) -> None:
    """Agrees, and answers every page."""
    assert (await consent(holder)).status_code == 200
    for page, values in answers.items():
        assert (await save(holder, page, values)).status_code == 200
