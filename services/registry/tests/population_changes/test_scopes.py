"""Who reads, asks and decides, in which scope; and what the database holds whoever writes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from changing import moved, wanted

from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

PATH = "/v1/population-changes"
FIRST = {"If-Match": '"1"'}


@pytest.mark.parametrize(
    ("role", "scope", "read", "ask", "decide"),
    [
        ("school_officer", {"school": "OWN"}, 200, 409, 200),
        ("college_officer", {"school": "OWN", "college": "C1"}, 200, 409, 403),
        ("college_officer", {"school": "OWN", "college": "C2"}, 404, 422, 404),
        ("school_officer", {"school": "10001"}, 404, 404, 404),
        ("auditor", {}, 200, 404, 403),
        ("auditor", {"school": "OWN"}, 200, 403, 403),
        ("auditor", {"school": "10001"}, 404, 404, 404),
        ("admin", {}, 403, 403, 403),
        ("system", {}, 403, 403, 403),
        ("counsellor", {"school": "OWN", "class_": "K1"}, 403, 403, 403),
        ("counsellor", {"school": "10001", "class_": "K1"}, 404, 404, 404),
        ("provincial_officer", {"province": "410000"}, 403, 403, 403),
        ("provincial_officer", {"province": "420000"}, 404, 404, 404),
        ("survey_manager", {"school": "OWN"}, 403, 403, 403),
        ("graduate", {"graduate": "SELF"}, 404, 404, 404),
        ("ministry", {}, 403, 403, 403),
    ],
)
async def test_a_role_reads_asks_and_decides_in_its_scope(
    client: Client, people: list[str], school: str, role: str, scope: Json, read: int, ask: int, decide: int
) -> None:
    one = client("college_officer", school=school, college="C1", subject="who asks")
    body = wanted(school, people[:1], "extend")
    path = (await one.post(PATH, json=body)).headers["location"]
    names = {"OWN": school, "SELF": people[0]}
    caller = client(role, **{name: names.get(value, value) for name, value in scope.items()}, subject="another")
    assert (await caller.get(path)).status_code == read
    listed = await caller.get(PATH, params={"school": school})
    if listed.status_code == 200:
        assert [f"{PATH}/{each['id']}" for each in listed.json()["items"]] == ([path] if read == 200 else [])
    else:
        assert (listed.status_code, role in {"school_officer", "college_officer", "auditor"}) == (403, False)
    assert (await caller.post(PATH, json=body)).status_code == ask
    for act, content in (("withdraw", None), ("refuse", {"reason": "不符"})):
        expected = 403 if (act, decide) == ("withdraw", 200) else decide
        assert (await caller.post(f"{path}/{act}", json=content, headers=FIRST)).status_code == expected, act


async def test_a_list_is_narrowed(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str, addresses: ServiceDatabase
) -> None:
    closed = (await moved(client, school, people[:1], "extend"))["id"]
    open_ones = []
    for graduate in people[1:]:
        change = "withdraw" if graduate == people[1] else "extend"
        open_ones.append((await officer.post(PATH, json=wanted(school, [graduate], change))).json()["id"])
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute(
        "UPDATE population_changes SET due_on = '2024-07-01' WHERE id = ANY($1)", [closed, open_ones[1]]
    )
    await owner.close()

    async def found(**query: str | int) -> list[str]:
        answer = await officer.get(PATH, params={"school": school, **query})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await found() == [closed, *open_ones]
    assert await found(state="open") == open_ones
    assert await found(state="approved") == [closed]
    assert await found(college="C2") == open_ones[1:]
    assert await found(overdue="true") == open_ones[1:]
    assert await found(overdue="false") == [closed, open_ones[0]]
    assert await found(cohort=2023) == []
    page = (await officer.get(PATH, params={"limit": 2})).json()
    rest = (await officer.get(PATH, params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == [closed, *open_ones]
    for query in ({"state": "gone"}, {"overdue": "x"}, {"class": "K1"}):
        assert (await officer.get(PATH, params=query)).status_code == 400


async def test_plain_sql_meets_the_same_rules(
    officer: httpx.AsyncClient, people: list[str], school: str, addresses: ServiceDatabase
) -> None:
    made = [(await officer.post(PATH, json=wanted(school, [each], "withdraw"))).json()["id"] for each in people[:2]]
    ruled = [
        ("UPDATE population_changes SET state = 'approved' WHERE id = $1", "decided"),
        (
            "UPDATE population_changes SET state = 'approved', decided_by = requested_by, decided_at = now()"
            " WHERE id = $1",
            "two_people",
        ),
        ("UPDATE population_changes SET ground = 'international' WHERE id = $1", "ground"),
    ]
    owner = await asyncpg.connect(addresses.owner_url)
    for statement, name in ruled:
        with pytest.raises(asyncpg.CheckViolationError) as broken:
            await owner.execute(statement, made[0])
        assert broken.value.constraint_name.endswith(name)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE graduates SET status = 'excluded' WHERE id = $1", people[0])
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "INSERT INTO population_change_graduates (change_id, graduate_id, place, status)"
            " VALUES ($1, $2, 2, 'registered')",
            made[0],
            people[1],
        )
    await owner.close()


async def test_of_two_acts_at_once_one_wins_and_the_other_is_told(
    client: Client, people: list[str], school: str, officer: httpx.AsyncClient
) -> None:
    officers = [client("school_officer", school=school, subject=f"officer {at}") for at in range(3)]
    asked = await asyncio.gather(
        *(
            each.post(PATH, json=wanted(school, people[:2][:: 1 - 2 * (at % 2)], "extend"))
            for at, each in enumerate(officers)
        )
    )
    winner = next(at for at, each in enumerate(asked) if each.status_code == 201)
    codes = sorted((each.status_code, each.json().get("code")) for each in asked)
    assert codes == [(201, None), *[(409, "population_change_open")] * 2]

    path = asked[winner].headers["location"]
    others = [each for at, each in enumerate(officers) if at != winner]
    acts = [
        officers[winner].patch(path, json={"graduate_ids": people[:1]}, headers=FIRST),
        *(each.post(f"{path}/approve", headers=FIRST) for each in others),
        others[0].post(f"{path}/refuse", json={"reason": "不符"}, headers=FIRST),
        officers[winner].post(f"{path}/withdraw", headers=FIRST),
    ]
    answers = await asyncio.gather(*acts)
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]
    state = next(each.json()["state"] for each in answers if each.status_code == 200)
    now = [(await officer.get(f"/v1/graduates/{each}")).json() for each in people[:2]]
    expected = [("extended", 2)] * 2 if state == "approved" else [("registered", 1), ("completed", 1)]
    assert [(entry["status"], entry["version"]) for entry in now] == expected
