"""Clients that change registrations and roster entries at random, and remember what was answered.

A connection that breaks leaves an outcome unknown: the client repeats the request with the same idempotency key where
it has one, and otherwise goes on from what it reads.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
from campus import Campus

from common.testing.waiting import eventually

Json = dict[str, Any]
Send = Callable[[], Awaitable[httpx.Response]]
REFUSED = frozenset({404, 409, 412, 422})
RECOVERY = 120.0

_EMPLOYED: Json = {
    "employer_name": "郑州某公司", "employer_uscc": "91110000600037341L", "employer_nature_code": "39",
    "industry_code": "34", "place_code": "410102", "employer_address": "测试路 1 号", "position_code": "13",
    "signed_on": "2024-06-15",
}  # fmt: skip
_ABROAD: Json = {
    "abroad_country": "英国", "abroad_school_name_zh": "某大学", "abroad_school_name_en": "A University",
    "abroad_major_zh": "金融", "abroad_major_en": "Finance",
}  # fmt: skip
_STUDY: Json = {"study_school_name": "某大学", "study_level_code": "11"}
CONTENTS: Mapping[str, Json] = {
    "10": _EMPLOYED,
    "11": _EMPLOYED,
    "12": _EMPLOYED,
    "271": {"employer_name": "某项目办公室", "place_code": "410102"},
    "512": {"employer_name": "某项目办公室", "place_code": "410102"},
    "46": {},
    "75": {"employer_name": "某创业公司", "industry_code": "34", "place_code": "410102"},
    "76": {"freelance_kind": "自由撰稿", "place_code": "410102"},
    "801": _STUDY,
    "85": _ABROAD,
    "70": {"reason": "job_seeking"},
    "71": {"reason": "planning_study"},
    "72": {"reason": "not_seeking"},
}
"""Destination codes with everything that submitting asks for."""


class Outcome(StrEnum):
    """What a client knows of a write."""

    ACKED = "acked"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Write:
    """One attempt to change something; `version` is the one that it makes if it takes effect."""

    service: str
    kind: str
    object_id: str | None
    action: str
    outcome: Outcome
    status: int | None = None
    version: int | None = None
    change_token: str | None = None


@dataclass
class Permits:
    """How many writes the clients may still attempt; shared by all, handed out in slices by the kill schedule."""

    released: int = 0
    taken: int = 0
    closed: bool = False
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def release(self, number: int) -> None:
        """Allow more writes."""
        async with self._moved:
            self.released += number
            self._moved.notify_all()

    async def close(self) -> None:
        """End the clients once everything released is used up."""
        async with self._moved:
            self.closed = True
            self._moved.notify_all()

    async def take(self) -> bool:
        """Wait for a permit; False when there will be none."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.taken < self.released or self.closed)
            if self.taken >= self.released:
                return False
            self.taken += 1
            self._moved.notify_all()
            return True

    async def until_taken(self, number: int) -> None:
        """Wait until so many writes were begun."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.taken >= number)


@dataclass
class Client:
    """One of several campus systems that act on the same graduates."""

    campus: Campus
    school: str
    graduates: Sequence[str]
    colleges: Sequence[str]
    majors: Sequence[str]
    chance: random.Random
    writes: list[Write] = field(default_factory=list)

    async def work(self, permits: Permits) -> None:
        """Make one change for each permit."""
        while await permits.take():
            await self.change()

    async def change(self) -> None:
        """Change something about somebody; a tenth of the graduates gets half of the changes."""
        few = self.graduates[: max(1, len(self.graduates) // 10)]
        graduate = self.chance.choice(few if self.chance.random() < 0.5 else self.graduates)
        await (self._roster(graduate) if self.chance.random() < 0.2 else self._registration(graduate))

    async def _roster(self, graduate: str) -> None:
        officer = self.campus.officer(self.school)
        entry = (await self._read("registry", f"/v1/graduates/{graduate}", officer)).json()
        address = f"/v1/graduates/{graduate}"
        if self.chance.random() < 0.1:
            await self._write("registry", "POST", f"{address}/withdraw", officer, entry, {"reason": "退学"})
            return
        patch: Json = self.chance.choice(
            [
                {"college_code": self.chance.choice(self.colleges)},
                {"major_code": self.chance.choice(self.majors)},
                {"sex_code": self.chance.choice("129")},
                {"education_level_code": self.chance.choice(["11", "13", "31", "33", "41"])},
                {"status": self.chance.choice(["registered", "extended", "completed"])},
            ]
        )
        await self._write("registry", "PATCH", address, officer, entry, patch)

    async def _registration(self, graduate: str) -> None:
        own = self.campus.bearer("graduate", graduate=graduate)
        listed = (await self._read("destinations", "/v1/registrations?limit=500", own)).json()["items"]
        current = next((each for each in listed if each["state"] != "voided"), None)
        if current is None:
            code = self.chance.choice(list(CONTENTS))
            body = {"graduate_id": graduate, "destination_code": code, **CONTENTS[code]}
            await self._write("destinations", "POST", "/v1/registrations", own, None, body)
            return
        action, headers, content = self._next_step(current, own)
        address = f"/v1/registrations/{current['id']}"
        if action == "edit":
            await self._write("destinations", "PATCH", address, headers, current, content)
        else:
            await self._write("destinations", "POST", f"{address}/{action}", headers, current, content)

    def _next_step(self, current: Json, own: dict[str, str]) -> tuple[str, dict[str, str], Json | None]:
        """Whatever the state allows, mostly forward."""
        school = self.campus.officer(self.school)
        college = self.campus.bearer("college_officer", school=self.school, college=current["college_code"])
        code = self.chance.choice(list(CONTENTS))
        content = {"destination_code": code, **CONTENTS[code]}
        why = {"reason": "请更正"}
        steps: Mapping[str, Sequence[tuple[str, dict[str, str], Json | None]]] = {
            "draft": [("submit", own, None)] * 4 + [("edit", own, content)],
            "returned": [("submit", own, None), ("edit", college, content)],
            "submitted": [("college-approve", college, None)] * 5 + [("return", college, why)],
            "college_approved": [("school-approve", school, None)] * 5 + [("return", school, why)],
            "school_approved": [
                ("confirm", own, None),
                ("dispute", own, why),
                ("edit", school, content),
                ("edit", school, content),
                ("edit", own, content),
                ("request-void", college, None),
                ("request-void", own, None),
            ],
            "void_requested": [
                ("void", school, None),
                ("void", school, None),
                ("college-approve", college, None),
                ("return", school, why),
            ],
        }
        return self.chance.choice(steps[current["state"]])

    async def _read(self, service: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        async def answer() -> httpx.Response | None:
            try:
                found = await self.campus.http.get(self.campus.urls[service] + path, headers=headers)
            except httpx.TransportError:
                return None
            assert found.status_code in (200, 503), f"GET {path}: {found.status_code} {found.text}"
            return found if found.status_code == 200 else None

        found = await eventually(answer, within=RECOVERY, every=0.1, describe=f"an answer of {service}")
        assert found is not None
        return found

    async def _write(
        self, service: str, method: str, path: str, headers: Mapping[str, str], seen: Json | None, body: Json | None
    ) -> None:
        if_match = {"If-Match": f'"{seen["version"]}"'} if seen else {}
        key = {"Idempotency-Key": str(UUID(int=self.chance.getrandbits(128)))} if method == "POST" else {}
        address = self.campus.urls[service] + path

        async def send() -> httpx.Response:
            return await self.campus.http.request(method, address, headers={**headers, **if_match, **key}, json=body)

        answer = await self._answered(send, repeatable=bool(key) and self.chance.random() < 0.5)
        action = path.rpartition("/")[2] if method == "POST" and seen else ("edit" if seen else "create")
        self.writes.append(_told(service, action, seen, answer, f"{method} {path}"))

    async def _answered(
        self, send: Callable[[], Awaitable[httpx.Response]], *, repeatable: bool
    ) -> httpx.Response | None:
        """The answer; None when it is not known, because the connection broke or the service could not say."""
        first = await _or_none(send)
        if first is not None or not repeatable:
            return first

        async def again() -> httpx.Response | None:
            return await _or_none(send)

        return await eventually(again, within=RECOVERY, every=0.1, describe="an answer to a repeated request")


async def _or_none(send: Send) -> httpx.Response | None:
    try:
        answer = await send()
    except httpx.TransportError:
        return None
    running = answer.status_code == 409 and answer.json()["code"] == "request_in_progress"
    return None if answer.status_code == 503 or running else answer


def _told(service: str, action: str, seen: Json | None, answer: httpx.Response | None, what: str) -> Write:
    kind = "graduate" if service == "registry" else "registration"
    version = seen["version"] + 1 if seen else 1
    object_id = seen["id"] if seen else None
    if answer is None:
        return Write(service, kind, object_id, action, Outcome.UNKNOWN, version=version)
    if answer.status_code in REFUSED:
        return Write(service, kind, object_id, action, Outcome.REFUSED, answer.status_code)
    assert answer.status_code in (200, 201), f"{what}: {answer.status_code} {answer.text}"
    body = answer.json()
    # a replay shows the object as it is by now
    expected = body["version"] >= version if "Idempotency-Replayed" in answer.headers else body["version"] == version
    assert expected, f"{what}: version {body['version']} instead of {version}"
    return Write(service, kind, body["id"], action, Outcome.ACKED, answer.status_code, version, body["change_token"])


def position_named(token: str) -> tuple[str, str, int]:
    """Topic, key and sequence that a change token names."""
    topic, _, key, sequence = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return topic, key, sequence
