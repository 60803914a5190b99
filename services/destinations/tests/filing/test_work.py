"""Files that are prepared beside other work: killed, asked for twice, with registry away, kept and proved."""

import asyncio
import os
from typing import Any

import pytest
from acting import rows
from filing_desk import PURPOSE, FilingDesk
from office import Office
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.objects import ObjectName, Objects
from common.objects.store import open_store
from common.operations import OperationContext, OperationRunner, Outcome
from destinations.filing import operations
from destinations.filing.domain.filing import KIND
from destinations.registry_client import Registry
from destinations.settings import Settings
from destinations.verification import verify_filings
from testing.waiting import eventually

OBJECTS = "SELECT state, count(*) AS n FROM objects GROUP BY state ORDER BY state"
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6


@pytest.fixture
def objects(database: Database, settings: Settings) -> Objects:
    return Objects(database, FieldCipher.load(settings.keyring_file), open_store(settings.objects, settings.service))


class Struck(Objects):
    """Stores a part, and ends the work."""

    async def put(self, content: bytes, media_type: str) -> ObjectName:
        await super().put(content, media_type)
        raise TransientError


async def test_work_that_was_killed_begins_anew_and_leaves_nothing(
    desk: FilingDesk, database: Database, registry: Registry, settings: Settings
) -> None:
    await desk.graduate("46")
    accepted = await desk.ask()
    cipher = FieldCipher.load(settings.keyring_file)
    struck = Struck(database, cipher, open_store(settings.objects, settings.service))

    async def prepare(context: OperationContext) -> Outcome:
        return await operations.prepare(registry, cipher, struck, context)

    assert await OperationRunner(database.patient, {KIND: prepare}, cipher=cipher).run_once()
    (half,) = (await desk.get("/v1/filings")).json()["items"]
    assert (half["state"], half["rows"]) == ("preparing", None)
    assert (await desk.get(f"/v1/filings/{half['id']}/manifest")).json()["code"] == "filing_without_file"
    assert await rows(database, "SELECT 1 FROM filing_items") == []
    await eventually(desk.office.runner.run_once, describe="the second attempt")
    operation = (await desk.get(accepted.headers["location"])).json()
    assert operation["state"] == "succeeded"
    filing = (await desk.get(f"/v1/filings/{half['id']}")).json()
    assert (filing["state"], filing["rows"]) == ("prepared", 1)
    assert await desk.file(filing)
    # what the first attempt has stored is swept within the hour
    assert [tuple(row) for row in await rows(database, OBJECTS)] == [("kept", 1), ("pending", 1)]
    assert len(await rows(database, "SELECT 1 FROM filing_parts")) == 1


async def test_while_registry_is_away_the_work_waits(desk: FilingDesk, office: Office) -> None:
    await desk.graduate("46")
    accepted = await desk.ask()
    office.book.down = True
    assert await office.runner.run_once()
    assert (await desk.get(accepted.headers["location"])).json()["state"] in {"queued", "running"}
    assert (await desk.ask()).json()["code"] == "filing_open"
    office.book.down = False
    await eventually(office.runner.run_once, describe="the second attempt")
    assert (await desk.get(accepted.headers["location"])).json()["state"] == "succeeded"


async def test_work_that_was_cancelled_gives_way_to_another_filing(desk: FilingDesk, office: Office) -> None:
    await desk.graduate("46")
    accepted = await desk.ask()
    await office.http.post(f"{accepted.headers['location']}/cancel", headers=office.headers)
    await office.runner.run_once()
    (cancelled,) = (await desk.get("/v1/filings")).json()["items"]
    assert cancelled["state"] == "discarded"
    filing, _ = await desk.prepare()
    assert (filing["serial"], filing["state"]) == (2, "prepared")


async def test_one_of_two_questions_at_once_is_taken(desk: FilingDesk, database: Database) -> None:
    await desk.graduate("46")
    for round_ in range(1, ROUNDS + 1):
        answers = await asyncio.gather(*(desk.ask() for _ in range(3)))
        assert sorted(each.status_code for each in answers) == [202, 409, 409]
        assert {each.json()["code"] for each in answers if each.status_code == 409} == {"filing_open"}
        await rows(database, "SELECT 1")
        assert await desk.office.runner.run_once()
        found = (await desk.get("/v1/filings", limit="500")).json()["items"]
        assert [each["serial"] for each in found] == [*range(1, round_ + 1)]
        assert (await desk.act(found[-1], "discard")).status_code == 200


async def test_colleges_that_ask_at_once_all_have_a_file(desk: FilingDesk, office: Office, database: Database) -> None:
    colleges = [f"C{n:02}" for n in range(1, 4)]
    people = [await desk.graduate("46") for _ in colleges]
    for person, college in zip(people, colleges, strict=True):
        await desk.changed(person, college_code=college)
    officers = [office.mint.headers("college_officer", school="10001", college=each) for each in colleges]
    for _ in range(ROUNDS):
        answers = await asyncio.gather(*(desk.ask(each, recipient=None) for each in officers))
        assert [each.status_code for each in answers] == [202, 202, 202], [each.text for each in answers]
        for officer, each in zip(officers, answers, strict=True):
            cancelled = await office.http.post(f"{each.headers['location']}/cancel", headers=officer)
            assert cancelled.status_code == 200, cancelled.text
            await office.runner.run_once()
    serials = await rows(database, "SELECT serial FROM filings ORDER BY serial")
    assert [each.serial for each in serials] == [*range(1, ROUNDS * len(colleges) + 1)]


async def test_one_of_two_acts_at_once_is_done(desk: FilingDesk, database: Database) -> None:
    await desk.graduate("46")
    for _ in range(ROUNDS):
        filing, _ = await desk.prepare()
        answers = await asyncio.gather(desk.act(filing, "send"), desk.act(filing, "send"), desk.act(filing, "discard"))
        assert sorted(each.status_code for each in answers) == [200, 412, 412]
        now = (await desk.get(f"/v1/filings/{filing['id']}")).json()
        assert now["version"] == filing["version"] + 1
        if now["state"] == "sent":
            ends = await asyncio.gather(desk.act(now, "accept"), desk.act(now, "return"))
            assert sorted(each.status_code for each in ends) == [200, 412]
    acts = "SELECT object_id FROM audit_entries WHERE action IN ('filing.send', 'filing.discard')"
    assert len(await rows(database, acts)) == ROUNDS


async def test_a_stored_file_is_proved_by_its_hash(desk: FilingDesk, database: Database, settings: Settings) -> None:
    await desk.graduate("46")
    await desk.sent()
    discarded, _ = await desk.prepare()
    await desk.act(discarded, "discard")
    verified = await verify_filings(database, settings)
    assert (verified.compared, verified.differences) == (1, 0)


async def test_a_changed_file_is_found(
    desk: FilingDesk, database: Database, settings: Settings, objects: Objects, folder: Any
) -> None:
    await desk.graduate("46")
    filing = await desk.sent()
    ((name,),) = await rows(database, "SELECT name FROM filing_parts")
    stored = folder / "objects" / "destinations" / name.hex[:2] / name.hex
    stored.write_bytes(stored.read_bytes()[:-1] + b"\0")
    verified = await verify_filings(database, settings)
    assert (verified.differences, verified.named) == (1, [filing["id"]])


async def test_files_are_kept_for_three_years(desk: FilingDesk, office: Office, database: Database) -> None:
    await desk.graduate("46")
    filing = await desk.sent()
    assert filing["keep_until"][:4] == f"{int(filing['recorded_at'][:4]) + 3}"
    assert await operations.end_past(database) == 0
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text("UPDATE filings SET keep_until = '2020-01-01'"))
        await unit.commit()
    assert await operations.end_past(database) == 1
    assert [tuple(row) for row in await rows(database, OBJECTS)] == [("dropped", 1)]
    gone = await desk.get(f"/v1/filings/{filing['id']}/file", {**office.headers, **PURPOSE})
    assert (gone.status_code, gone.json()["code"]) == (409, "filing_without_file")
    assert (await desk.manifest(filing))["rows"] == 1
