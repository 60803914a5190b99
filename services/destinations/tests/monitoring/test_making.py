"""Reports by the worker: of each cut-off one, of exactly what was recorded before it, whenever it is made."""

import asyncio
import hashlib
import json
import os
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import asyncpg
import chinese_calendar
import pytest
from acting import COLLEGE, SCHOOL, SEEKING, UNIT, act, approved, edit, events, rows
from books import Book
from describing import entered
from desks import Desk
from pasts import Past

from common.database import Database
from common.identifiers import GraduateId
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.domain.lifecycle import Action
from destinations.settings import Settings
from destinations.verification import verify_reports
from testing.databases import ServiceDatabase

Worker = Callable[[], Awaitable[int]]
NIGHT = datetime(2024, 7, 19, 12, tzinfo=UTC)
"""A Friday at 20:00 in Shanghai, after the cut-off of the day and before that of the week."""

MONDAY = datetime(2024, 7, 22, 9, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NOTHING = {"entered": 0, "left": 0}
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


async def test_each_cut_off_after_the_first_settings_has_one_report(
    past: Past, due: Worker, database: Database
) -> None:
    # in the middle of a year, and of a day
    first = datetime(2024, 7, 1, 4, tzinfo=UTC)
    await past.season(first)
    await past.season(first, cohort=2023)
    assert sum(await asyncio.gather(due(), due())) == await past.count("monitoring_reports")
    assert await due() == 0
    days = [date(2024, 7, 1) + timedelta(days=each) for each in range(62)]
    expected = {("daily", f"{each}") for each in days if chinese_calendar.is_workday(each)}
    expected |= {("weekly", f"2024-W{each.isocalendar().week}") for each in days if each.isoweekday() == 5}
    found = await rows(database, "SELECT cohort, kind, period FROM monitoring_reports")
    assert sorted(tuple(each) for each in found) == sorted((2024, *each) for each in expected)
    assert await past.count("monitoring_waiting") == len(expected)


async def test_a_report_says_what_was_recorded_before_its_moment_whenever_it_is_made(
    past: Past, due: Worker, make: Worker, school: Desk
) -> None:
    early, in_time, late, entering = [await past.enter(NIGHT, college_code=f"C0{each}") for each in (1, 1, 1, 2)]
    await past.approve(early, NIGHT)
    await past.approve(in_time, MONDAY - MICROSECOND, UNIT)
    await past.approve(late, MONDAY, UNIT)
    # registry's instants decide over the roster in the same way
    await past.told(entered(entering, 2, recorded_at=MONDAY, class_code="K1", college_code="C02", counted=False))
    await past.told(entered(early, 2, recorded_at=MONDAY, class_code="K1", college_code="C09", counted=True))
    await past.season(NIGHT)
    assert await due() == await make() > 30

    weekly = await past.report("2024-W29")
    assert (weekly["state"], weekly["at"], weekly["version"]) == ("made", "2024-07-19T16:00:00Z", 2)
    assert stands(weekly) == {"seeking": 1, "not_registered": 3}
    assert weekly["change"]["seeking"] == {"entered": 1, "left": 0}

    monday = await past.report("2024-07-22")
    assert stands(monday) == {"unit": 1, "seeking": 1, "not_registered": 2}
    assert {name: moved for name, moved in monday["change"].items() if moved != NOTHING} == {
        "unit": {"entered": 1, "left": 0},
        "seeking": {"entered": 1, "left": 0},
        "not_registered": {"entered": 2, "left": 0},
    }
    colleges = {each["college_code"]: each["counts"] for each in monday["colleges"]}
    assert [(name, counts["population"], counts["approved"]) for name, counts in colleges.items()] == [
        ("C01", 3, 2),
        ("C02", 1, 0),
    ]
    assert {name: monday["counts"][name] for name in ("population", "registered", "approved", "unconfirmed")} == {
        "population": 4,
        "registered": 2,
        "approved": 2,
        "unconfirmed": 2,
    }

    tuesday = await past.report("2024-07-23")
    assert stands(tuesday) == {"unit": 2, "seeking": 1}
    assert {name: moved for name, moved in tuesday["change"].items() if moved != NOTHING} == {
        "unit": {"entered": 1, "left": 0},
        "not_registered": {"entered": 0, "left": 2},
    }
    assert [each["college_code"] for each in tuesday["colleges"]] == ["C01", "C09"]
    for report in (weekly, monday, tuesday):
        assert report["sha256"] == seal_of(report)


async def test_each_report_follows_from_the_one_before(
    past: Past, due: Worker, make: Worker, school: Desk, database: Database
) -> None:
    chance = random.Random(5)
    for _ in range(14):
        person = await past.enter(NIGHT)
        # out of the population or into another cohort, and perhaps back
        for sequence in range(2, chance.randint(2, 5)):
            said: dict[str, Any] = chance.choice(
                [{"counted": False}, {"cohort": 2023}, {"counted": True}, {"college_code": "C03"}]
            )
            at = NIGHT + timedelta(days=sequence * 6, hours=chance.randint(1, 100))
            await past.told(entered(person, sequence, recorded_at=at, **{"counted": True} | said), arrives=False)
    for event in past.book.told:
        await past.keep([event])
    people = [each[0] for each in await rows(database, "SELECT DISTINCT graduate_id FROM roster_versions")]
    for person in people[:10]:
        await register_and_change(past, person, chance)
    await past.season(NIGHT)
    count = await due()
    assert await make() == count
    found = (await school.get("/v1/monitoring-reports", school="10001", limit=500)).json()["items"]
    moved = 0
    for kind in ("daily", "weekly"):
        listed = [each for each in found if each["kind"] == kind]
        for before, now in pairwise(listed):
            for name, stands in now["classes"].items():
                change = now["change"][name]
                assert stands == before["classes"][name] + change["entered"] - change["left"]
                moved += change["entered"] + change["left"]
    assert moved > 30


async def register_and_change(past: Past, person: GraduateId, chance: random.Random) -> None:
    """Approved, corrected twice, and perhaps voided and registered anew."""
    database = past.database
    contents = chance.sample([SEEKING, UNIT, SEEKING, UNIT], k=3)
    recorded = await approved(database, contents[0], graduate_id=person, sequence=0)
    for content in contents[1:]:
        recorded = await edit(database, recorded, SCHOOL, **{name: getattr(content, name) for name in FIELDS})
    is_voided = chance.random() < 0.5
    if is_voided:
        asked = await act(database, recorded, Action.REQUEST_VOID, COLLEGE)
        await act(database, asked, Action.VOID, SCHOOL)
    first, apart = (timedelta(hours=chance.randint(9, 60)) for _ in range(2))
    await past.spread(person, NIGHT + first, apart)
    if is_voided:
        await approved(database, UNIT, graduate_id=person, sequence=0)
        await past.spread(person, NIGHT + first + apart * 9, apart)


async def test_it_waits_for_registry_and_for_its_versions(past: Past, due: Worker, make: Worker, book: Book) -> None:
    await past.season(NIGHT)
    person = await past.enter(NIGHT)
    # an hour late
    missing = await past.told(
        entered(person, 2, recorded_at=MONDAY - MICROSECOND, class_code="K1", counted=False), arrives=False
    )
    await due()
    book.down = True
    assert await make() == 0
    assert (await past.report("2024-07-22"))["waiting_for"] == [waiting("registry", "owner_down")]
    book.down, book.is_settled = False, False
    assert await make() == 0
    pending = await past.report("2024-07-22")
    assert (pending["state"], pending["waiting_for"]) == ("pending", [waiting("registry", "not_settled")])
    assert (pending["counts"], pending["sha256"], pending["version"]) == (None, None, 1)
    book.is_settled = True
    # those of before it are made
    assert await make() == 1
    assert (await past.report("2024-07-22"))["waiting_for"] == [waiting("registry", "versions_missing")]
    await past.arrived(missing)
    assert await make() > 0
    made = await past.report("2024-07-22")
    assert (made["counts"]["population"], made["waiting_for"]) == (0, [])
    assert stands(await past.report("2024-W29")) == {"not_registered": 1}


@pytest.mark.parametrize("first_ends", ["before", "at"])
async def test_it_waits_for_writers_that_began_before_and_counts_what_they_recorded_before(
    past: Past, make: Worker, school: Desk, addresses: ServiceDatabase, first_ends: str
) -> None:
    people = {name: await past.enter(NIGHT) for name in ("before", "at")}
    for person in people.values():
        await past.approve(person, NIGHT)
    writers = {name: await writing(addresses, person) for name, person in people.items()}
    # neither who only reads, as a backup does, nor who begins after the moment holds anything up
    beside = await writing(addresses, people["before"], only_reads=True)
    asked = await school.post("/v1/monitoring-reports", {"school_code": "10001", "cohort": 2024})
    assert (asked.status_code, asked.json()["state"], asked.json()["kind"]) == (201, "pending", "free")
    report_id, at = asked.json()["id"], datetime.fromisoformat(asked.json()["at"])
    after = await writing(addresses, await registered_later(past))

    await record(writers["before"], people["before"], at - MICROSECOND)
    await record(writers["at"], people["at"], at)
    for name in (first_ends, *(each for each in people if each != first_ends)):
        assert await make() == 0
        found = (await school.get(f"/v1/monitoring-reports/{report_id}")).json()
        assert found["waiting_for"] == [waiting("destinations", "not_settled", "quxiang.destinations.registration.v1")]
        await writers[name].execute("COMMIT")
    assert await make() == 1
    made = (await school.get(f"/v1/monitoring-reports/{report_id}")).json()
    assert stands(made) == {"seeking": 1, "not_registered": 1}
    for each in (*writers.values(), beside, after):
        await each.close()


async def test_two_workers_make_one_report(past: Past, due: Worker, make: Worker, database: Database) -> None:
    await past.season(datetime(2024, 8, 20, tzinfo=UTC))
    # the roster of today may come later than the versions: it decides over nothing
    event = await past.told(entered(uuid4(), 1, recorded_at=NIGHT, counted=True), arrives=False)
    await past.keep([event])
    count = await due()
    assert sum(await asyncio.gather(make(), make())) == count > 8
    assert await past.count("monitoring_contents") == count
    assert await past.count("monitoring_waiting") == 0
    told = [each for each in await events(database) if each.topic == "quxiang.destinations.monitoring.v1"]
    assert [each.sequence for each in told] == list(range(1, count + 1))
    assert {each.key for each in told} == {"10001"}
    stored = await rows(database, "SELECT encode(sha256, 'hex') FROM monitoring_contents ORDER BY 1")
    assert sorted(each.data["sha256"] for each in told) == [each[0] for each in stored]
    assert {each.data["counts"]["population"] for each in told} == {1}
    (entries,) = await rows(database, "SELECT count(*) FROM audit_entries WHERE action = 'monitoring_report.make'")
    assert entries[0] == count


async def test_workers_meet_at_the_same_report_again_and_again(
    past: Past, make: Worker, school: Desk, database: Database
) -> None:
    for _ in range(ROUNDS):
        asked = await school.post("/v1/monitoring-reports", {"school_code": "10001", "cohort": 2024})
        assert asked.status_code == 201
        assert sum(await asyncio.gather(make(), make(), make())) == 1
    told = [each for each in await events(database) if each.topic == "quxiang.destinations.monitoring.v1"]
    assert [each.sequence for each in told] == list(range(1, ROUNDS + 1))
    assert await past.count("monitoring_contents") == ROUNDS


async def test_verify_counts_reports_anew(
    past: Past, due: Worker, make: Worker, database: Database, settings: Settings
) -> None:
    person = await past.enter(NIGHT)
    await past.approve(person, NIGHT)
    await past.season(datetime(2024, 8, 20, tzinfo=UTC))
    await due()
    count = await make()
    assert await verified(database, settings) == (count, 0)
    # a history that was changed, and a report that was
    await past.recorded(person, datetime(2024, 8, 20, 10, tzinfo=UTC))
    # what the first day says, and how the second differs from it
    assert await verified(database, settings) == (count, 2)
    await past.recorded(person, NIGHT)
    await past.owner.execute(
        "UPDATE monitoring_contents SET content = jsonb_set(content, '{classes,unit}', '1') WHERE report_id = "
        "(SELECT report_id FROM monitoring_contents LIMIT 1)"
    )
    assert await verified(database, settings) == (count, 1)


@pytest.mark.parametrize("table", ["monitoring_reports", "monitoring_contents", "monitoring_publications"])
async def test_what_is_made_cannot_be_changed(past: Past, database: Database, table: str) -> None:
    for statement in (f"UPDATE {table} SET school_code = '10002'", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(database, statement)


async def verified(database: Database, settings: Settings) -> tuple[int, int]:
    found = await verify_reports(database, settings)
    return found.compared, found.differences


def stands(report: dict[str, Any]) -> dict[str, int]:
    assert sum(report["classes"].values()) == report["counts"]["population"]
    return {name: count for name, count in report["classes"].items() if count}


def seal_of(report: dict[str, Any]) -> str:
    said = ("school_code", "cohort", "kind", "period", "at", "counts", "classes", "colleges", "change")
    text = json.dumps({name: report[name] for name in said}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def waiting(owner: str, why: str, topic: str = "quxiang.registry.graduate.v1") -> dict[str, str]:
    return {"owner": owner, "topic": topic, "why": why}


async def writing(addresses: ServiceDatabase, person: GraduateId, *, only_reads: bool = False) -> asyncpg.Connection:
    """A transaction that has locked the graduate's stream, or only read it, as a backup does."""
    writer = await asyncpg.connect(addresses.admin_url)
    await writer.execute("BEGIN")
    lock = "" if only_reads else "FOR UPDATE"
    await writer.fetch(f"SELECT 1 FROM destination_streams WHERE graduate_id = $1 {lock}", person)
    return writer


async def record(writer: asyncpg.Connection, person: GraduateId, at: datetime) -> None:
    await writer.execute("UPDATE registration_versions SET recorded_at = $1 WHERE graduate_id = $2", at, person)


async def registered_later(past: Past) -> GraduateId:
    person = await past.enter(datetime(2199, 1, 1, tzinfo=UTC))
    await past.approve(person, datetime(2199, 1, 1, tzinfo=UTC))
    return person
