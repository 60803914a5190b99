"""The life of a graduate in registry: by a file, by officers, by oneself, by an employer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from changing import moved
from portraits import jpeg, tilted

from common import clock

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Imported = Callable[..., Awaitable[Json]]

CANARY = "<script>alert(1)</script>"
"""What must not run where the texts of people are shown."""

PDF = b"%PDF-1.7\n%%EOF\n"
PEOPLE = "\n".join(
    ["学号,姓名,证件号,手机号,学历", "1,欧阳询,11010119900307002X,13812345678,本科毕业"]
    + [f"{number},李四,,,本科毕业" for number in range(2, 6)]
)
ASKED: Mapping[str, str] = {
    "employer_name": "某某科技有限公司",
    "employer_uscc": "91110000600037341L",
    "message": f"诚邀面谈 {CANARY}",
    "reply_to": "hr@example.cn",
}


@dataclass
class Life:
    """The graduate of the file's first row in school `school`, and what others have written about them."""

    client: Client
    school: str
    id: str
    own: httpx.AsyncClient

    async def entry(self) -> None:
        """A free field by oneself, a locked one by an officer who says why, and a self-check."""
        path, officer = f"/v1/graduates/{self.id}", self.client("school_officer", school=self.school)
        await _done(self.own.patch(path, json={"email": "o@example.cn"}, headers={"If-Match": '"1"'}))
        changed = {"name": "欧阳珣", "change_reason": f"户口簿为准 {CANARY}"}
        await _done(officer.patch(path, json=changed, headers={"If-Match": '"2"'}))
        await _done(self.own.post(f"{path}/self-check", json={"graduate_version": 3}))

    async def photo(self) -> None:
        """A photo that an officer refuses."""
        path, officer = f"/v1/graduates/{self.id}/photo", self.client("school_officer", school=self.school)
        first = {"Content-Type": "image/jpeg", "If-None-Match": "*"}
        await _done(self.own.put(path, content=jpeg(tilted), headers=first))
        refusal = {"rule": "photo_tilt", "reason": "头部明显倾斜"}
        await _done(officer.post(f"{path}/refuse", json=refusal, headers={"If-Match": '"1"'}))

    async def correction(self) -> None:
        """A correction with a proof, which an officer refuses."""
        officer = self.client("school_officer", school=self.school, subject="who decides")
        wanted = {"graduate_id": self.id, "field": "campus", "value": "西校区", "reason": f"校区有误 {CANARY}"}
        path = (await _done(self.own.post("/v1/corrections", json=wanted))).headers["location"]
        files = {"file": ("a.pdf", PDF)}
        await _done(self.own.post(f"{path}/proofs", data={"kind": "school_document"}, files=files))
        await _done(officer.post(f"{path}/refuse", json={"reason": "材料不符"}, headers={"If-Match": '"2"'}))

    async def talents(self) -> None:
        """A profile, and an employer to whom name and e-mail are shown."""
        consent = (await self.own.get("/v1/consent-texts/talent-pool")).json()["version"]
        content = {"consent_version": consent, "skills": [CANARY[:20]], "regions": ["410100"]}
        profile = await _done(self.own.put(f"/v1/graduates/{self.id}/talent-profile", json=content))
        door = f"/v1/talents/{profile.json()['profile_id']}/contact-requests"
        asked = await _done(self.client("employer", employer=uuid4()).post(door, json=ASKED))
        accept = f"/v1/contact-requests/{asked.json()['id']}/accept"
        await _done(self.own.post(accept, json={"share": ["name", "email"]}))

    async def erasure(self) -> None:
        """An erasure that is taken back."""
        wanted = {"graduate_id": self.id, "ground": "graduate_request", "reason": f"不再需要 {CANARY}"}
        asked = await _done(self.own.post("/v1/erasures", json=wanted))
        await _done(self.own.post(f"{asked.headers['location']}/withdraw", headers={"If-Match": '"1"'}))

    async def decisions(self) -> None:
        """A waiver that names them beside another one, a reveal, and at last a change that takes them out of N."""
        one, other = (self.client("school_officer", school=self.school, subject=each) for each in ("asks", "decides"))
        covered = {"school_code": self.school, "cohort": 2024, "rule_id": "origin_place_coarse", "reason": "生源地待核"}
        until = {"expires_on": f"{clock.today() + timedelta(days=30)}", "graduate_ids": [self.id]}
        waiver = await _done(one.post("/v1/waivers", json={**covered, **until}))
        await _done(other.post(f"{waiver.headers['location']}/approve", headers={"If-Match": '"1"'}))
        revealed = {"purpose": "verification", "graduate_ids": [self.id], "fields": ["name", "phone"]}
        await _done(one.post("/v1/graduates/reveal", json=revealed))
        await moved(self.client, self.school, [self.id], "extend")


async def lived(client: Client, school: str, imported: Imported) -> Life:
    """A whole life of a graduate: every kind of record that registry keeps about a person."""
    life = await begun(client, school, imported)
    await life.entry()
    await life.photo()
    await life.correction()
    await life.talents()
    await life.erasure()
    await life.decisions()
    return life


async def begun(client: Client, school: str, imported: Imported) -> Life:
    """The same before anything has happened."""
    await imported(PEOPLE.encode(), "roster.csv", source_name="教务系统")
    officer = client("school_officer", school=school)
    found = (await officer.get("/v1/graduates")).json()["items"]
    [entry] = [each for each in found if each["student_number"] == "1"]
    return Life(client, school, entry["id"], client("graduate", graduate=entry["id"], subject="oneself"))


async def _done(sent: Awaitable[httpx.Response]) -> httpx.Response:
    answer = await sent
    assert answer.is_success, answer.text
    return answer
