"""What a known school has of figures: a frozen day, majors that were scored, a publication that is begun, a report."""

from collections.abc import Mapping
from typing import Any

from campus import Campus, items
from writes import PUBLICATION, QUALITY_REPORT, SNAPSHOT, WARNING_RULE, WARNING_RUN, Write

from testing.waiting import eventually


async def frozen(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]]) -> tuple[str, str]:
    """Lets the school have a day frozen and proved; gives the ids of the snapshot and of the operation."""
    officer, url = campus.officer(school), campus.urls["indicators"] + SNAPSHOT[1]
    asked = await campus.http.post(url, headers=officer, **requests[SNAPSHOT])
    assert asked.status_code == 201, asked.text

    async def is_frozen() -> bool:
        read = await campus.http.get(f"{url}/{asked.json()['id']}", headers=officer)
        return bool(read.json()["state"] == "frozen")

    await eventually(is_frozen, within=60, describe="a frozen snapshot")
    accepted = await campus.http.post(f"{url}/{asked.json()['id']}/verify", headers=officer)
    assert accepted.status_code == 202, accepted.text
    return str(asked.json()["id"]), str(accepted.json()["id"])


async def scored(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Lets the school draft a rule, and score the majors of three frozen cohorts; gives parameters of paths."""
    officer, url = campus.officer(school), campus.urls["indicators"]
    drafted = await campus.http.post(url + WARNING_RULE[1], headers=officer, **requests[WARNING_RULE])
    assert drafted.status_code == 201, drafted.text
    for cohort in (2022, 2023, 2024):
        asked = {"school_code": school, "cohort": cohort, "kind": "year_end"}
        answered = await campus.http.post(url + SNAPSHOT[1], headers=officer, json=asked)
        assert answered.status_code == 201, answered.text

    async def accepted() -> Any:
        answered = await campus.http.post(url + WARNING_RUN[1], headers=officer, **requests[WARNING_RUN])
        return answered if answered.status_code == 202 else None

    run = await eventually(accepted, within=60, describe="three frozen cohorts")
    await campus.finished("indicators", run, officer)
    (warning,) = await items(campus, "indicators", "/v1/warnings", officer, school=school)
    return {("*", "rule_id"): drafted.json()["id"], ("*", "warning_id"): str(warning["id"])}


async def drafted(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]], snapshot: str) -> str:
    """Lets the school begin a publication of a frozen snapshot; gives its id."""
    request = requests[PUBLICATION]
    request["json"]["snapshot_id"] = snapshot
    begun = await campus.http.post(
        campus.urls["indicators"] + PUBLICATION[1], headers=campus.officer(school), **request
    )
    assert begun.status_code == 201, begun.text
    return str(begun.json()["id"])


async def reported(campus: Campus, school: str, requests: Mapping[Write, dict[str, Any]]) -> str:
    """Lets the school have a report made on a college; gives its id."""
    officer, url = campus.officer(school), campus.urls["indicators"] + QUALITY_REPORT[1]
    accepted = await campus.http.post(url, headers=officer, **requests[QUALITY_REPORT])
    assert accepted.status_code == 202, accepted.text
    operation = await campus.finished("indicators", accepted, officer)
    (made,) = operation["result"]["reports"]
    return str(made)
