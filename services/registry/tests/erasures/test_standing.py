"""Erasures of a graduate beside each other: what the graduate asked for waits, and another ground comes first."""

from collections.abc import Callable
from typing import Any

import httpx
from erased import erase_now

from common.crypto import FieldCipher
from common.database import Database
from registry.erasures.operations import erase_due

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

PATH = "/v1/erasures"
FIRST, SECOND = {"If-Match": '"1"'}, {"If-Match": '"2"'}


async def test_another_ground_comes_before_the_day_of_the_own_request(
    client: Client, graduate: Json, school: str, database: Database, cipher: FieldCipher
) -> None:
    own = client("graduate", graduate=graduate["id"])
    one, other = (client("school_officer", school=school, subject=name) for name in ("one", "other"))
    path = f"/v1/graduates/{graduate['id']}"
    wish = {"graduate_id": graduate["id"], "ground": "graduate_request"}
    order = {"graduate_id": graduate["id"], "ground": "court_order"}

    async def refused(asker: httpx.AsyncClient, body: Json) -> bool:
        return bool((await asker.post(PATH, json=body)).json().get("code") == "erasure_open")

    waiting = (await own.post(PATH, json=wish)).headers["location"]
    assert await refused(one, order)
    assert (await one.post(f"{waiting}/approve", headers=FIRST)).json()["erase_on"] == "2030-12-31"
    assert (await refused(own, wish), await refused(one, wish)) == (True, True)
    taken_back = (await one.post(PATH, json=order)).headers["location"]
    assert await refused(one, {**order, "ground": "entered_in_error"})
    assert (await one.post(f"{taken_back}/withdraw", headers=FIRST)).status_code == 200
    assert (await one.get(path)).json()["restricted"] is True

    ordered = (await one.post(PATH, json=order)).headers["location"]
    approved = (await other.post(f"{ordered}/approve", headers=FIRST)).json()
    assert (await refused(one, order), await refused(own, wish)) == (True, True)
    assert (await own.post(f"{waiting}/withdraw", headers={"If-Match": '"9"'})).status_code == 412
    await erase_due(database, cipher)
    done = [(await one.get(each)).json() for each in (waiting, ordered)]
    assert [(each["state"], each["erase_on"]) for each in done] == [("erased", approved["erase_on"])] * 2
    # a second round finds nothing to do
    await erase_due(database, cipher)
    assert (await one.get(waiting)).json() == done[0]

    history = (await one.get(f"{path}/history")).json()["items"]
    left = {field for version in history for field in version["changed_fields"]}
    origins = (await one.get(f"{path}/provenance", params={"limit": 100})).json()["items"]
    assert ({each["field"] for each in origins}, "status" in left, "name" in left) == (left, True, False)


async def test_one_withdrawn_leaves_the_entry_to_the_other(
    client: Client, graduate: Json, school: str, database: Database, cipher: FieldCipher
) -> None:
    own = client("graduate", graduate=graduate["id"])
    one, other = (client("school_officer", school=school, subject=name) for name in ("one", "other"))
    body = {"graduate_id": graduate["id"], "ground": "graduate_request"}
    waiting = (await own.post(PATH, json=body)).headers["location"]
    await one.post(f"{waiting}/approve", headers=FIRST)
    ordered = (await one.post(PATH, json={**body, "ground": "court_order"})).headers["location"]
    assert (await other.post(f"{ordered}/approve", headers=FIRST)).status_code == 200
    assert (await own.post(f"{waiting}/withdraw", headers=SECOND)).status_code == 200
    assert (await one.get(f"/v1/graduates/{graduate['id']}")).json()["restricted"] is True
    await erase_due(database, cipher)
    states = [(await one.get(each)).json()["state"] for each in (waiting, ordered)]
    assert states == ["withdrawn", "erased"]


async def test_one_whose_graduate_is_erased_already_is_done_before_its_day(
    client: Client, graduate: Json, school: str, database: Database, cipher: FieldCipher
) -> None:
    """As after a restore, which erases again who was erased in the lost time."""
    own, one = client("graduate", graduate=graduate["id"]), client("school_officer", school=school)
    body = {"graduate_id": graduate["id"], "ground": "graduate_request"}
    waiting = (await own.post(PATH, json=body)).headers["location"]
    assert (await one.post(f"{waiting}/approve", headers=FIRST)).json()["erase_on"] == "2030-12-31"
    await erase_now(database, cipher, graduate["id"])
    await erase_due(database, cipher)
    assert (await one.get(waiting)).json()["state"] == "erased"
