"""The directory follows registrations: what they say, whom they name, and what people have written stays."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from hiring_book import HiringBook
from sqlalchemy import text

from common.auth import SYSTEM
from common.clock import today
from common.contracts.envelope import IncomingEvent
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import Cohort
from surveys.destinations_client import DestinationsClient
from surveys.directory import Directory, compared_hires
from surveys.employers import commands
from surveys.employers.domain import Employer, Hired
from surveys.employers.operations import drop_expired, keep_due
from surveys.settings import Settings
from surveys.verification import CHECKS
from testing.databases import committed

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

USCC = "91110000600037341L"
NOTHING: Json = dict.fromkeys(("uscc", "nature_code", "industry_code"))


@pytest.fixture
def book() -> HiringBook:
    return HiringBook()


@pytest.fixture
async def destinations(book: HiringBook, application: FastAPI) -> AsyncIterator[DestinationsClient]:
    """Destinations as the application and the worker ask it."""
    transport = httpx.ASGITransport(app=book.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://destinations.test") as client:
        application.state.destinations = asked = DestinationsClient(client)
        yield asked
        application.state.destinations = None


@pytest.fixture
def directory(database: Database, cipher: FieldCipher, destinations: DestinationsClient) -> Directory:
    """The directory as the worker has it."""
    return Directory(database, cipher, destinations)


Learn = Callable[..., Awaitable[list[Json]]]


@pytest.fixture
def learned(directory: Directory, manager: httpx.AsyncClient, school: Any) -> Learn:
    """Read who hires a cohort; the directory after it, by name."""

    async def learn(cohort: Any = 2024) -> list[Json]:
        await directory.read((school, cohort))
        items = (await manager.get(f"/v1/employers?school={school}")).json()["items"]
        return sorted(items, key=lambda each: str(each["name"]))

    return learn


@pytest.mark.parametrize(
    ("by_hand", "changed"),
    [
        ((), {"name": "新", "place_code": "410102", "registered_as": UUID(int=2), "hires": {"2023": 1, "2024": 5}}),
        (("name", "place_code"), {"registered_as": UUID(int=2), "hires": {"2023": 1, "2024": 5}}),
    ],
)
def test_what_people_wrote_wins(by_hand: tuple[str, ...], changed: Json) -> None:
    now = today()
    known: Any = {"id": uuid4(), "version": 1, "school_code": "1", "created_at": now, "recorded_at": now}
    employer = Employer(**known, name="旧", registered_as=None, hires={"2023": 1, "2024": 4}, by_hand=by_hand)
    hired = Hired(
        registered_as=UUID(int=2),
        name="新",
        uscc=None,
        nature_code=None,
        industry_code=None,
        place_code="410102",
        hires=5,
    )
    assert employer.taught(hired, 2024) == changed


async def test_employers_come_go_and_keep_their_ids(book: HiringBook, learned: Learn) -> None:
    first = book.write("甲", {2024: 3, 2023: 1}, uscc=USCC, industry_code="22")
    second = book.write("乙", {2024: 1})
    book.write("丙", {2024: 2})
    made = await learned()
    assert [(each["name"], each["hires"]) for each in made] == [
        ("丙", {"2024": 2}), ("乙", {"2024": 1}), ("甲", {"2024": 3})
    ]  # fmt: skip
    kept = made[2]
    assert (kept["registered_as"], kept["uscc"], kept["industry_code"], kept["version"], kept["by_hand"]) == (
        str(first), USCC, "22", 1, []
    )  # fmt: skip
    assert [each["hires"] for each in await learned(2023)] == [{"2024": 2}, {"2024": 1}, {"2023": 1, "2024": 3}]
    del book.employers[second]
    book.write("甲集团", {2024: 4}, first, uscc=USCC, industry_code="31")
    after = await learned()
    assert {each["name"]: each["hires"] for each in after} == {
        "丙": {"2024": 2}, "乙": {}, "甲集团": {"2023": 1, "2024": 4}
    }  # fmt: skip
    same = next(each for each in after if each["id"] == kept["id"])
    assert (same["name"], same["industry_code"], same["version"]) == ("甲集团", "31", 2)
    assert await learned() == after


async def test_people_and_registrations_write_one_employer(
    manager: httpx.AsyncClient, school: str, book: HiringBook, learned: Learn
) -> None:
    """By the credit code; what people wrote stays, what they left blank is filled."""
    body = {"school_code": school, "name": "人写", "uscc": USCC}
    made = (await manager.post("/v1/employers", json=body)).json()
    of = book.write("登记", {2024: 2}, uscc=USCC, place_code="410102")
    [found] = await learned()
    assert (found["id"], found["name"], found["place_code"], found["registered_as"]) == (
        made["id"], "人写", "410102", str(of)
    )  # fmt: skip
    # a second employer of the directory has the code that registrations now give to another one
    other = book.write("另一家", {2024: 1})
    [_, second] = sorted(await learned(), key=lambda each: str(each["name"]) == "另一家")
    book.write("另一家", {2024: 1}, other, uscc=USCC)
    assert next(each for each in await learned() if each["id"] == second["id"])["uscc"] is None


async def test_a_registration_is_followed_within_a_minute(
    situate: Keep, book: HiringBook, directory: Directory, database: Database, manager: httpx.AsyncClient,
    school: str, registration_event: Callable[..., IncomingEvent],
) -> None:  # fmt: skip
    while await keep_due(directory):
        pass
    book.asked.clear()
    await situate([registration_event(school, uuid4())])
    book.write("甲", {2024: 1})
    book.down = True
    assert await keep_due(directory) == 0
    book.down = False
    assert await keep_due(directory) == 1
    assert [each["name"] for each in (await manager.get("/v1/employers")).json()["items"]] == ["甲"]
    # destinations may link the employer up to a minute later: it is read again until then, and not all the time
    assert await keep_due(directory) == 0
    change = "UPDATE employer_feeds SET read_from = read_from - interval '20 seconds' WHERE school_code = :school"
    async with committed(database) as connection:
        await connection.execute(text(change), {"school": school})
    assert await keep_due(directory) == 1
    change = change.replace("read_from = read_from - interval '20 seconds'", "changed_at = read_from - interval '61 s'")
    async with committed(database) as connection:
        await connection.execute(text(change), {"school": school})
    assert await keep_due(directory) == 0
    assert book.asked == [2024, 2024]


async def test_a_population_is_drawn_from_what_registrations_say_now(
    manager: httpx.AsyncClient, asking: Json, book: HiringBook, destinations: DestinationsClient
) -> None:
    book.write("甲", {2024: 3, 2023: 1})
    book.write("乙", {2023: 1})
    wave = await manager.post("/v1/waves", json=asking)
    assert (wave.status_code, wave.json()["eligible"]) == (201, 2), wave.text
    book.down = True
    refused = await manager.post("/v1/waves", json=asking)
    assert (refused.status_code, refused.json()["code"]) == (503, "destinations_unavailable")


async def test_an_older_reading_writes_over_no_newer_one(
    database: Database, cipher: FieldCipher, school: Any, learned: Learn, book: HiringBook
) -> None:
    feed = (school, Cohort(2024))
    of = book.write("甲", {2024: 1})
    began = await database.act(SYSTEM, partial(commands.begin_reading, feed=feed))
    stale = Hired(registered_as=of, name="旧", place_code=None, hires=9, **NOTHING)
    await learned()
    act = partial(commands.keep, cipher=cipher, feed=feed, began=began, hired=[stale])
    assert not await database.act(SYSTEM, act)
    await database.act(SYSTEM, partial(commands.end_reading, feed=feed, began=began, seen=set()))
    assert [(each["name"], each["hires"]) for each in await learned()] == [("甲", {"2024": 1})]


async def test_verify_compares_the_directory_with_what_registrations_say_once_it_has_settled(
    database: Database, destinations: DestinationsClient, school: Any, learned: Learn, book: HiringBook, broken: Any,
    situate: Keep, registration_event: Callable[..., IncomingEvent],
) -> None:  # fmt: skip
    first = book.write("甲", {2024: 3})
    for name in "乙丙":
        book.write(name, {2024: 1})
    await situate([registration_event(school, uuid4())])
    await learned()

    async def compared() -> tuple[int, list[str]]:
        found = await compared_hires(database, destinations, school)
        return found.compared, found.named

    assert await compared() == (0, []), "destinations may still be linking"
    settled = "UPDATE employer_feeds SET changed_at = read_from - interval '61 seconds' WHERE school_code = :school"
    await broken(settled, school=school)
    assert await compared() == (3, [])
    book.write("甲", {2024: 4}, first)
    assert await compared() == (3, [f"{school} 2024 {first}"])
    del book.employers[first]
    other = book.write("丁", {2024: 1})
    assert await compared() == (4, sorted(f"{school} 2024 {each}" for each in (first, other)))


async def test_verify_reads_contacts_as_what_they_are(
    database: Database, settings: Settings, school: Any, learned: Learn, book: HiringBook, broken: Any
) -> None:
    book.write("甲", {2024: 1}, contacts=(("王经理", "0371-60000001"), (None, "0371-2")))
    await learned()

    async def differing() -> tuple[int, int]:
        verified = await CHECKS["contacts_sealed"](database, settings, school)
        return verified.compared, verified.differences

    assert await differing() == (2, 0)
    await broken("UPDATE employer_contacts SET digest = '\\x00' WHERE id = (SELECT min(id::text)::uuid FROM"
                 " employer_contacts WHERE school_code = :school)", school=school)  # fmt: skip
    assert await differing() == (2, 1)
    await broken("UPDATE employer_contacts SET sealed = sealed || '\\x00' WHERE school_code = :school", school=school)
    assert await differing() == (2, 2)
    # what no key opens would stop a change of keys that another test makes in this database
    await broken("DELETE FROM employer_contacts WHERE school_code = :school", school=school)


async def test_two_readings_at_once_end_with_one_directory(book: HiringBook, learned: Learn) -> None:
    for each in range(5):
        book.write(f"{each}", {2024: each + 1, 2023: 1}, contacts=((None, f"0371-{each}000"),))
    for _ in range(6):
        made = await asyncio.gather(*(learned(cohort) for cohort in (2024, 2023, 2024)))
        assert [each["name"] for each in made[0]] == ["0", "1", "2", "3", "4"]
    assert [each["hires"] for each in await learned()] == [{"2023": 1, "2024": each + 1} for each in range(5)]


async def test_contacts_are_sealed_read_by_few_and_dropped(
    client: Client, manager: httpx.AsyncClient, school: str, book: HiringBook, learned: Learn, database: Database,
    rows: Rows,
) -> None:  # fmt: skip
    book.write("甲", {2024: 1, 2023: 1}, contacts=(("王经理", "0371-60000001"), ("无电话", None), (None, "0371-2")))
    [employer] = await learned()
    path = f"/v1/employers/{employer['id']}/contacts"
    listed = (await manager.get(path)).json()["items"]
    told = sorted((each["phone"], each["name"], each["expires_on"], each["by_hand"]) for each in listed)
    assert told == [("0371-2", None, "2030-12-31", False), ("0371-60000001", "王经理", "2030-12-31", False)]
    await learned(2023)
    assert len((await manager.get(path)).json()["items"]) == 2
    for role, scope in (("counsellor", {"class_": "1"}), ("college_officer", {"college": "03"}), ("auditor", {})):
        assert (await client(role, school=school, **scope).get(path)).status_code == 403, role
    assert (await client("survey_manager", school="99990").get(path)).status_code == 404

    # one that is taken out comes back by no registration
    manager_of = next(each for each in listed if each["name"])
    assert (await manager.delete(f"{path}/{manager_of['id']}")).status_code == 204
    assert (await manager.delete(f"{path}/{manager_of['id']}")).status_code == 404
    await learned()
    assert [each["phone"] for each in (await manager.get(path)).json()["items"]] == ["0371-2"]

    own = {"name": "李", "email": "li@example.com"}
    added = await manager.post(path, json=own, headers={"Idempotency-Key": "c"})
    again = await manager.post(path, json=own, headers={"Idempotency-Key": "c"})
    assert (added.status_code, added.json()) == (201, again.json())
    assert added.json()["expires_on"] == f"{today().year + 2}-12-31"
    stored = await rows("SELECT * FROM employer_contacts WHERE school_code = :school", school=school)
    assert "0371" not in str(stored)
    assert not any("王经理".encode() in bytes(each["sealed"] or b"") for each in stored)
    async with committed(database) as connection:
        due = "UPDATE employer_contacts SET expires_on = :day WHERE employer_id = CAST(:id AS uuid) AND by_hand"
        await connection.execute(text(due), {"id": employer["id"], "day": today() - timedelta(days=1)})
    assert await drop_expired(database) == 1
    assert [each["phone"] for each in (await manager.get(path)).json()["items"]] == ["0371-2"]


@pytest.mark.parametrize(
    ("said", "pointer", "rule"),
    [
        ({"name": "王"}, "/phone", "required"),
        ({"phone": "12 34", "expires_on": "2020-01-01"}, "/expires_on", "too_early"),
        ({"phone": "12 34", "expires_on": "2190-01-01"}, "/expires_on", "too_late"),
        ({"email": "nowhere"}, "/email", "pattern"),
        ({"phone": "abc"}, "/phone", "pattern"),
    ],
)
async def test_wrong_contacts_are_named(
    manager: httpx.AsyncClient, employers: list[Json], said: Json, pointer: str, rule: str
) -> None:
    refused = await manager.post(f"/v1/employers/{employers[0]['id']}/contacts", json=said)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)], refused.text
