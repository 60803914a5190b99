"""The calendar and reports over HTTP: days and pages, who sees what, a report from its moment to its publication."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
from desks import Desk, Seat, code_of
from pasts import Past

PATH = "/v1/cut-offs"
NIGHT = datetime(2024, 7, 19, 12, tzinfo=UTC)


async def set_season(desk: Desk, cohort: int, match: str = '"0"') -> None:
    saved = await desk.http.put(f"/v1/seasons/10001/{cohort}", json={}, headers=desk.headers | {"If-Match": match})
    assert saved.status_code == 200, saved.text


async def listed(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    answer = await desk.get(PATH, **({"school": "10001", "cohort": 2024} | query))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_the_days_of_a_cohort_with_a_season(school: Desk, seat: Seat) -> None:
    assert await listed(school) == []
    await set_season(school, 2024)
    assert len(await listed(school)) == 3 + 27 + 128
    # a Friday that is a working day: its 24:00 belongs to it, although it is the beginning of the next day
    both = await listed(school, **{"from": "2024-08-30", "to": "2024-08-30"})
    assert both == [
        {"kind": "daily", "period": "2024-08-30", "at": "2024-08-30T09:00:00Z", "provisional": False},
        {"kind": "weekly", "period": "2024-W35", "at": "2024-08-30T16:00:00Z", "provisional": False},
    ]
    assert await listed(school, **{"from": "2024-08-31"}) == []
    assert [each["period"] for each in await listed(school, to="2024-01-01")] == ["2023-12", "2024-01"]

    first = (await school.get(PATH, school="10001", cohort=2024, limit=100)).json()
    rest = await listed(school, cursor=first["next_cursor"], limit=100)
    assert [*first["items"], *rest] == await listed(school)

    for role, scope in (
        ("counsellor", {"school": "10001", "class_": "K1"}),
        ("college_officer", {"school": "10001", "college": "C01"}),
        ("auditor", {"school": "10001"}),
    ):
        assert len(await listed(seat(role, **scope))) == 158
    foreign = await seat("school_officer", school="10002").get(PATH, school="10001", cohort=2024)
    assert code_of(foreign) == (404, "not_found")
    employer = await seat("employer", employer="3f0a1d5e-0f5f-4a7e-9d7f-2f5d7a9c1b10").get(
        PATH, school="10001", cohort=2024
    )
    assert code_of(employer)[0] in {403, 404}
    assert code_of(await school.get(PATH, school="10001")) == (400, "bad_query")


REPORTS = "/v1/monitoring-reports"
COHORT = {"school_code": "10001", "cohort": 2024}


async def test_a_free_report_from_its_moment_to_its_publication(
    past: Past, school: Desk, seat: Seat, make: Callable[[], Awaitable[int]]
) -> None:
    await past.approve(await past.enter(NIGHT), NIGHT)
    await past.enter(NIGHT, college_code=None)
    counsellor = seat("counsellor", school="10001", class_="K1")
    college = seat("college_officer", school="10001", college="C02")
    asked = await school.post(REPORTS, COHORT, **{"Idempotency-Key": "a"})
    path = f"{REPORTS}/{asked.json()['id']}"
    assert (asked.headers["location"], asked.headers["etag"], asked.json()["state"]) == (path, '"1"', "pending")
    again = await school.post(REPORTS, COHORT, **{"Idempotency-Key": "a"})
    assert (again.json(), again.headers["idempotency-replayed"]) == (asked.json(), "true")
    assert code_of(await school.get(f"{path}/workbook")) == (409, "report_pending")
    assert code_of(await school.post(f"{path}/publish", **{"If-Match": '"1"'})) == (409, "transition_not_allowed")

    assert await make() == 1
    made = await school.get(path)
    assert (made.headers["etag"], made.json()["kind"], made.json()["allowed_transitions"]) == (
        '"2"',
        "free",
        ["publish"],
    )
    assert [each["college_code"] for each in made.json()["colleges"]] == ["C01", None]
    workbook = await school.get(f"{path}/workbook")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    lines = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert lines["项目"] == ("全校", "C01", "无院系")
    assert lines["毕业生总数（含结业）"] == (2, 1, 1)
    assert lines["待就业"][0] == lines["待就业：较上期新增"][0] == 1
    assert lines["校验码 SHA-256"][0] == made.json()["sha256"]

    for desk in (counsellor, college):
        assert code_of(await desk.get(path)) == (404, "not_found")
        assert (await desk.get(REPORTS)).json()["items"] == []
        assert code_of(await desk.post(f"{path}/publish", **{"If-Match": '"2"'})) == (404, "not_found")
    assert code_of(await school.post(f"{path}/publish")) == (428, "precondition_required")
    assert code_of(await school.post(f"{path}/publish", **{"If-Match": '"1"'})) == (412, "precondition_failed")
    both = await asyncio.gather(*(school.post(f"{path}/publish", **{"If-Match": '"2"'}) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [200, 412]
    for desk in (counsellor, college, school):
        seen = await desk.get(path)
        assert (seen.headers["etag"], seen.json()["published_at"] is None) == ('"3"', False)
        assert [each["id"] for each in (await desk.get(REPORTS)).json()["items"]] == [seen.json()["id"]]
        assert (await desk.get(f"{path}/workbook")).status_code == 200
    assert code_of(await counsellor.post(f"{path}/publish", **{"If-Match": '"3"'})) == (403, "forbidden")
    assert code_of(await school.post(f"{path}/publish", **{"If-Match": '"3"'})) == (409, "transition_not_allowed")


async def test_who_sees_reports_and_asks_for_them(past: Past, school: Desk, seat: Seat) -> None:
    asked = [(await school.post(REPORTS, COHORT | {"cohort": cohort})).json() for cohort in (2024, 2025, 2024)]
    await past.owner.execute(
        "INSERT INTO roster_schools (school_code, province_code, sequence) VALUES ('10001', '410000', 1)"
    )
    province, auditors = (
        seat("provincial_officer", province="410000"),
        (seat("auditor"), seat("auditor", school="10001")),
    )
    for desk in (school, province, *auditors):
        assert [each["id"] for each in (await desk.get(REPORTS)).json()["items"]] == [each["id"] for each in asked]
        assert (await desk.get(f"{REPORTS}/{asked[0]['id']}")).status_code == 200
    for desk in (
        seat("school_officer", school="10002"),
        seat("provincial_officer", province="420000"),
        seat("auditor", school="10002"),
    ):
        assert (await desk.get(REPORTS)).json()["items"] == []
        assert code_of(await desk.get(f"{REPORTS}/{asked[0]['id']}")) == (404, "not_found")
    foreign = await seat("school_officer", school="10002").post(REPORTS, COHORT)
    assert code_of(foreign) == (404, "not_found")
    for role, scope in (("college_officer", {"college": "C01"}), ("auditor", {}), ("counsellor", {"class_": "K1"})):
        assert code_of(await seat(role, school="10001", **scope).post(REPORTS, COHORT)) == (403, "forbidden")
    for role in ("graduate", "ministry", "employer"):
        assert code_of(await seat(role).get(REPORTS)) == (403, "forbidden")
    first = (await school.get(REPORTS, cohort=2024, kind="free", limit=1)).json()
    rest = (await school.get(REPORTS, cohort=2024, kind="free", limit=1, cursor=first["next_cursor"])).json()
    assert [*first["items"], *rest["items"]] == [asked[0], asked[2]]
    assert (await school.get(REPORTS, kind="daily")).json()["items"] == []
    assert code_of(await school.get(REPORTS, kind="yearly")) == (400, "bad_query")
    assert code_of(await school.post(REPORTS, COHORT | {"at": "2024-01-01T00:00:00Z"})) == (422, "invalid")
