"""Rows of a file that meet what acts over HTTP have made, are making, or make at the same time."""

import asyncio
import csv
import io
import random
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from common.database import Database
from common.operations import OperationRunner
from testing.databases import ServiceDatabase, sessions_at_a_lock
from testing.tokens import TokenMint

HEADERS = ("学号", "姓名", "毕业去向", "签约日期")
AS_BEFORE = {"毕业去向": "待就业"}
SIGNED = {"毕业去向": "待就业", "签约日期": "2022-08-01"}
Json = dict[str, Any]


class Campus:
    """The people of one school, and its registrations as they see them."""

    def __init__(self, http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> None:
        self.http, self.runner, self.book = http, runner, book
        self.officer = mint.headers("school_officer", school="10001")
        self.college = mint.headers("college_officer", school="10001", college="C01")
        self.counsellor = mint.headers("counsellor", school="10001", class_="K1")

    def graduate(self, number: str) -> UUID:
        graduate_id: UUID = self.book.write(number, f"张三{number}", cohort=2022)
        return graduate_id

    async def send(self, rows: Mapping[str, Mapping[str, str]], **form: str) -> Json:
        """Imports what is said of each number, and gives the result with the rules of all errors."""
        accepted = await self.post(rows, **form)
        assert await self.runner.run_once()
        operation = (await self.http.get(accepted.headers["location"], headers=self.officer)).json()
        return {**operation["result"], "rules": [each["rule"] for each in operation["errors"]]}

    async def post(self, rows: Mapping[str, Mapping[str, str]], **form: str) -> httpx.Response:
        content = io.StringIO()
        writer = csv.DictWriter(content, HEADERS)
        writer.writeheader()
        writer.writerows({"学号": number, "姓名": f"张三{number}", **cells} for number, cells in rows.items())
        sent = {"school_code": "10001", "cohort": "2022"} | form
        files = {"file": ("a.csv", content.getvalue().encode())}
        answer = await self.http.post("/v1/imports/registrations", data=sent, files=files, headers=self.officer)
        assert answer.status_code == 202, answer.text
        return answer

    async def items(self) -> list[Json]:
        answer = await self.http.get("/v1/registrations", params={"limit": 500}, headers=self.officer)
        items: list[Json] = answer.json()["items"]
        return items

    async def newest(self) -> Json:
        """The newest of one graduate's registrations."""
        return (await self.items())[-1]

    async def create(self, graduate_id: UUID) -> httpx.Response:
        body = {"graduate_id": str(graduate_id), "destination_code": "70", "reason": "signing"}
        return await self.http.post("/v1/registrations", json=body, headers=self.counsellor)

    async def edit(self, item: Json, headers: Mapping[str, str], **patch: str) -> httpx.Response:
        path = f"/v1/registrations/{item['id']}"
        return await self.http.patch(path, json=patch, headers={**headers, "If-Match": f'"{item["version"]}"'})

    async def act(self, item: Json, act: str, headers: Mapping[str, str]) -> httpx.Response:
        path = f"/v1/registrations/{item['id']}/{act}"
        body = {"reason": "材料不全"} if act == "return" else None
        return await self.http.post(path, json=body, headers={**headers, "If-Match": f'"{item["version"]}"'})


@pytest.fixture
def campus(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Campus:
    return Campus(http, mint, runner, book)


async def stored(database: Database, statement: str) -> list[Any]:
    async with database.reading() as connection:
        return await connection.execute(text(statement))


REVIEW: Mapping[str, Sequence[tuple[str, str]]] = {
    "draft": (),
    "submitted": (("counsellor", "submit"),),
    "college_approved": (("counsellor", "submit"), ("college", "college-approve")),
    "returned": (("counsellor", "submit"), ("college", "return")),
}


async def under_review(campus: Campus, state: str, *, effective: bool) -> Json:
    """A registration of one graduate in this state, whose newest content has a reason, and the effective one none."""
    graduate_id = campus.graduate("1")
    if effective:
        await campus.send({"1": AS_BEFORE}, effective_on="2022-08-31")
        assert (await campus.edit(await campus.newest(), campus.counsellor, reason="signing")).status_code == 200
    else:
        await campus.send({"1": {}})
        assert (await campus.create(graduate_id)).status_code == 201
    for person, act in REVIEW[state]:
        done = await campus.act(await campus.newest(), act, getattr(campus, person))
        assert done.status_code == 200, done.text
    found = await campus.newest()
    assert (found["state"], found["reason"], found["effective"] is not None) == (state, "signing", effective)
    return found


@pytest.mark.parametrize("state", REVIEW)
async def test_a_row_that_says_what_is_effective_leaves_the_review_alone(
    campus: Campus, database: Database, state: str
) -> None:
    before = await under_review(campus, state, effective=True)
    result = await campus.send({"1": AS_BEFORE})
    assert (result["unchanged"], result["change_token"]) == (1, None)
    assert await campus.newest() == before
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 1


@pytest.mark.parametrize("state", REVIEW)
async def test_a_row_that_differs_replaces_what_is_under_review(campus: Campus, database: Database, state: str) -> None:
    before = await under_review(campus, state, effective=True)
    assert (await campus.send({"1": SIGNED}))["updated"] == 1
    found = await campus.newest()
    assert (found["id"], found["version"]) == (before["id"], before["version"] + 1)
    assert (found["state"], found["confirmation"], found["source"]) == ("school_approved", "unconfirmed", "import")
    assert (found["reason"], found["signed_on"]) == (None, "2022-08-01")
    assert found["effective"]["version"] == found["version"]
    events = await stored(database, "SELECT type, sequence FROM outbox ORDER BY id")
    assert [(each["type"].rpartition(".")[2], each["sequence"]) for each in events] == [("decided", 1), ("changed", 2)]


@pytest.mark.parametrize("state", REVIEW)
async def test_a_row_decides_what_nothing_effective_stands_behind(
    campus: Campus, database: Database, state: str
) -> None:
    """Blank cells keep what the newest content says."""
    before = await under_review(campus, state, effective=False)
    assert (await campus.send({"1": SIGNED}))["updated"] == 1
    found = await campus.newest()
    assert (found["id"], found["state"], found["version"]) == (before["id"], "school_approved", before["version"] + 1)
    assert (found["reason"], found["signed_on"]) == ("signing", "2022-08-01")
    assert found["effective"]["version"] == found["version"]
    assert [each["sequence"] for each in await stored(database, "SELECT sequence FROM outbox")] == [1]


@pytest.mark.parametrize("person", ["counsellor", "college"])
async def test_a_requested_void_is_left_alone_or_the_row_is_at_fault(campus: Campus, person: str) -> None:
    before = await under_review(campus, "draft", effective=True)
    assert (await campus.act(before, "request-void", getattr(campus, person))).status_code == 200
    asked = await campus.newest()
    assert (asked["state"], asked["reason"]) == ("void_requested", None)
    assert (await campus.send({"1": AS_BEFORE}))["unchanged"] == 1
    refused = await campus.send({"1": SIGNED})
    assert (refused["rejected"], refused["rules"]) == (1, ["void_requested"])
    assert await campus.newest() == asked


async def test_a_row_registers_anew_who_was_voided(campus: Campus, database: Database) -> None:
    before = await under_review(campus, "draft", effective=True)
    await campus.act(before, "request-void", campus.college)
    assert (await campus.act(await campus.newest(), "void", campus.officer)).status_code == 200
    assert (await campus.send({"1": SIGNED}))["created"] == 1
    voided, anew = await campus.items()
    assert (voided["id"], voided["state"], voided["effective"]) == (before["id"], "voided", None)
    assert (anew["state"], anew["version"], anew["reason"]) == ("school_approved", 1, None)
    events = await stored(database, "SELECT type, sequence FROM outbox ORDER BY id")
    assert [(each["type"].rpartition(".")[2], each["sequence"]) for each in events] == [
        ("decided", 1),
        ("voided", 2),
        ("decided", 3),
    ]


async def test_single_writes_wait_for_the_import_that_came_before_them(
    campus: Campus, database: Database, addresses: ServiceDatabase
) -> None:
    """Each was meant for the version that its author saw, and is told that there is another."""
    numbers = [str(number) for number in range(1, 7)]
    last = sorted(campus.graduate(number) for number in numbers)[-1]
    await campus.send(dict.fromkeys(numbers, AS_BEFORE), effective_on="2022-08-31")
    seen = [item for item in await campus.items() if item["graduate_id"] != str(last)]
    holder = await asyncpg.connect(addresses.admin_url)
    async with holder.transaction():
        await holder.execute("SELECT FROM destination_streams WHERE graduate_id = $1 FOR UPDATE", last)
        importing = asyncio.ensure_future(campus.send(dict.fromkeys(numbers, SIGNED)))
        await sessions_at_a_lock(addresses, 1)
        edits = [asyncio.ensure_future(campus.edit(item, campus.officer, reason="signing")) for item in seen]
        await sessions_at_a_lock(addresses, 1 + len(edits))
    await holder.close()
    assert (await importing)["updated"] == 6
    assert [answer.status_code for answer in await asyncio.gather(*edits)] == [412] * 5
    await every_version_is_there_once(database, versions=12)


async def test_imports_beside_single_writes_lose_and_double_nothing(campus: Campus, database: Database) -> None:
    chance = random.Random(20240831)
    numbers = [str(number) for number in range(1, 31)]
    for number in numbers:
        campus.graduate(number)
    await campus.send(dict.fromkeys(numbers, AS_BEFORE), effective_on="2022-08-31")

    async def importing(day: int) -> int:
        said = SIGNED | {"签约日期": f"2022-07-0{day}"}
        result = await campus.send(dict.fromkeys(chance.sample(numbers, 25), said))
        assert result["updated"] == 25, result
        return 25

    async def correcting(item: Json) -> int:
        reason = chance.choice(["signing", "job_seeking", "planning_business"])
        answer = await campus.edit(item, campus.officer, reason=reason)
        assert answer.status_code in {200, 412}, answer.text
        return int(answer.status_code == 200)

    written = 30
    for day in range(1, 5):
        items = await campus.items()
        acts: list[Awaitable[int]] = [importing(day), *(correcting(item) for item in chance.sample(items, 20))]
        written += sum(await asyncio.gather(*acts))
    assert written > 30 + 4 * 25
    await every_version_is_there_once(database, versions=written)


async def every_version_is_there_once(database: Database, versions: int) -> None:
    """History and events of each graduate have no gap, and the newest of both say the same as the record."""
    counted = await stored(
        database,
        """
        SELECT count(*) AS n, max(version) AS last FROM registration_versions GROUP BY graduate_id
        UNION ALL
        SELECT count(*), max(sequence) FROM outbox GROUP BY key
        """,
    )
    assert [each["n"] for each in counted] == [each["last"] for each in counted]
    assert sum(each["n"] for each in counted) == 2 * versions
    newest = await stored(
        database,
        """
        SELECT kept.version, told.data ->> 'version' AS announced, history.signed_on, history.reason,
               kept.signed_on AS kept_signed_on, kept.reason AS kept_reason, kept.effective_version
          FROM registrations kept
          JOIN registration_versions history ON history.registration_id = kept.id AND history.version = kept.version
          JOIN outbox told ON told.key = kept.graduate_id::text AND told.sequence = kept.version
        """,
    )
    assert len(newest) * 2 == len(counted)
    for each in newest:
        assert each["version"] == each["effective_version"] == int(each["announced"])
        assert (each["signed_on"], each["reason"]) == (each["kept_signed_on"], each["kept_reason"])
