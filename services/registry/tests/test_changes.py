"""The change feed of units and roster entries, cut to the caller's rows."""

from collections.abc import Callable
from typing import Any

import httpx

from common.database import Database
from common.database.dedicated import dedicated_connection
from common.relay.numbering import number_next, sent_position

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


async def test_everybody_follows_the_changes_of_the_own_rows(
    client: Client, database: Database, officer: httpx.AsyncClient, school: str, graduate: Json
) -> None:
    units = {"colleges": {"code": "C1"}, "majors": {"code": "M1", "college_code": "C1"}}
    classes = [{"code": code, "college_code": "C1", "major_code": "M1"} for code in ("K1", "K2")]
    for kind, unit in [*units.items(), *(("classes", each) for each in classes)]:
        made = await officer.post(f"/v1/schools/{school}/{kind}", json={"name": "某单位", **unit})
        assert made.status_code == 201, made.text
    for number, class_code in (("2020002", "K1"), ("2020003", "K2")):
        body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "李四"}
        entered = await officer.post("/v1/graduates", json=body | {"class_code": class_code})
        assert entered.status_code == 201, entered.text
    async with dedicated_connection(database.pool, "test relay") as connection:
        while await number_next(connection, await sent_position(connection)):
            pass

    async def followed(role: str, **scope: Any) -> list[Json]:
        items: list[Json] = []
        query = {"limit": "500"}
        while True:
            answer = await client(role, **scope).get("/v1/changes", params=query)
            assert answer.status_code == 200, answer.text
            if not answer.json()["items"]:
                return items
            items += answer.json()["items"]
            query["after"] = answer.json()["next_cursor"]

    of_school = await followed("school_officer", school=school)
    assert {each["type"] for each in of_school} == {"quxiang.organisation.changed", "quxiang.graduate.registered"}
    assert [each["subject"] for each in await followed("graduate", graduate=graduate["id"])] == [graduate["id"]]
    of_class = await followed("counsellor", school=school, class_="K2")
    assert [each["data"]["class_code"] for each in of_class] == ["K2"]
    assert await followed("counsellor", school=school, college="NOPE", class_="K2") == []
    of_province = await followed("provincial_officer", province="410000")
    assert [each for each in of_province if each["schoolcode"] == school] == of_school
    of_another_province = await followed("provincial_officer", province="210000")
    assert not [each for each in of_another_province if each["schoolcode"] == school]
