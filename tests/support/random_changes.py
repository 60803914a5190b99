"""Clients that change registrations and roster entries at random, and remember what was answered.

A connection that breaks leaves an outcome unknown: the client repeats the request with the same idempotency key where
it has one, and otherwise goes on from what it reads.
"""

import base64
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from campus import Campus, population_change
from contents import CONTENTS
from permits import Permits

from testing.waiting import eventually

Json = dict[str, Any]
Change = Callable[[], Awaitable[None]]
Send = Callable[[], Awaitable[httpx.Response]]
REFUSED = frozenset({404, 409, 412, 422})
RECOVERY = 120.0

ROSTER_SHARE = 0.2
"""Of the acts, those on the roster."""

ERASURE_SHARE = 0.1
"""Of the acts on the roster, those that erase a graduate."""

_MANY_TIMES = 60
"""Graduates that are changed again and again, whatever the size of the cohort: a review alone takes three acts."""


class Outcome(StrEnum):
    """What a client knows of a write."""

    ACKED = "acked"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Write:
    """One attempt to change something; `version` is the one that it makes if it takes effect, where that is known."""

    service: str
    kind: str
    object_id: str | None
    action: str
    outcome: Outcome
    status: int | None = None
    version: int | None = None
    change_token: str | None = None


@dataclass
class Client:
    """One of several campus systems that act on the same graduates."""

    campus: Campus
    school: str
    graduates: Sequence[str]
    colleges: Sequence[str]
    majors: Sequence[str]
    chance: random.Random
    roster_share: float = ROSTER_SHARE
    erasure_share: float = ERASURE_SHARE
    writes: list[Write] = field(default_factory=list)

    async def work(self, permits: Permits) -> None:
        """Make one change for each permit, which is taken last, so that a strike meets writes and not reads."""
        while True:
            change = await self._planned()
            if not await permits.take():
                return
            await change()

    async def _planned(self) -> Change:
        """Something about somebody; few of the graduates get half of the changes, so that they go all the way."""
        few = self.graduates[: max(1, min(len(self.graduates) // 10, _MANY_TIMES))]
        graduate = self.chance.choice(few if self.chance.random() < 0.5 else self.graduates)
        plan = self._roster if self.chance.random() < self.roster_share else self._registration
        return await plan(graduate)

    async def _roster(self, graduate: str) -> Change:
        officer = self.campus.officer(self.school)
        entry = (await self._read("registry", f"/v1/graduates/{graduate}", officer)).json()
        address = f"/v1/graduates/{graduate}"
        if self.chance.random() < self.erasure_share:
            return partial(self._erase, entry)
        if self.chance.random() < 0.25:
            return partial(self._move, entry)
        field, values = self.chance.choice(
            [
                ("college_code", self.colleges),
                ("major_code", self.majors),
                ("sex_code", "129"),
                ("education_level_code", ["11", "13", "31", "33", "41"]),
                ("phone", [f"138{self.chance.randrange(10**8):08d}"]),
            ]
        )
        # the value that stands would make no version
        changed = self.chance.choice([value for value in values if value != entry[field]])
        if field != "phone" and self.chance.random() < 0.25:
            return partial(self._correct, entry, field, changed)
        patch = {field: changed, "change_reason": "随机修改"}
        return partial(self._write, "registry", "PATCH", address, officer, entry, patch)

    async def _move(self, entry: Json) -> None:
        """Out of N or into it, by two people. What is asked stays open where the second one's answer is unknown."""
        counted = entry["status"] in ("registered", "completed")
        change = self.chance.choice(["extend", "withdraw", "exclude"]) if counted else "readmit"
        body = population_change(self.school, [entry["id"]], change)
        asked = await self._sent(
            "registry", "POST", "/v1/population-changes", self.campus.officer(self.school), None, body
        )
        await self._approve(entry, "/v1/population-changes", asked, None)

    async def _erase(self, entry: Json) -> None:
        """By two officers; a worker does it later, while the graduate is changed on."""
        body = {"graduate_id": entry["id"], "ground": "court_order"}
        asked = await self._sent("registry", "POST", "/v1/erasures", self.campus.officer(self.school), None, body)
        if asked is not None and asked.status_code == 201:
            _, answer = await self._decided("/v1/erasures", asked.json(), None)
            outcome = Outcome.UNKNOWN if answer is None else Outcome.REFUSED if answer.is_error else Outcome.ACKED
            self.writes.append(Write("registry", "erasure", entry["id"], "approve", outcome))

    async def _correct(self, entry: Json, field: str, value: str) -> None:
        """What the graduate asks for and an officer approves."""
        own = self.campus.bearer("graduate", graduate=entry["id"])
        body = {"graduate_id": entry["id"], "field": field, "value": value, "reason": "随机更正"}
        asked = await self._sent("registry", "POST", "/v1/corrections", own, None, body)
        await self._approve(entry, "/v1/corrections", asked, {"basis": "学籍文件"})

    async def _approve(self, entry: Json, path: str, asked: httpx.Response | None, body: Json | None) -> None:
        if asked is None or asked.status_code != 201:
            return
        address, answer = await self._decided(path, asked.json(), body)
        approved = _told("registry", "approve", asked.json(), answer, address)
        # the answer names the event of the graduate's version, not the version
        self.writes.append(replace(approved, object_id=entry["id"], version=None))

    async def _decided(self, path: str, asked: Json, body: Json | None) -> tuple[str, httpx.Response | None]:
        """The approval of a request by another officer: its address, and what is known of it."""
        address, other = f"{path}/{asked['id']}/approve", "another officer"
        decider = self.campus.bearer("school_officer", school=self.school, subject=other)
        return address, await self._sent("registry", "POST", address, decider, asked, body)

    async def _registration(self, graduate: str) -> Change:
        own = self.campus.bearer("graduate", graduate=graduate)
        listed = (await self._read("destinations", "/v1/registrations?limit=500", own)).json()["items"]
        current = next((each for each in listed if each["state"] != "voided"), None)
        if current is None:
            code = self.chance.choice(list(CONTENTS))
            body = {"graduate_id": graduate, "destination_code": code, **CONTENTS[code]}
            return partial(self._write, "destinations", "POST", "/v1/registrations", own, None, body)
        action, headers, content = self._next_step(current, own)
        address = f"/v1/registrations/{current['id']}"
        if action == "edit":
            return partial(self._write, "destinations", "PATCH", address, headers, current, content)
        return partial(self._write, "destinations", "POST", f"{address}/{action}", headers, current, content)

    def _next_step(self, current: Json, own: dict[str, str]) -> tuple[str, dict[str, str], Json | None]:
        """Whatever the state allows, mostly forward."""
        school = self.campus.officer(self.school)
        college = self.campus.bearer("college_officer", school=self.school, college=current["college_code"])
        code = self.chance.choice(list(CONTENTS))
        content = {"destination_code": code, **CONTENTS[code]}
        why = {"reason": "请更正"}
        steps: Mapping[str, Sequence[tuple[str, dict[str, str], Json | None]]] = {
            "draft": [("submit", own, None)] * 4 + [("edit", own, content)],
            "returned": [("submit", own, None), ("edit", own, content)],
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
        answer = await self._sent(service, method, path, headers, seen, body)
        action = path.rpartition("/")[2] if method == "POST" and seen else ("edit" if seen else "create")
        self.writes.append(_told(service, action, seen, answer, f"{method} {path}"))

    async def _sent(
        self, service: str, method: str, path: str, headers: Mapping[str, str], seen: Json | None, body: Json | None
    ) -> httpx.Response | None:
        if_match = {"If-Match": f'"{seen["version"]}"'} if seen else {}
        key = {"Idempotency-Key": str(UUID(int=self.chance.getrandbits(128)))} if method == "POST" else {}
        address = self.campus.urls[service] + path

        async def send() -> httpx.Response:
            return await self.campus.http.request(method, address, headers={**headers, **if_match, **key}, json=body)

        return await self._answered(send, repeatable=bool(key) and self.chance.random() < 0.5)

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
