"""Schools whose majors are scored: three cohorts with frozen year-end figures, rules of two people, runs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx
from freezing import frozen

from common.database import Database
from common.operations import OperationRunner
from indicators.warnings.domain.warnings import KIND
from indicators.warnings.operations import scoring

COHORTS = (2022, 2023, 2024)
RULE: dict[str, Any] = {
    "weights": {"placement_rate": 100, "salary": 0, "employer_satisfaction": 0},
    "min_base": 2, "min_majors": 2, "share": 5,
}  # fmt: skip


def has_majors(school: Any, cohort: int, rates: dict[str, tuple[int, int]], level: str = "31") -> dict[str, list[Any]]:
    """Graduates of a cohort by major, of each so many placed of so many; gives who they are."""
    school.cohort, school.recorded_at = cohort, datetime(cohort, 8, 1, tzinfo=UTC)
    found: dict[str, list[Any]] = {}
    for major, (placed, graduates) in rates.items():
        for number in range(graduates):
            someone = school.enters(cohort=cohort, major_code=major, education_level_code=level)
            school.goes(someone, "10" if number < placed else "70", date(cohort, 6, 1))
            found.setdefault(major, []).append(someone)
    return found


async def post(http: httpx.AsyncClient, path: str, body: Any = None, version: int | None = None) -> tuple[int, Any]:
    """Status and body of an act."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    answered = await http.post(path, json=body, headers=headers)
    return answered.status_code, answered.json()


async def freeze_years(database: Database, http: httpx.AsyncClient, school: Any, cohorts: Sequence[int]) -> None:
    """Freezes the year-end figures of the cohorts."""
    for cohort in cohorts:
        body = {"school_code": school.code, "cohort": cohort, "kind": "year_end"}
        status, asked = await post(http, "/v1/snapshots", body)
        assert status == 201, asked
        assert (await frozen(database, http, school, asked))["state"] == "frozen"


async def put_in_force(one: httpx.AsyncClient, two: httpx.AsyncClient, school: Any, rule: Any) -> str:
    """A rule that one has drafted and the other approved; gives its id."""
    _, drafted = await post(one, "/v1/warning-rules", {**rule, "school_code": school.code})
    status, approved = await post(two, f"/v1/warning-rules/{drafted['id']}/approve", version=1)
    assert (status, approved["state"]) == (200, "in_force")
    return str(drafted["id"])


async def ran(database: Database, http: httpx.AsyncClient, school: Any, cohort: int = 2024) -> dict[str, Any]:
    """What a run has counted."""
    status, told = await post(http, "/v1/warning-runs", {"school_code": school.code, "cohort": cohort})
    assert status == 202, told
    assert await OperationRunner(database, {KIND: scoring(database)}).run_once()
    found: dict[str, Any] = (await http.get(f"/v1/operations/{told['id']}")).json()
    return dict(found["result"])


async def listed(http: httpx.AsyncClient, school: Any, cohort: int = 2024) -> dict[Any, dict[str, Any]]:
    """What the caller sees of a cohort, by level and major."""
    answered = await http.get("/v1/warnings", params={"school": school.code, "cohort": cohort, "limit": 500})
    assert answered.status_code == 200, answered.text
    return {(each["education_level"], each["major_code"]): each for each in answered.json()["items"]}
