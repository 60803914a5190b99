"""The talent pool: graduates with profiles, and an employer who asks some of them for a contact."""

import random
from functools import partial
from typing import Any
from uuid import UUID

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.changes import Office, oneself, side_by_side
from quxiang.demo.client import Json

PROFILES = 40
EMPLOYER = Grant(Role.EMPLOYER, employer_id=UUID("0197f000-0000-7000-8000-000000000001"))

_SKILLS = ("数据分析", "文案写作", "活动策划", "英语口语", "办公软件", "项目管理", "教学设计", "机械制图", "财务报表")
_REGIONS = ("110000", "310000", "410100", "440300", "210100")
_INDUSTRIES = ("22", "24", "34", "35")
_POSITIONS = ("13", "21", "24", "30")
_REQUEST = {
    "employer_name": "示例500号有限公司",
    "employer_uscc": "91110000600037341L",
    "message": "看到您的技能，想邀请您参加面试。",
    "reply_to": "hr@example.com",
}


async def fill_the_pool(office: Office) -> None:
    """Lets graduates publish profiles, and an employer ask three of them: one gives a contact, one declines."""
    text = await office.campus.call("registry", "GET", "/v1/consent-texts/talent-pool", EMPLOYER)
    members = [each for each in await office.members() if each["status"] == "registered"][:PROFILES]
    chance = random.Random(f"talents {office.school}")  # noqa: S311
    await side_by_side([partial(_publish, office, each, _profile(text, chance)) for each in members])
    query: dict[str, str | int] = {"cohort": office.cohort, "limit": 50}
    await office.campus.call("registry", "GET", "/v1/talents", EMPLOYER, params=query)
    waiting, declining, giving = members[:3]
    await _ask(office, waiting)
    await _answer(office, giving, "accept", json={"share": ["name", "phone"]})
    await _answer(office, declining, "decline")


def _profile(text: Json, chance: random.Random) -> Json:
    return {
        "consent_version": text["version"],
        "skills": chance.sample(_SKILLS, 3),
        "regions": chance.sample(_REGIONS, 2),
        "industries": chance.sample(_INDUSTRIES, 2),
        "positions": chance.sample(_POSITIONS, 1),
    }


async def _publish(office: Office, graduate: Json, profile: Json) -> None:
    path = f"/v1/graduates/{graduate['id']}/talent-profile"
    await office.campus.call("registry", "PUT", path, oneself(graduate["id"]), json=profile)


async def _ask(office: Office, graduate: Json) -> Json:
    path = f"/v1/graduates/{graduate['id']}/talent-profile"
    profile = await office.campus.call("registry", "GET", path, oneself(graduate["id"]))
    asking = f"/v1/talents/{profile['profile_id']}/contact-requests"
    return await office.campus.call("registry", "POST", asking, EMPLOYER, json=_REQUEST)


async def _answer(office: Office, graduate: Json, act: str, **content: Any) -> None:
    asked = await _ask(office, graduate)
    # asked by a run before this one
    if asked:
        path = f"/v1/contact-requests/{asked['id']}/{act}"
        await office.campus.call("registry", "POST", path, oneself(graduate["id"]), **content)
