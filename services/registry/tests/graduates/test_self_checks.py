"""What a graduate has confirmed: every door that changes the entry since, both orders of a race, and the filter."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from changing import moved

from registry.graduates.domain.entry import FIELDS
from registry.graduates.domain.fields import EDITING
from registry.graduates.domain.self_check import SelfCheck, after_change
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

CONTACTS = {"phone", "home_phone", "email", "residence_address"}


@pytest.mark.parametrize("state", SelfCheck)
def test_only_contacts_leave_a_confirmation_as_it_is(state: SelfCheck) -> None:
    for field in {*FIELDS, *EDITING, "a field of a later release"}:
        outdates = state is SelfCheck.CONFIRMED and field not in CONTACTS
        assert after_change(state, [field, "phone"]) is (SelfCheck.OUTDATED if outdates else state), field
    assert after_change(state, []) is state


async def test_a_confirmation_is_of_one_version_until_more_than_contacts_changes(
    client: Client, officer: httpx.AsyncClient, school: str, graduate: Json, imported: Imported, files: Any, rows: Rows
) -> None:
    path, own = f"/v1/graduates/{graduate['id']}", client("graduate", graduate=graduate["id"])

    async def confirm(version: int) -> httpx.Response:
        return await own.post(f"{path}/self-check", json={"graduate_version": version})

    async def patch(version: int, **given: object) -> str:
        answer = await officer.patch(path, json=given, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
        state = await listed()
        assert answer.json()["self_check"] == state
        return state

    async def listed() -> str:
        """As the entry says it, and as the filter of the list does."""
        state = str((await officer.get(path)).json()["self_check"])
        for each in SelfCheck:
            found = (await officer.get("/v1/graduates", params={"self_check": each.value})).json()["items"]
            assert [item["self_check"] for item in found] == ([state] if each == state else [])
        return state

    assert await listed() == "unconfirmed"
    assert await patch(1, sex_code="1") == "unconfirmed"
    stale = await confirm(1)
    shown = {name: stale.json()[name] for name in ("code", "state", "current_version")}
    assert (stale.status_code, shown) == (
        409,
        {"code": "roster_changed", "state": "unconfirmed", "current_version": 2},
    )
    done = await confirm(2)
    assert (done.status_code, done.headers["etag"], done.json()["self_check"]) == (200, '"2"', "confirmed")
    assert await listed() == "confirmed"
    assert (await own.patch(path, json={"phone": "13900139000"}, headers={"If-Match": '"2"'})).status_code == 200
    assert await patch(3, email="zhang@example.cn") == "confirmed"
    # what was changed before the newest version counts, too
    assert await patch(4, ethnicity_code="02") == "outdated"
    assert await patch(5, phone="13900139001") == "outdated"
    assert (await confirm(6)).json()["self_check"] == "confirmed"
    await imported(files.csv([["学号", "姓名", "手机号"], ["2020001", "张三", "13900139002"]]), "a.csv")
    assert await listed() == "confirmed"
    await imported(files.csv([["学号", "姓名", "民族代码"], ["2020001", "张三", "03"]]), "b.csv")
    assert await listed() == "outdated"
    assert (await confirm(8)).json()["self_check"] == "confirmed"
    await moved(client, school, [graduate["id"]], "extend")
    assert await listed() == "outdated"
    audit = (
        "SELECT role, detail FROM audit_entries WHERE object_id = :id AND action = 'graduate.self_check' ORDER BY id"
    )
    entries = [(each["role"], each["detail"]["version"]) for each in await rows(audit, id=graduate["id"])]
    assert entries == [("graduate", version) for version in (2, 6, 8)]


async def test_only_the_graduate_confirms(client: Client, officer: httpx.AsyncClient, graduate: Json) -> None:
    path, body = f"/v1/graduates/{graduate['id']}/self-check", {"graduate_version": 1}
    assert (await officer.post(path, json=body)).status_code == 403
    assert (await client("school_officer", school="10001").post(path, json=body)).status_code == 404
    stranger = client("graduate", graduate="8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f")
    assert (await stranger.post(path, json=body)).status_code == 404
    own, once = client("graduate", graduate=graduate["id"]), {"Idempotency-Key": "k"}
    assert (await own.post(path, json={"graduate_version": 0})).status_code == 422
    first, again = [await own.post(path, json=body, headers=once) for _ in range(2)]
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")


async def test_a_confirmation_and_a_change_at_once_have_one_order(
    client: Client, officer: httpx.AsyncClient, graduate: Json
) -> None:
    path, own = f"/v1/graduates/{graduate['id']}", client("graduate", graduate=graduate["id"])
    before = "unconfirmed"
    for version in range(1, 9):
        given, match = {"sex_code": "12"[version % 2], "change_reason": "更正"}, {"If-Match": f'"{version}"'}
        confirmed, changed = await asyncio.gather(
            own.post(f"{path}/self-check", json={"graduate_version": version}),
            officer.patch(path, json=given, headers=match),
        )
        assert changed.status_code == 200
        assert confirmed.status_code in {200, 409}
        # who came second is told what the first has done
        if confirmed.status_code == 200:
            before = "outdated"
        else:
            assert confirmed.json()["current_version"] == version + 1
        assert changed.json()["self_check"] == before


async def test_the_database_knows_no_confirmation_of_a_version_to_come(
    graduate: Json, addresses: ServiceDatabase
) -> None:
    connection = await asyncpg.connect(addresses.app_url)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("UPDATE graduates SET self_checked_version = 2 WHERE id = $1", graduate["id"])
    await connection.close()
