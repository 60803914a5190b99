"""Events that came to say more: each destination is announced once more, whoever does it, wherever it breaks off."""

import asyncio
from typing import Any

import asyncpg
import pytest
from acting import OTHER_SCHOOL, SCHOOL, act, approved, edit, registered, rows

from common import clock
from common.auth import SYSTEM
from common.contracts.registration import DestinationData
from common.database import Database
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.operations import announce_again
from destinations.registrations.storage.announced import ADDED, lock_free
from testing.databases import ServiceDatabase

ABROAD = Destination(
    "85",
    abroad_country="美国",
    abroad_country_code="US",
    abroad_school_name_zh="某大学",
    abroad_school_name_en="A University",
    abroad_major_zh="数学",
    abroad_major_en="Mathematics",
)
STUDY = Destination("801", study_school_name="某大学", study_level_code="11")
EVENTS = "SELECT * FROM outbox WHERE topic LIKE '%.registration.%' ORDER BY id"
STANDS = "SELECT id, version, decided_on, recorded_at, effective_version FROM registrations ORDER BY id"
PROGRESS = "SELECT school_code, cohort, after, due_at FROM announced_registrations"
# the newest events as the release before wrote them
FORGET = f"""
    UPDATE outbox SET data = data {" ".join(f"- '{name}'" for name in ADDED)} WHERE sequence =
           (SELECT max(sequence) FROM outbox o WHERE o.topic = outbox.topic AND o.key = outbox.key)
       AND topic LIKE '%.registration.%'
"""
ANEW = "DELETE FROM announced_registrations"
DUE = f"UPDATE announced_registrations SET due_at = {clock.NOW_SQL}"


async def owner_says(addresses: ServiceDatabase, *statements: str) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    for statement in statements:
        await owner.execute(statement)
    await owner.close()


@pytest.fixture
async def lives(database: Database) -> dict[str, Recorded]:
    """Abroad, at home and confirmed, one whose new content waits, one voided, one never approved."""
    asked = await act(database, await approved(database), Action.REQUEST_VOID, SCHOOL)
    return {
        "abroad": await approved(database, ABROAD),
        "confirmed": await act(database, await approved(database, STUDY), Action.CONFIRM),
        "waiting": await edit(database, await approved(database), OTHER_SCHOOL, reason="signing"),
        "voided": await act(database, asked, Action.VOID, OTHER_SCHOOL),
        "draft": await registered(database),
    }


STANDING = ("abroad", "confirmed", "waiting")


async def test_each_destination_is_announced_once_more_with_the_day_of_before(
    lives: dict[str, Recorded], database: Database, addresses: ServiceDatabase
) -> None:
    before, stood = await rows(database, EVENTS), await rows(database, STANDS)
    assert await announce_again(database) == 0
    await owner_says(addresses, FORGET, ANEW)
    assert await announce_again(database, part=2) == len(STANDING)
    said = (await rows(database, EVENTS))[len(before) :]
    graduates = {str(lives[name].registration.graduate.id): name for name in STANDING}
    assert sorted(event["key"] for event in said) == sorted(graduates)
    for event in said:
        last = max((each for each in before if each["key"] == event["key"]), key=lambda each: each["sequence"])
        assert (event["sequence"], event["type"]) == (last["sequence"] + 1, "quxiang.destination.changed")
        # but for the instant and the names of what changed it says what was said, and what that lacked
        beside: dict[str, Any] = {"recorded_at": event["data"]["recorded_at"], "changed_fields": []}
        assert event["data"] == last["data"] | beside
        assert event["decided_on"] == last["decided_on"]
        assert DestinationData.model_validate(event["data"]).recorded_at == event["recorded_at"] > last["recorded_at"]
    found = {graduates[event["key"]]: [event["data"][name] for name in ADDED] for event in said}
    assert found == {"abroad": [None, "US"], "confirmed": ["11", None], "waiting": [None, None]}
    assert await rows(database, STANDS) == stood
    # the release before may write beside this one: the next pass is not before an hour, and the last one finds nothing
    assert [row.due_at > clock.now() for row in await rows(database, PROGRESS)] == [True]
    await owner_says(addresses, DUE)
    assert await announce_again(database) == 0
    assert [(row.after, row.due_at) for row in await rows(database, PROGRESS)] == [(None, None)]
    # who acts on the version that stands is not refused because of it
    confirmed = await act(database, lives["abroad"], Action.CONFIRM)
    assert confirmed.registration.version == lives["abroad"].registration.version + 1


async def test_workers_at_once_and_one_that_breaks_off_announce_each_destination_once(
    lives: dict[str, Recorded], database: Database, addresses: ServiceDatabase
) -> None:
    assert len(lives) > len(STANDING)
    before = len(await rows(database, EVENTS))
    await owner_says(addresses, FORGET, ANEW)
    breaking = asyncio.create_task(announce_again(database, part=1))
    await asyncio.wait([breaking], timeout=0.05)
    breaking.cancel()
    await asyncio.gather(breaking, return_exceptions=True)
    await asyncio.gather(*(announce_again(database, part=1) for _ in range(3)))
    await announce_again(database)
    events = await rows(database, EVENTS)
    assert len({event["key"] for event in events[before:]}) == len(events[before:]) == len(STANDING)
    for key in {event["key"] for event in events}:
        sequences = [event["sequence"] for event in events if event["key"] == key]
        assert sequences == list(range(1, len(sequences) + 1))


async def test_who_is_written_at_the_moment_is_left_to_that_act_or_to_the_next_pass(
    lives: dict[str, Recorded], database: Database, addresses: ServiceDatabase
) -> None:
    await owner_says(addresses, FORGET, ANEW)
    async with database.transaction(SYSTEM) as unit:
        await lock_free(unit.connection, [lives["abroad"].registration.graduate.id])
        assert await announce_again(database) == len(STANDING) - 1
    await owner_says(addresses, DUE)
    assert [await announce_again(database), await announce_again(database)] == [1, 0]
