"""Rules of two people, a run over three frozen cohorts, and reviews of two people."""

from datetime import UTC, date, datetime
from typing import Any

from common.database import Database
from common.operations import OperationRunner
from indicators.warnings.domain.warnings import KIND
from indicators.warnings.operations import scoring
from testing.http import Client

RULE = {
    "weights": {"placement_rate": 100, "salary": 0, "employer_satisfaction": 0},
    "min_base": 2, "min_majors": 2, "share": 5,
}  # fmt: skip


def filled(new_school: Any) -> Any:
    """Four majors of two graduates in three cohorts: nobody of M0 is placed, all of the others are."""
    school = new_school()
    school.described()
    for cohort in (2022, 2023, 2024):
        school.recorded_at = datetime(cohort, 8, 1, tzinfo=UTC)
        for number in range(4):
            for _ in range(2):
                someone = school.enters(cohort=cohort, major_code=f"M{number}", education_level_code="31")
                school.goes(someone, "10" if number else "70", date(cohort, 6, 1))
    return school


async def post(http: Any, path: str, body: Any = None, version: int | None = None) -> tuple[int, Any]:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    answered = await http.post(path, json=body, headers=headers)
    return answered.status_code, answered.json()


async def ran(database: Database, http: Any, school: Any) -> dict[str, Any]:
    status, told = await post(http, "/v1/warning-runs", {"school_code": school.code, "cohort": 2024})
    assert status == 202, told
    assert await OperationRunner(database, {KIND: scoring(database)}).run_once()
    found: dict[str, Any] = (await http.get(f"/v1/operations/{told['id']}")).json()
    return found


async def listed(http: Any, school: Any) -> dict[str, Any]:
    answered = await http.get("/v1/warnings", params={"school": school.code, "cohort": 2024})
    assert answered.status_code == 200, answered.text
    return {each["major_code"]: each for each in answered.json()["items"]}


async def test_from_a_rule_to_a_closed_review(
    officer: Any, client: Client, new_school: Any, arrive: Any, freeze: Any, database: Database
) -> None:
    school = filled(new_school)
    await arrive(school)
    one, two = officer(school, "one"), officer(school, "two")
    status, refused = await post(one, "/v1/warning-runs", {"school_code": school.code, "cohort": 2024})
    assert (status, refused["code"], refused["cohorts"]) == (409, "snapshots_missing", [2022, 2023, 2024])
    for cohort in (2022, 2023, 2024):
        status, _ = await post(one, "/v1/snapshots", {"school_code": school.code, "cohort": cohort, "kind": "year_end"})
        assert status == 201
    assert await freeze() == 3
    # by default a major has 30 graduates at least
    assert (await ran(database, one, school))["result"] == {"majors": 4, "warned": 0, "exempt": 4}
    wrong = RULE | {"weights": {"placement_rate": 50, "salary": 0, "employer_satisfaction": 0}}
    assert (await post(one, "/v1/warning-rules", wrong | {"school_code": school.code}))[1]["code"] == "weights_not_100"
    _, rule = await post(one, "/v1/warning-rules", RULE | {"school_code": school.code})
    assert rule["state"] == "draft"
    path = f"/v1/warning-rules/{rule['id']}/approve"
    assert (await post(one, path, version=1))[1]["code"] == "same_reviewer"
    assert (await post(two, path, version=1))[1]["state"] == "in_force"
    assert (await ran(database, one, school))["result"] == {"majors": 4, "warned": 1, "exempt": 0}
    found = await listed(one, school)
    assert {major: each["state"] for major, each in found.items()} == {
        "M0": "review_suggested", "M1": None, "M2": None, "M3": None,
    }  # fmt: skip
    (newest,) = found["M0"]["cohorts"][-1:]
    assert newest == {
        "cohort": 2024, "base": 2, "components": {"placement_rate": "0.00"}, "score": "0.00", "standing": 1, "of": 4,
        "flagged": True,
    }  # fmt: skip
    assert found["M1"]["cohorts"][0]["score"] == "66.67"
    assert (found["M0"]["education_level"], found["M0"]["rule"]["id"]) == ("bachelor", rule["id"])
    path, version = f"/v1/warnings/{found['M0']['id']}", found["M0"]["version"]
    assert (await post(one, f"{path}/close", {"outcome": "no_action", "note": "已研究"}, version))[0] == 409
    assert (await post(one, f"{path}/open-review", version=version))[1]["state"] == "under_review"
    # a later run leaves what people have opened
    assert (await ran(database, one, school))["result"]["warned"] == 1
    version = (await listed(one, school))["M0"]["version"]
    closing = {"outcome": "redirect", "note": "调整方向"}
    assert (await post(one, f"{path}/close", closing, version))[1]["code"] == "same_reviewer"
    closed = (await post(two, f"{path}/close", closing, version))[1]
    assert (closed["state"], closed["outcome"], closed["note"]) == ("closed", "redirect", "调整方向")
    college = client("college_officer", school=school.code, college="C1")
    assert await listed(college, school) == {}
    assert (await client("counsellor", school=school.code, class_="K").get("/v1/warnings")).status_code == 403


async def test_a_later_run_lets_lapse_what_it_no_longer_warns_of(
    officer: Any, new_school: Any, arrive: Any, freeze: Any, database: Database
) -> None:
    school = filled(new_school)
    await arrive(school)
    one, two = officer(school, "one"), officer(school, "two")
    for cohort in (2022, 2023, 2024):
        await post(one, "/v1/snapshots", {"school_code": school.code, "cohort": cohort, "kind": "year_end"})
    await freeze()
    for rule in (RULE, RULE | {"min_base": 3}):
        _, drafted = await post(one, "/v1/warning-rules", rule | {"school_code": school.code})
        await post(two, f"/v1/warning-rules/{drafted['id']}/approve", version=1)
        await ran(database, one, school)
        found = (await listed(one, school))["M0"]
        assert (found["state"], found["exempt"]) == (
            ("review_suggested", None) if rule is RULE else ("lapsed", "small")
        )
    rules = (await one.get("/v1/warning-rules", params={"school": school.code})).json()["items"]
    assert [each["state"] for each in rules] == ["superseded", "in_force"]
