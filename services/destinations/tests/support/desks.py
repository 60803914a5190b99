"""Persons at work over HTTP: one token each, and the acts of the API."""

from collections.abc import Callable
from typing import Any

import httpx

SEEKING = {"destination_code": "70", "reason": "job_seeking"}
UNIT = {
    "destination_code": "10",
    "employer_name": "某某公司",
    "employer_uscc": "91410100MA40ABCD15",
    "employer_nature_code": "39",
    "industry_code": "22",
    "place_code": "410102",
    "employer_address": "某路 1 号",
    "position_code": "40",
    "signed_on": "2024-06-15",
}
EXPLAINED = {"return": {"reason": "材料不全"}, "dispute": {"reason": "单位不对"}}


class Desk:
    """A person at work: one token, and the acts of the API."""

    def __init__(
        self, http: httpx.AsyncClient, headers: dict[str, str], colleague: "Callable[[], Desk] | None" = None
    ) -> None:
        self.http = http
        self.headers = headers
        self._colleague = colleague

    @property
    def colleague(self) -> "Desk":
        """Another person of the same role and scope, who has written and submitted nothing of this one's."""
        assert self._colleague is not None, "it sits alone"
        return self._colleague()

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.headers | headers)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query or None, headers=self.headers)

    async def register(self, graduate_id: Any, content: Any = SEEKING, **headers: str) -> httpx.Response:
        return await self.post("/v1/registrations", {"graduate_id": str(graduate_id), **content}, **headers)

    async def act(self, before: httpx.Response, action: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"If-Match": before.headers["etag"]} | headers
        path = f"/v1/registrations/{before.json()['id']}/{action}"
        return await self.post(path, EXPLAINED.get(action) if body is None else body, **sent)

    async def patch(self, before: httpx.Response, body: Any, **headers: str) -> httpx.Response:
        sent = self.headers | {"If-Match": before.headers["etag"]} | headers
        return await self.http.patch(f"/v1/registrations/{before.json()['id']}", json=body, headers=sent)


Seat = Callable[..., Desk]


async def approved(school: Desk, college: Desk, graduate_id: Any, content: dict[str, Any] = SEEKING) -> httpx.Response:
    author = school.colleague
    answer = await author.register(graduate_id, content)
    for desk, action in ((author, "submit"), (college, "college-approve"), (school, "school-approve")):
        answer = await desk.act(answer, action)
        assert answer.status_code == 200, answer.text
    return answer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
