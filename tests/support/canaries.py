"""What is planted by every door of the registry that takes text or files of people, and how it is found again.

Each word is one that nothing else says; a place that holds one in any form that can be read holds it unasked.
"""

import io
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
from campus import Campus, population_change, waiver
from PIL import Image
from portraits import portrait, tilted
from writes import clear_export

from registry.graduates.domain.entry import TEXTS

Json = dict[str, Any]

WORDS = {
    name: f"鸣禽{name}"
    for name in (
        *TEXTS,
        *("更正值", "更正理由", "更正依据", "证明材料", "照片备注", "照片理由", "技能", "雇主", "留言", "回复"),
        *("导出理由", "豁免理由", "变动理由", "文号", "退回理由", "删除理由", "不删理由"),
        *("查阅事由", "来源", "修改理由", "参保单位", "陌生参保单位"),
        *("异议理由", "异议答复", "帮扶计划"),
        *("单位联系人", "佐证标题", "举报内容", "举报补充", "举报人", "案件说明"),
        *("措施结果", "联系情况", "帮扶结果", "退件理由", "核实说明", "不更正理由", "抽查说明", "填错的内容"),
    )
} | {"email": "mingqin@canary.example"}
"""What it says → the canary."""


def forms_of(word: str) -> Iterable[str]:
    """A word as it may stand in a text: plain, as JSON escapes it, as PostgreSQL writes bytes."""
    return word, word.encode("unicode_escape").decode(), word.encode().hex(), word.encode("utf-16-le").hex()


def found_in(text: str, words: Iterable[str]) -> list[str]:
    """The words that a text holds in any form."""
    return [word for word in words if any(form in text for form in forms_of(word))]


def photo() -> bytes:
    """A photo that waits for review, with a canary in its EXIF, its comment and behind its end."""
    content, exif = io.BytesIO(), Image.Exif()
    noted = WORDS["照片备注"].encode()
    exif[0x010E], exif[0x013B] = noted.decode(), noted.decode()
    tilted(portrait().copy()).save(content, "JPEG", quality=92, dpi=(300, 300), exif=exif, comment=noted)
    return content.getvalue() + noted


async def plant(campus: Campus, school: str, graduate: str) -> None:
    """Plants every word."""
    doors = _Doors(campus, school, graduate)
    await doors.entry()
    await doors.correction()
    await doors.photo()
    await doors.contact()
    await doors.requests()


class _Doors:
    """The doors about one graduate, each used as its people use it."""

    def __init__(self, campus: Campus, school: str, graduate: str) -> None:
        self._http = campus.http
        self._url = f"{campus.urls['registry']}/v1"
        self._school = school
        self._graduate = graduate
        self._own = campus.bearer("graduate", graduate=graduate)
        self._officer = campus.officer(school)
        self._other = campus.bearer("school_officer", school=school, subject="another officer")
        self._employer = campus.bearer("employer", employer=uuid4())

    async def entry(self) -> None:
        """Every text of the entry, once over another one, so that the history has it, too."""
        path = f"graduates/{self._graduate}"
        texts = {name: WORDS[name] for name in (*TEXTS, "email")}
        reason = {"name": "欧阳金丝雀儿", "change_reason": WORDS["修改理由"]}
        before = await self._sent("GET", path, self._officer, 200)
        stored = await self._sent("PATCH", path, self._officer, 200, json=texts | reason, version=before["version"])
        body = dict.fromkeys((*TEXTS, "email"))
        stored = await self._sent("PATCH", path, self._officer, 200, json=body, version=stored["version"])
        await self._sent("PATCH", path, self._officer, 200, json=texts, version=stored["version"])

    async def correction(self) -> None:
        """Approved with its value, and refused ones, of which the problem may quote nothing."""
        body = {"graduate_id": self._graduate, "field": "qualification", "value": WORDS["更正值"]}
        asked = await self._sent("POST", "corrections", self._own, 201, json=body | {"reason": WORDS["更正理由"]})
        proof = {"file": (WORDS["证明材料"] + ".pdf", f"%PDF-1.7\n%{WORDS['证明材料']}\n%%EOF\n".encode())}
        path = f"corrections/{asked['id']}"
        await self._sent("POST", f"{path}/proofs", self._own, 201, data={"kind": "other"}, files=proof)
        basis = {"basis": WORDS["更正依据"]}
        await self._sent("POST", f"{path}/approve", self._officer, 200, json=basis, version=2)
        wrong = body | {"field": "birth_date", "reason": WORDS["更正理由"]}
        await self._refused("POST", "corrections", self._own, json=wrong)
        await self._refused("POST", "corrections", self._own, json=body | {"reason": WORDS["更正理由"] + "123456"})

    async def photo(self) -> None:
        """Put by the graduate, refused by an officer."""
        path, jpeg = f"graduates/{self._graduate}/photo", {"Content-Type": "image/jpeg", "If-None-Match": "*"}
        await self._sent("PUT", path, self._own | jpeg, 201, content=photo())
        wrong = {"rule": "photo_tilt", "reason": WORDS["照片理由"] + "123456"}
        await self._refused("POST", f"{path}/refuse", self._officer | {"If-Match": '"1"'}, json=wrong)
        body = {"rule": "photo_tilt", "reason": WORDS["照片理由"]}
        await self._sent("POST", f"{path}/refuse", self._officer, 200, json=body, version=1)

    async def contact(self) -> None:
        """A profile, an employer's wish, the name that is given."""
        text = await self._sent("GET", "consent-texts/talent-pool", {}, 200)
        path, profile = f"graduates/{self._graduate}/talent-profile", {"consent_version": text["version"]}
        await self._refused("PUT", path, self._own, json=profile | {"skills": [WORDS["技能"] + "@"]})
        made = await self._sent("PUT", path, self._own, 200, json=profile | {"skills": [WORDS["技能"]]})
        asking = f"talents/{made['profile_id']}/contact-requests"
        body = {"employer_name": WORDS["雇主"], "message": WORDS["留言"], "reply_to": WORDS["回复"]}
        await self._refused("POST", asking, self._employer, json=body | {"employer_uscc": WORDS["雇主"]})
        asked = await self._sent(
            "POST", asking, self._employer, 201, json=body | {"employer_uscc": "91110000600037341L"}
        )
        shared = {"share": ["name", "phone"]}
        await self._sent("POST", f"contact-requests/{asked['id']}/accept", self._own, 200, json=shared)

    async def requests(self) -> None:
        """What officers write to each other."""
        person, opened = [self._graduate], {"purpose": "support", "fields": ["name"]}
        export = clear_export(self._school) | {"reason": WORDS["导出理由"]}
        asked = await self._sent("POST", "clear-exports", self._officer, 201, json=export)
        await self._sent("POST", f"clear-exports/{asked['id']}/approve", self._other, 200, version=1)
        body = waiver(self._school, person) | {"reason": WORDS["豁免理由"]}
        await self._sent("POST", "waivers", self._officer, 201, json=body)
        body = population_change(self._school, person, "extend") | {"reason": WORDS["变动理由"]}
        body["document"] = {"number": WORDS["文号"], "issued_on": "2024-06-18"}
        asked = await self._sent("POST", "population-changes", self._officer, 201, json=body)
        refusal = {"reason": WORDS["退回理由"]}
        await self._sent("POST", f"population-changes/{asked['id']}/refuse", self._other, 200, json=refusal, version=1)
        body = {"graduate_id": self._graduate, "ground": "court_order", "reason": WORDS["删除理由"]}
        asked = await self._sent("POST", "erasures", self._officer, 201, json=body)
        refusal = {"reason": WORDS["不删理由"]}
        await self._sent("POST", f"erasures/{asked['id']}/refuse", self._other, 200, json=refusal, version=1)
        body = opened | {"graduate_ids": person, "note": WORDS["查阅事由"]}
        await self._sent("POST", "graduates/reveal", self._officer, 200, json=body)

    async def _sent(
        self, method: str, path: str, headers: dict[str, str], status: int, version: int | None = None, **content: Any
    ) -> Json:
        answer = await self._ask(method, path, headers | ({"If-Match": f'"{version}"'} if version else {}), content)
        assert answer.status_code == status, answer.text
        body: Json = answer.json()
        return body

    async def _refused(self, method: str, path: str, headers: dict[str, str], **content: Any) -> None:
        """A problem that quotes nothing of what was sent."""
        answer = await self._ask(method, path, headers, content)
        assert answer.status_code == 422, answer.text
        assert found_in(answer.text, WORDS.values()) == [], answer.text

    async def _ask(self, method: str, path: str, headers: dict[str, str], content: Json) -> httpx.Response:
        return await self._http.request(method, f"{self._url}/{path}", headers=headers, **content)
