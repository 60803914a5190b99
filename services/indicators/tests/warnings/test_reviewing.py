"""Rules of two people, a run over three frozen cohorts, and reviews of two people."""

from typing import Any

import pytest
from warned import COHORTS, RULE, freeze_years, has_majors, listed, post, put_in_force, ran

from common.database import Database
from testing.http import Client


@pytest.fixture
def officer(client: Client) -> Any:
    def of(school: Any, subject: str = "one") -> Any:
        return client("school_officer", school=school.code, subject=subject)

    return of


@pytest.fixture
async def school(new_school: Any, apply: Any) -> Any:
    """Four majors of two graduates in three cohorts: nobody of M0 is placed, all of the others are."""
    school = new_school()
    school.described()
    for cohort in COHORTS:
        has_majors(school, cohort, {f"M{number}": (2 if number else 0, 2) for number in range(4)})
    await apply(school.events)
    return school


@pytest.mark.parametrize("role", ["auditor", "ministry"])
async def test_a_role_that_never_asks_hears_so(role: str, client: Client, school: Any) -> None:
    for path, body in (("/v1/warning-rules", RULE), ("/v1/warning-runs", {"cohort": 2024})):
        status, refused = await post(client(role), path, body | {"school_code": school.code})
        assert (status, refused["code"]) == (403, "forbidden")


async def test_from_a_rule_to_a_closed_review(officer: Any, client: Client, school: Any, database: Database) -> None:
    one, two = officer(school, "one"), officer(school, "two")
    status, refused = await post(one, "/v1/warning-runs", {"school_code": school.code, "cohort": 2024})
    assert (status, refused["code"], refused["cohorts"]) == (409, "snapshots_missing", [2022, 2023, 2024])
    await freeze_years(database, one, school, COHORTS)
    # by default a major has 30 graduates at least
    assert await ran(database, one, school) == {"majors": 4, "warned": 0, "exempt": 4}
    for weight in (99, 101):
        wrong = RULE | {"weights": {"placement_rate": weight, "salary": 0, "employer_satisfaction": 0}}
        status, refused = await post(one, "/v1/warning-rules", wrong | {"school_code": school.code})
        assert status == 422
        # a hundred and one is no weight at all
        assert (refused["code"] == "weights_not_100") is (weight == 99)
    _, rule = await post(one, "/v1/warning-rules", RULE | {"school_code": school.code})
    assert rule["state"] == "draft"
    path = f"/v1/warning-rules/{rule['id']}/approve"
    assert (await post(one, path, version=1))[1]["code"] == "same_reviewer"
    assert (await post(two, path, version=1))[1]["state"] == "in_force"
    assert await ran(database, one, school) == {"majors": 4, "warned": 1, "exempt": 0}
    found = await listed(one, school)
    assert {major: each["state"] for (_, major), each in found.items()} == {
        "M0": "review_suggested", "M1": None, "M2": None, "M3": None,
    }  # fmt: skip
    (newest,) = found["bachelor", "M0"]["cohorts"][-1:]
    assert newest == {
        "cohort": 2024, "base": 2, "components": {"placement_rate": "0.00"}, "score": "0.00", "standing": 1, "of": 4,
        "flagged": True,
    }  # fmt: skip
    assert found["bachelor", "M1"]["cohorts"][0]["score"] == "66.67"
    warned = found["bachelor", "M0"]
    assert warned["rule"]["id"] == rule["id"]
    path, version = f"/v1/warnings/{warned['id']}", warned["version"]
    assert (await post(one, f"{path}/close", {"outcome": "no_action", "note": "已研究"}, version))[0] == 409
    assert (await post(one, f"{path}/open-review", version=version))[1]["state"] == "under_review"
    # a later run leaves what people have opened
    assert (await ran(database, one, school))["warned"] == 1
    version = (await listed(one, school))["bachelor", "M0"]["version"]
    closing = {"outcome": "redirect", "note": "调整方向"}
    assert (await post(one, f"{path}/close", closing, version))[1]["code"] == "same_reviewer"
    closed = (await post(two, f"{path}/close", closing, version))[1]
    assert (closed["state"], closed["outcome"], closed["note"]) == ("closed", "redirect", "调整方向")
    college = client("college_officer", school=school.code, college="C1")
    assert await listed(college, school) == {}
    assert (await client("counsellor", school=school.code, class_="K").get("/v1/warnings")).status_code == 403


async def test_a_later_run_lets_lapse_what_it_no_longer_warns_of(officer: Any, school: Any, database: Database) -> None:
    one, two = officer(school, "one"), officer(school, "two")
    await freeze_years(database, one, school, COHORTS)
    for rule in (RULE, RULE | {"min_base": 3}):
        await put_in_force(one, two, school, rule)
        await ran(database, one, school)
        found = (await listed(one, school))["bachelor", "M0"]
        assert (found["state"], found["exempt"]) == (
            ("review_suggested", None) if rule is RULE else ("lapsed", "small")
        )
    rules = (await one.get("/v1/warning-rules", params={"school": school.code})).json()["items"]
    assert [each["state"] for each in rules] == ["superseded", "in_force"]
