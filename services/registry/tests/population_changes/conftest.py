"""A school with three graduates of two colleges, and its officers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def people(admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str) -> list[str]:
    """Two graduates of college C1, of whom the second has completed (结业), and one of C2 of an uncounted level."""
    for code in ("C1", "C2"):
        made = await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
        assert made.status_code == 201
    entered = []
    for number, college, level in (("1", "C1", "31"), ("2", "C1", "33"), ("3", "C2", "39")):
        entry = {"student_number": number, "name": "张三", "college_code": college, "education_level_code": level}
        answer = await officer.post("/v1/graduates", json={"school_code": school, "cohort": 2024, **entry})
        assert answer.status_code == 201, answer.text
        entered.append(str(answer.json()["id"]))
    return entered


@pytest.fixture
def asker(client: Client, school: str) -> httpx.AsyncClient:
    """An officer of college C1."""
    return client("college_officer", school=school, college="C1")


@pytest.fixture
def decider(client: Client, school: str) -> httpx.AsyncClient:
    """An officer of the school, another person than `officer`."""
    return client("school_officer", school=school, subject="who decides")
