"""What a graduate is told of, by every door that changes the student register, and reading it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from changing import moved

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Imported = Callable[..., Awaitable[Json]]


def shown(answer: httpx.Response) -> list[tuple[str, bool]]:
    return [(each["kind"], each["read_at"] is not None) for each in answer.json()["items"]]


async def test_a_graduate_is_told_of_each_change_of_the_register(
    client: Client, officer: httpx.AsyncClient, school: str, graduate: Json, imported: Imported, files: Any
) -> None:
    path, own = f"/v1/graduates/{graduate['id']}", client("graduate", graduate=graduate["id"])
    notices = f"{path}/notices"
    told = ("locked_field_changed", False)
    assert shown(await own.get(notices)) == []
    # filled, changed, cleared: each is one; other fields, refusals and other people's rows are none
    changes: list[Json] = [{"sex_code": "1", "exam_number": "E1"}, {"ethnicity_code": "02"}]
    changes += [{"name": "李四"}, {"exam_number": None}]
    for version, given in enumerate(changes, 1):
        body = given | {"change_reason": "更正"}
        answer = await officer.patch(path, json=body, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
    assert (await officer.patch(path, json={"name": "王五"}, headers={"If-Match": '"5"'})).status_code == 422
    assert shown(await own.get(notices)) == [told] * 3
    table = [["学号", "姓名", "考生号", "民族代码"], ["2020001", "李四", "E2", "03"], ["2020002", "赵六", "E3", "01"]]
    assert (await imported(files.csv(table), "a.csv"))["result"]["updated"] == 1
    table = [["学号", "姓名", "民族代码"], ["2020001", "李四", "04"], ["2020002", "赵六", "02"]]
    assert (await imported(files.csv(table), "b.csv"))["result"]["updated"] == 2
    await moved(client, school, [graduate["id"]], "extend")
    assert shown(await own.get(notices)) == [told] * 4
    [other] = (await officer.post("/v1/graduates/search", json={"student_number": "2020002"})).json()["items"]
    assert shown(await client("graduate", graduate=other["id"]).get(f"/v1/graduates/{other['id']}/notices")) == []

    newest, second, *_ = (await own.get(notices)).json()["items"]
    assert newest["recorded_at"] > second["recorded_at"]
    first = (await own.get(notices, params={"limit": 3})).json()
    rest = (await own.get(notices, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert first["items"] + rest["items"] == (await own.get(notices)).json()["items"]

    done = await own.post(f"{notices}/read", json={"up_to": second["id"]})
    assert (done.status_code, done.json()) == (200, {"up_to": second["id"], "marked": 3})
    assert [read for _, read in shown(await own.get(notices))] == [False, True, True, True]
    before = (await own.get(notices)).json()["items"][1:]
    again = await own.post(f"{notices}/read", json={"up_to": newest["id"]})
    assert again.json()["marked"] == 1
    # when it was read first stays
    assert (await own.get(notices)).json()["items"][1:] == before


async def test_notices_are_the_graduates_own(client: Client, officer: httpx.AsyncClient, graduate: Json) -> None:
    path, own = f"/v1/graduates/{graduate['id']}/notices", client("graduate", graduate=graduate["id"])
    body = {"up_to": graduate["id"]}
    unknown = await own.post(f"{path}/read", json=body)
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["errors"][0]["pointer"]) == (
        422,
        "unknown_notice",
        "/up_to",
    )
    for caller, status in (
        (officer, 403),
        (client("school_officer", school="10001"), 404),
        (client("graduate", graduate="8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"), 404),
    ):
        assert (await caller.get(path)).status_code == status
        assert (await caller.post(f"{path}/read", json=body)).status_code == status
