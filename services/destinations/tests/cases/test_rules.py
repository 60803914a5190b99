"""Rules of signals over HTTP: who reads them, and who sets a threshold of the own school."""

from typing import Any

import httpx
from desks import Desk, Seat, code_of

RULES = "/v1/signal-rules"


async def put(desk: Desk, rule: str, threshold: Any, version: str = '"0"', school: str = "10001") -> httpx.Response:
    body = {"school_code": school, "threshold": threshold}
    return await desk.http.patch(f"{RULES}/{rule}", json=body, headers=desk.headers | {"If-Match": version})


async def test_a_school_sets_its_own_threshold_and_no_other_one(school: Desk, college: Desk, seat: Seat) -> None:
    listed = (await college.get(RULES)).json()["items"]
    assert len(listed) == 14
    assert not any(each["verified"] for each in listed)
    (share,) = [each for each in listed if each["rule"] == "share_code_12"]
    assert (share["threshold"], share["unit"], share["version"]) == (20, "percent", 0)
    changed = await put(school, "share_code_12", 35)
    assert (changed.status_code, changed.json()["threshold"], changed.json()["version"]) == (200, 35, 1)
    assert code_of(await put(school, "share_code_12", 40)) == (412, "precondition_failed")
    assert (await put(school, "share_code_12", 40, changed.headers["etag"])).json()["version"] == 2
    read = await college.get(f"{RULES}/share_code_12", school="10001")
    assert (read.json()["threshold"], read.json()["default_threshold"], read.headers["etag"]) == (40, 20, '"2"')
    other = seat("school_officer", school="10002")
    assert (await other.get(f"{RULES}/share_code_12")).json()["threshold"] == 20
    assert code_of(await put(other, "share_code_12", 1)) == (404, "not_found")


async def test_what_cannot_be_set_says_why(school: Desk, college: Desk, seat: Seat) -> None:
    for rule, threshold, code in (
        ("share_code_12", 101, "threshold_refused"),
        ("nature_uscc", 5, "no_threshold"),
        ("share_code_12", 0, "invalid"),
    ):
        refused = await put(school, rule, threshold)
        assert code_of(refused) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/threshold"
    assert code_of(await put(college, "share_code_12", 30)) == (403, "forbidden")
    assert (await put(school, "no_such_rule", 30)).status_code in {400, 404, 422}
    assert code_of(await seat("graduate").get(RULES)) == (403, "forbidden")
    assert (await seat("auditor", school="10001").get(RULES)).status_code == 200
    assert code_of(await seat("provincial_officer", province="410000").get(RULES, school="10001")) == (404, "not_found")
