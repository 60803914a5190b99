"""After a restore events go on behind the last one published; what versions say stays what it was, by either door."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from importing import import_line

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.outbox import Reached
from registry.graduates.storage.versions import raise_streams

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]

FIRST, REACHED = date(2023, 9, 1), date(2099, 6, 20)
REASON = {"change_reason": "学籍更正"}
TITLES = {"phone": "手机号", "name": "姓名", "sex_code": "性别代码"}
QUIET, NAMED, COUNTING = {"name": "张三", "phone": "13900139000"}, {"name": "李四"}, {"name": "李四", "sex_code": "2"}


@pytest.mark.parametrize("door", ["officer", "import"])
async def test_versions_say_what_they_said_and_the_next_event_follows_the_last_one(
    client: Callable[..., httpx.AsyncClient],
    officer: httpx.AsyncClient,
    graduate: Json,
    school: SchoolCode,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
    door: str,
) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    async with database.transaction(SYSTEM) as unit:
        await raise_streams(unit.connection, [Reached(graduate["id"], school, 7, REACHED, ())])
        await unit.commit()

    async def history() -> list[tuple[int, date]]:
        items = (await officer.get(f"{path}/history")).json()["items"]
        return [(each["sequence"], date.fromisoformat(each["decided_on"])) for each in items]

    async def change(given: Json) -> None:
        if door == "officer":
            found = await officer.get(path)
            saved = await officer.patch(path, json=given | REASON, headers={"If-Match": found.headers["etag"]})
            assert saved.status_code == 200, saved.text
            return
        line = {"学号": "2020001", **{TITLES[name]: value for name, value in given.items()}}
        async with database.transaction(SYSTEM) as unit:
            counted = await import_line(database, cipher, unit, school, Cohort(2024), line)
            await unit.commit()
        assert counted["updated"] == 1

    named = {"school_code": school, "cohort": 2024, "rows": [{"row": 2, "student_number": "2020001", "name": "张三"}]}
    resolved = (await client("system").post("/v1/graduates/resolve", json=named)).json()["rows"][0]
    assert (resolved["sequence"], (await officer.get(path)).json()["sequence"]) == (7, 7)
    assert await history() == [(1, FIRST)]
    await change(QUIET)
    assert (await officer.get(path)).json()["sequence"] == 7
    assert await history() == [(1, FIRST), (1, FIRST)]
    await change(NAMED)
    await change(COUNTING)
    assert await history() == [(1, FIRST), (1, FIRST), (8, REACHED), (9, REACHED)]
    events = await rows("SELECT sequence, decided_on FROM outbox WHERE key = :id ORDER BY id", id=graduate["id"])
    assert [tuple(event.values()) for event in events] == [(1, FIRST), (8, REACHED), (9, REACHED)]
