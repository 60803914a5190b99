"""A new entry names the earlier one of its person: entered alone, or in a file, and shown in scope only."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from changing import moved
from erased import erase_now

from common.crypto import FieldCipher
from common.database import Database

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

PERSON = {"name": "张三", "citizen_id": "11010119910517417X"}


async def test_a_new_entry_continues_the_one_that_was_extended_or_transferred(
    client: Client,
    admin: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    school: str,
    imported: Callable[..., Awaitable[Json]],
    database: Database,
    cipher: FieldCipher,
) -> None:
    async def entered(writer: httpx.AsyncClient, at: str, cohort: int, number: str, **further: str) -> Json:
        body = {"school_code": at, "cohort": cohort, "student_number": number, "name": "张三", **further}
        answer = await writer.post("/v1/graduates", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    for code in ("C1", "C2"):
        made = await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
        assert made.status_code == 201
    first = await entered(officer, school, 2022, "1", **PERSON, college_code="C1")
    assert first["continues"] is None
    # while it counts, it is another person's entry or a mistake
    assert (await entered(officer, school, 2023, "1"))["continues"] is None
    await moved(client, school, [first["id"]], "extend", cohort=2022)
    later = await entered(officer, school, 2023, "2", **PERSON, college_code="C2")
    assert later["continues"] == first["id"]
    college = client("college_officer", school=school, college="C2")
    assert (await college.get(f"/v1/graduates/{later['id']}")).json()["continues"] is None
    assert (await officer.get(f"/v1/graduates/{later['id']}")).json() == later | {"change_token": None}
    # an earlier cohort does not continue a later one
    assert (await entered(officer, school, 2021, "9", **PERSON))["continues"] is None

    await moved(client, school, [later["id"]], "transfer", cohort=2023)
    stored = await imported(
        "学号,姓名,证件号,学历代码\n1,张三,,31\n7,张三,11010119910517417X,31\n8,李四,,31\n".encode(), "roster.csv"
    )
    assert stored["result"]["created"] == 3, stored
    listed = (await officer.get("/v1/graduates", params={"cohort": 2024})).json()["items"]
    assert {each["student_number"]: each["continues"] for each in listed} == {
        "1": first["id"],
        "7": later["id"],
        "8": None,
    }
    changed = await imported("学号,姓名,手机号\n7,张三,13800138000\n".encode(), "roster.csv")
    assert changed["result"]["updated"] == 1
    again = {each["student_number"]: each for each in (await officer.get("/v1/graduates")).json()["items"]}
    assert (again["7"]["version"], again["7"]["continues"]) == (2, later["id"])

    other = str(int(school) + 500)
    made = await admin.post("/v1/schools", json={"code": other, "name": "另一大学", "province_code": "420000"})
    assert made.status_code == 201
    elsewhere = client("school_officer", school=other)
    # a citizen id is one person's in every school, a student number is not
    arrived = await entered(elsewhere, other, 2024, "1", **PERSON)
    assert (arrived["continues"], (await entered(elsewhere, other, 2024, "2"))["continues"]) == (None, None)
    assert (await admin.get(f"/v1/graduates/{arrived['id']}")).json()["continues"] == later["id"]

    # the later entries would lead from who is erased to the person
    await erase_now(database, cipher, later["id"])
    of_person = [(again["7"]["id"], officer), (arrived["id"], admin), (later["id"], officer)]
    left = [(await reader.get(f"/v1/graduates/{each}")).json()["continues"] for each, reader in of_person]
    assert left == [None, None, None]
    assert (await officer.get(f"/v1/graduates/{again['1']['id']}")).json()["continues"] == first["id"]
