import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from describing import NOW, entered
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming import Handle
from common.consuming.forks import Fork
from common.consuming.included import is_event_included
from common.contracts import ChangeToken
from common.contracts.catalogue import EVENT_TYPES, SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import Forked
from common.identifiers import SchoolCode
from common.service_process import Runtime
from destinations.app import COMPOSITION
from destinations.areas import AREAS, ROSTER_VERSIONS
from destinations.roster.storage import digest_of
from destinations.settings import Settings
from testing.databases import committed


@pytest.fixture
def keep(settings: Settings, database: Database) -> Handle:
    """Applies a batch of registry's events, as the consumer of versions does."""
    return COMPOSITION.handle(ROSTER_VERSIONS, Runtime(settings, database))


async def stored(database: Database) -> list[Any]:
    query = text("SELECT * FROM roster_versions ORDER BY graduate_id, sequence")
    async with database.reading() as connection:
        return await connection.execute(query)


async def is_stored(database: Database, event: IncomingEvent) -> bool:
    token = ChangeToken(event.topic, event.school_code, event.key, event.sequence)
    async with database.reading() as connection:
        return await is_event_included(connection, ROSTER_VERSIONS.included, token, event.id)


async def test_every_event_is_kept_in_whatever_order_and_however_often(database: Database, keep: Handle) -> None:
    people = [uuid4() for _ in range(3)]
    events = [
        entered(person, sequence, recorded_at=NOW + timedelta(minutes=sequence), college_code=f"C0{sequence}")
        for person in people
        for sequence in (1, 2, 3)
    ]
    chance = random.Random(3)
    sent = [*events, *chance.sample(events, 5)]
    chance.shuffle(sent)
    for at in range(0, len(sent), 4):
        await keep(sent[at : at + 4])
    found = [
        (row.graduate_id, row.sequence, row.event_id, row.recorded_at, row.college_code, row.training_mode_code)
        for row in await stored(database)
    ]
    assert found == [
        (UUID(each.key), each.sequence, each.id, each.recorded_at, f"C0{each.sequence}", "")
        for each in sorted(events, key=lambda each: (each.key, each.sequence))
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"status": "completed"}, (True, False, "")),
        ({"status": "withdrawn", "training_mode_code": "2"}, (False, False, "2")),
        ({"status": "registered", "counted": False}, (False, False, "")),
        ({"status": "a_word_of_tomorrow", "counted": True, "erased": True}, (True, True, "")),
    ],
)
async def test_a_version_says_what_its_event_said(
    database: Database, keep: Handle, said: dict[str, Any], kept: tuple[bool, bool, str]
) -> None:
    await keep([entered(uuid4(), 1, **said)])
    [row] = await stored(database)
    assert (row.status, row.counted, row.erased, row.training_mode_code) == (said["status"], *kept)


async def test_another_event_under_a_stored_sequence_is_refused_and_gives_way_to_the_owners(
    database: Database, settings: Settings, keep: Handle
) -> None:
    lost = entered(uuid4(), 2)
    had = replace(lost, id=uuid4())
    await keep([lost])
    await keep([lost])
    with pytest.raises(Forked):
        await keep([replace(lost, sequence=1, id=uuid4()), had])
    assert [await is_stored(database, each) for each in (lost, had)] == [True, False]
    async with database.transaction(SYSTEM) as unit:
        for owned in (lost, had):
            fork = Fork(owned.topic, owned.school_code, owned.key, owned.sequence, owned.id)
            await ROSTER_VERSIONS.drop[owned.topic](unit, settings, fork)
            rows = await unit.connection.scalar(text("SELECT count(*) FROM roster_versions"))
            assert rows == (owned is lost)
        await unit.commit()
    await keep([had])
    assert [await is_stored(database, each) for each in (lost, had)] == [False, True]


async def test_a_version_is_included_by_itself_alone_and_in_its_school(database: Database, keep: Handle) -> None:
    later = entered(uuid4(), 2)
    await keep([later])
    assert await is_stored(database, later)
    assert not await is_stored(database, replace(later, sequence=1))
    assert not await is_stored(database, replace(later, school_code="10002"))


@pytest.mark.parametrize("write", ["DELETE FROM roster_versions", "UPDATE roster_versions SET counted = false"])
async def test_the_application_writes_no_version_anew(database: Database, keep: Handle, write: str) -> None:
    await keep([entered(uuid4(), 1)])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with committed(database) as connection:
            await connection.execute(text(write))


def hashed(events: Sequence[IncomingEvent], prefix: str) -> tuple[int, str]:
    """By the words of the contract: lines `key:sequence:event_id`, each ended by LF, in order of key and sequence."""
    those = sorted((each for each in events if each.key.startswith(prefix)), key=lambda each: (each.key, each.sequence))
    lines = "".join(f"{each.key}:{each.sequence}:{each.id}\n" for each in those)
    return len(those), sha256(lines.encode()).hexdigest()


async def test_the_digest_is_the_owners_over_the_same_versions(database: Database, keep: Handle) -> None:
    events = [
        entered(person, sequence, recorded_at=NOW + timedelta(microseconds=sequence))
        for person in (uuid4() for _ in range(20))
        for sequence in range(8, 13)
    ]
    await keep([*events, entered(uuid4(), 1, school_code="10002")])
    before = NOW + timedelta(microseconds=12)
    those = [each for each in events if each.recorded_at < before]
    assert len(those) == 80
    for prefix in ("", events[0].key[:1], events[0].key[:3]):
        async with database.reading() as connection:
            found = await digest_of(connection, SchoolCode("10001"), before, prefix)
        digits = "0123456789abcdef"
        assert [each.prefix for each in found] == [prefix + digit for digit in digits]
        assert [(each.versions, each.hash) for each in found] == [hashed(those, prefix + digit) for digit in digits]


async def test_every_type_of_the_subscribed_topic_has_a_handler() -> None:
    subscribed = {name for name, each in EVENT_TYPES.items() if each.topic in SUBSCRIPTIONS[ROSTER_VERSIONS.group]}
    handled = [set(area.handlers) for area in AREAS if area.subscription == ROSTER_VERSIONS]
    assert set().union(*handled) == subscribed
