"""The calendar over HTTP: its days, both included, its pages, and who sees it."""

from typing import Any

from desks import Desk, Seat, code_of

PATH = "/v1/cut-offs"


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
