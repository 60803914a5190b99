"""Corrections that graduates ask for: one waits for too long, one is approved, one refused."""

from uuid import UUID

import asyncpg

from quxiang.demo.changes import Office, oneself
from quxiang.demo.client import Json

_PATH = "/v1/corrections"
_SINCE_DAYS = 8


async def ask_for_corrections(office: Office, database: str) -> None:
    """Lets three graduates ask, and officers of their colleges decide two of the requests."""
    members = [each for each in await office.members() if each["status"] == "registered"]
    late, right, wrong = members[40:43]
    waiting = await _ask(office, late, "campus", "东校区")
    await _backdate(database, waiting)
    await _decide(office, right, await _ask(office, right, "qualification", "教师资格证"), "approve")
    refused = await _ask(office, wrong, "qualification", "律师资格证")
    await _decide(office, wrong, refused, "refuse", reason="与学籍登记不符")


async def _ask(office: Office, graduate: Json, field: str, value: str) -> Json:
    body = {"graduate_id": graduate["id"], "field": field, "value": value, "reason": "与本人实际情况不符"}
    return await office.campus.call("registry", "POST", _PATH, oneself(graduate["id"]), json=body)


async def _decide(office: Office, graduate: Json, asked: Json, act: str, **content: str) -> None:
    # asked by a run before this one
    if asked:
        officer, path = office.college_officer(graduate["college_code"]), f"{_PATH}/{asked['id']}/{act}"
        await office.campus.call("registry", "POST", path, officer, version=asked["version"], json=content)


async def _backdate(database: str, asked: Json) -> None:
    """Lets a request be older than the run, which no route does: its owner's address is that of the local stack."""
    if asked:
        owner = await asyncpg.connect(database, timeout=10)
        try:
            await owner.execute(
                "UPDATE corrections SET due_on = due_on - $2::int, requested_at = requested_at - $2 * interval '1 day'"
                " WHERE id = $1",
                UUID(asked["id"]),
                _SINCE_DAYS,
            )
        finally:
            await owner.close()
