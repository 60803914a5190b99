"""A graduate of a college, and who asks, decides and looks on."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

CITIZEN_ID = "410102199209116238"


@pytest.fixture
async def entry(admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str) -> Json:
    """The graduate's entry."""
    for code in ("C1", "C2"):
        made = await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
        assert made.status_code == 201
    body = {
        "school_code": school,
        "cohort": 2024,
        "student_number": "1",
        "name": "张三",
        "citizen_id": CITIZEN_ID,
        "college_code": "C1",
        "education_level_code": "31",
        "commissioning_unit": "某某市第一人民医院",
        "campus": "东校区",
    }
    answer = await officer.post("/v1/graduates", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def oneself(client: Client, entry: Json) -> httpx.AsyncClient:
    """The graduate."""
    return client("graduate", graduate=entry["id"], subject="who asks")


@pytest.fixture
def college(client: Client, school: str) -> httpx.AsyncClient:
    """An officer of the graduate's college."""
    return client("college_officer", school=school, college="C1")
