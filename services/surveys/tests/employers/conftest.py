"""A directory of employers, and a wave that asks them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from common.database import Database
from common.operations import OperationRunner
from testing.databases import committed

Json = dict[str, Any]

USCC = "91110000600037341L"
QUESTIONNAIRE: Json = {
    "title": {"zh": "用人单位调查", "en": "Employers"},
    "pages": [
        {
            "id": "p",
            "questions": [
                {
                    "id": "hello",
                    "type": "note",
                    "text": {
                        "zh": "${employer_name}录用了 ${employer_hires} 人（${employer_industry_code}）",
                        "en": "${employer_name} hired ${employer_hires} (${employer_industry_code})",
                    },
                },
                {
                    "id": "ethics",
                    "type": "scale",
                    "required": True,
                    "core": True,
                    "text": {"zh": "职业道德", "en": "Ethics"},
                    "scale": {"min": 1, "max": 5},
                    "measure": {"id": "ethics"},
                },
                {
                    "id": "major",
                    "type": "code",
                    "code_list": "majors",
                    "text": {"zh": "专业", "en": "Major"},
                    "measure": {"id": "hire_major"},
                },
            ],
        }
    ],
}


async def directory(manager: httpx.AsyncClient, school: str, *plans: Json) -> list[Json]:
    """Employers as people write them."""
    made = [await manager.post("/v1/employers", json={"school_code": school, **plan}) for plan in plans]
    assert {answer.status_code for answer in made} == {201}, made[0].text
    return [answer.json() for answer in made]


@pytest.fixture
async def employers(manager: httpx.AsyncClient, school: str) -> list[Json]:
    """Three employers in the order of their ids; what they hired is as if registrations had said so."""
    made = await directory(
        manager,
        school,
        {"name": "甲公司", "uscc": USCC, "industry_code": "22", "nature_code": "31"},
        {"name": "乙公司", "industry_code": "31"},
        {"name": "丙公司", "industry_code": "22"},
    )
    async with committed(_database(manager)) as connection:
        for employer, hires in zip(made, ('{"2023": 4, "2024": 5}', '{"2024": 1}', "{}"), strict=True):
            said = "UPDATE employers SET hires = CAST(:hires AS jsonb) WHERE id = CAST(:id AS uuid)"
            await connection.execute(text(said), {"id": employer["id"], "hires": hires})
    return made


def _database(manager: httpx.AsyncClient) -> Database:
    transport: Any = manager._transport
    database: Database = transport.app.state.database
    return database


@pytest.fixture
async def asking(manager: httpx.AsyncClient, school: str) -> Json:
    """The body of a wave of employers that is open now."""
    made = (await manager.post("/v1/questionnaires", json=QUESTIONNAIRE)).json()
    published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert published.status_code == 200, published.text
    now = datetime.now(UTC)
    return {
        "school_code": school,
        "audience": "employers",
        "questionnaire_id": made["id"],
        "questionnaire_version": 1,
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
        "population": {"kind": "hires", "cohorts": [2023, 2024], "min_hires": 1},
    }


Invite = Callable[[Json], Awaitable[dict[str, str]]]


@pytest.fixture
def linked(manager: httpx.AsyncClient, runner: OperationRunner) -> Invite:
    """Make the links of a wave: employer → token."""

    async def make(wave: Json) -> dict[str, str]:
        answer = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
        assert answer.status_code == 202, answer.text
        while await runner.run_once():
            pass
        items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
        return {each["employer_id"]: each["link"].split("#")[1] for each in items}

    return make
