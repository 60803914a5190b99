"""Stored versions against the owners' change feeds: planted differences are found."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from common.auth import TokenVerifier
from common.change_feed import changes_router
from common.consuming import Feed
from common.contracts import graduate, organisation, registration, response
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.http import create_app
from common.settings import ServiceSettings
from indicators.histories import verify_histories
from testing.databases import ServiceDatabase, committed, service_database
from testing.messaging import METADATA
from testing.tokens import TokenMint

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)
_INSERT = text(
    "INSERT INTO outbox (event_id, topic, key, sequence, type, school_code, decided_on, recorded_at, data, position) "
    "VALUES (:id, :topic, :key, :sequence, :type, :school, :day, :at, CAST(:data AS jsonb), :position)"
)


class Owner:
    """A service that publishes histories, as far as its change feed goes."""

    def __init__(self, database: Database, client: Callable[[], httpx.AsyncClient]) -> None:
        self.database = database
        self.client = client
        self.published = 0

    async def publish(self, events: Iterable[IncomingEvent]) -> None:
        async with committed(self.database) as connection:
            for event in events:
                self.published += 1
                await connection.execute(
                    _INSERT,
                    {
                        "id": event.id, "topic": event.topic, "key": event.key, "sequence": event.sequence,
                        "type": event.type, "school": event.school_code, "day": event.decided_on,
                        "at": event.recorded_at, "position": self.published,
                        # as the owner said it: what an older one did not say is missing
                        "data": event.data.model_dump_json(exclude_unset=True),
                    },
                )  # fmt: skip


@pytest.fixture(scope="module")
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owner]:
    mint = TokenMint(tmp_path_factory.mktemp("mint"))
    async with service_database("destinations", METADATA) as found:
        database = Database.connect(found.app_url)
        settings = ServiceSettings(service="destinations", database_url=found.app_url, **mint.settings)
        topics = (organisation.TOPIC, graduate.TOPIC, registration.TOPIC, response.TOPIC)
        app = create_app(
            title="Owner",
            settings=settings,
            verifier=TokenVerifier(settings),
            routers=[changes_router(database, settings, topics)],
        )

        def client() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            return httpx.AsyncClient(transport=transport, base_url="http://owner", headers=mint.headers("system"))

        yield Owner(database, client)
        await database.dispose()


@pytest.fixture
async def told(owner: Owner, apply: Applied, school: Any) -> Any:
    school.described("410000")
    school.described("420000")
    wave = uuid4()
    for number in range(30):
        someone = school.enters(college_code=f"C{number % 3}")
        school.goes(someone, "10", JUNE)
        school.goes(someone, "801", JUNE, state="voided")
        school.answers(someone, wave, "requested")
    school.is_erased(someone, date(2024, 7, 1))
    await owner.publish(school.events)
    await apply(school.events)
    return school


async def differences(database: Database, owner: Owner, school: Any, patience: float = 0) -> set[tuple[str, str, str]]:
    async with owner.client() as client:
        found = await verify_histories(database, [Feed(client)], school.code, patience)
    return {(each.check, each.stored, each.expected) for each in found}


async def test_nothing_differs_when_everything_arrived(database: Database, owner: Owner, told: Any) -> None:
    assert await differences(database, owner, told) == set()


async def test_what_arrives_meanwhile_is_no_difference(
    database: Database, owner: Owner, told: Any, apply: Applied
) -> None:
    late = told.goes(told.enters(), "10", JUNE)
    await owner.publish(told.events[-2:])
    checking = asyncio.create_task(differences(database, owner, told, patience=20))
    await apply([late, *told.events[-2:]])
    assert await checking == set()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM roster_versions WHERE school_code = :s AND college_code = 'C1'", "roster_versions"),
        ("UPDATE destination_versions SET destination_code = '11' WHERE school_code = :s", "destination_versions"),
        ("UPDATE destination_versions SET sequence = sequence + 7 WHERE school_code = :s", "destination_versions"),
        ("UPDATE roster_versions SET decided_on = decided_on - 1 WHERE school_code = :s", "roster_versions"),
        ("UPDATE roster_versions SET counted = NOT counted WHERE school_code = :s", "roster_versions"),
        ("DELETE FROM response_versions WHERE school_code = :s", "response_versions"),
        ("UPDATE response_versions SET state = 'submitted' WHERE school_code = :s", "response_versions"),
        ("DELETE FROM units WHERE school_code = :s", "units"),
        ("UPDATE units SET province_code = '410000' WHERE school_code = :s", "units"),
    ],
)
async def test_planted_differences_are_found(
    database: Database, stored: ServiceDatabase, owner: Owner, told: Any, statement: str, expected: str
) -> None:
    as_owner = Database.connect(stored.owner_url)
    async with committed(as_owner) as connection:
        await connection.execute(text(statement), {"s": told.code})
    await as_owner.dispose()
    assert {check for check, _, _ in await differences(database, owner, told)} == {expected}


async def test_what_the_release_before_stored_without_saying_who_counts_is_no_difference(
    database: Database, stored: ServiceDatabase, owner: Owner, told: Any
) -> None:
    as_owner = Database.connect(stored.owner_url)
    async with committed(as_owner) as connection:
        await connection.execute(
            text("UPDATE roster_versions SET counted = NULL WHERE school_code = :s"), {"s": told.code}
        )
    await as_owner.dispose()
    assert await differences(database, owner, told) == set()


async def test_a_version_that_no_owner_published_is_found(
    database: Database, owner: Owner, told: Any, apply: Applied
) -> None:
    await apply([told.goes(told.enters(), "10", JUNE)])
    assert await differences(database, owner, told) == {("destination_versions", "there", "missing")}
