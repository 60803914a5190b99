"""A service composed of two areas: routes, handlers in one transaction per batch, long work, and what it refuses."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import Request
from sqlalchemy import Column, Table, Text, insert, select

from common.auth import Caller
from common.contracts import IncomingEvent, code_list, graduate, organisation
from common.contracts.organisation import OrganisationData, UnitKind
from common.crypto import KeyRing
from common.database import Database, UnitOfWork, new_metadata
from common.http import Router
from common.http.routing import placed_routes
from common.objects import Objects, objects_table
from common.once.table import idempotency_table
from common.operations import OperationContext, Outcome, operation_tables
from common.periodic import every
from common.service_process.areas import Area, Composition, SettingsMissing, Subscription
from common.service_process.long_work import Operation
from common.service_process.runtime import Runtime
from common.settings import ServiceSettings
from testing.databases import service_database
from testing.tokens import TokenMint

METADATA = new_metadata()
operation_tables(METADATA)
idempotency_table(METADATA)
applied = Table("applied", METADATA, Column("what", Text, nullable=False))

router = Router(prefix="/v1")


@router.get("/answer")
async def answer(*, request: Request, caller: Caller) -> str:
    return f"{request.app.state.oracle}, {request.app.state.greeting}"


async def keep(unit: UnitOfWork, what: str) -> None:
    await unit.connection.execute(insert(applied).values(what=what))


async def lock(unit: UnitOfWork, _runtime: Runtime, events: Sequence[IncomingEvent]) -> None:
    await keep(unit, f"lock {len(events)}")


async def keep_units(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    await keep(unit, f"units {len(events)}")


async def keep_graduates(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    raise AssertionError("there is no event of its types")


async def break_down(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    raise RuntimeError("broken")


async def work(_context: OperationContext) -> Outcome:
    return Outcome({})


@asynccontextmanager
async def clients(_settings: ServiceSettings) -> AsyncIterator[Mapping[str, Any]]:
    yield {"oracle": "forty-two"}


ROSTER = Subscription("quxiang.destinations.roster", first=lock)
UNITS = Area(tables=[applied], handlers={organisation.CHANGED: keep_units}, subscription=ROSTER)
GRADUATES = Area(
    routes=[router],
    handlers={graduate.REGISTERED: keep_graduates, graduate.CHANGED: keep_graduates},
    subscription=ROSTER,
    operations={"dig": Operation(lambda _runtime: work, {"dug": 0})},
)
COMPOSED = Composition(
    name="destinations",
    title="Example",
    description="",
    settings=ServiceSettings,
    metadata=METADATA,
    areas=[UNITS, GRADUATES],
    clients=clients,
    state=lambda _runtime: {"greeting": "hello"},
    keyring=False,
)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with service_database("areas", METADATA) as stored:
        database = Database.connect(ServiceSettings(service="areas", database_url=stored.app_url))
        yield database
        await database.dispose()


def changed(sequence: int) -> IncomingEvent:
    moment = datetime(2024, 6, 20, 2, 15, tzinfo=UTC)
    data = OrganisationData(
        school_code="10001", recorded_at=moment, unit_kind=UnitKind.COLLEGE, code="C01", name="计算机学院"
    )
    return IncomingEvent(
        uuid4(), organisation.CHANGED, organisation.TOPIC, "10001", sequence, "10001", date(2024, 6, 20), moment,
        sequence, data, 0, sequence,
    )  # fmt: skip


async def kept(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list(await connection.scalars(select(applied.c.what)))


async def test_a_handler_gets_the_events_of_its_types_after_the_locks_of_the_group(database: Database) -> None:
    handle = COMPOSED.handle(ROSTER, Runtime(None, database))
    await handle([changed(1), changed(2)])
    assert await kept(database) == ["lock 2", "units 2"]


async def test_a_batch_is_applied_by_all_areas_or_by_none(database: Database) -> None:
    broken = Area(handlers={organisation.CHANGED: break_down}, subscription=ROSTER)
    with pytest.raises(RuntimeError):
        await replace(COMPOSED, areas=[UNITS, broken]).handle(ROSTER, Runtime(None, database))([changed(1)])
    assert await kept(database) == []


async def test_the_application_has_routes_clients_and_what_every_service_has(
    database: Database, tmp_path: Path
) -> None:
    mint = TokenMint(tmp_path)
    settings = ServiceSettings(service="destinations", database_url="postgresql://x@localhost/x", **mint.settings)
    app = COMPOSED.create_app(settings, database, {})
    assert {"/v1/answer", "/v1/operations/{operation_id}", "/v1/changes", "/schemas/{name}"} <= set(
        app.openapi()["paths"]
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=mint.headers("admin")) as client,
    ):
        assert (await client.get("/v1/answer")).json() == "forty-two, hello"
    plain = replace(COMPOSED, areas=[UNITS], feed=None).create_app(settings, database, {})
    assert not {"/v1/operations/{operation_id}", "/v1/changes"} & set(plain.openapi()["paths"])


def test_the_worker_has_a_consumer_per_group_long_work_and_one_timetable(database: Database) -> None:
    settings = ServiceSettings(service="destinations", database_url="postgresql://x@localhost/x")
    assert [each.name for each in COMPOSED.background(settings, database)] == ["roster", "operations", "periodic"]
    small = replace(COMPOSED, areas=[UNITS], metadata=new_metadata())
    assert [each.name for each in small.background(settings, database)] == ["roster"]
    sweeping = Area(periodic=lambda it: [every(60, it.database.dispose, name="sweeping")])
    swept = replace(COMPOSED, areas=[sweeping]).background(settings, database)
    assert [each.name for each in swept] == ["periodic"]
    assert dict(COMPOSED.service.subscriptions) == {
        ROSTER.group: (
            organisation.TOPIC,
            code_list.TOPIC,
            graduate.TOPIC,
        )
    }


def test_nothing_starts_without_issuer_or_key_ring(database: Database) -> None:
    settings = ServiceSettings(service="destinations", database_url="postgresql://x@localhost/x")
    with pytest.raises(SettingsMissing, match="QUXIANG_ISSUER"):
        COMPOSED.create_app(settings, database, {})
    sealed = replace(COMPOSED, keyring=True)
    with pytest.raises(SettingsMissing, match="QUXIANG_ISSUER, QUXIANG_KEYRING_FILE"):
        sealed.create_app(settings, database, {})
    with pytest.raises(SettingsMissing, match="QUXIANG_KEYRING_FILE"):
        sealed.background(settings, database)


async def test_a_service_with_stored_files_has_a_place_for_them_or_does_not_start(
    database: Database, tmp_path: Path
) -> None:
    KeyRing.generate().store(tmp_path / "keyring.json")
    metadata = new_metadata()
    objects_table(metadata)
    storing = replace(COMPOSED, metadata=metadata, areas=[], keyring=True)
    given = {"keyring_file": tmp_path / "keyring.json", **TokenMint(tmp_path).settings}
    without = ServiceSettings(service="destinations", database_url="postgresql://x@localhost/x", **given)
    starts: list[Callable[..., Any]] = [storing.create_app, storing.background, storing.checks]
    for start, number in zip(starts, (3, 2, 1), strict=True):
        with pytest.raises(SettingsMissing, match="not set: QUXIANG_OBJECTS"):
            start(*(without, database, {})[:number])
    settings = without.model_copy(update={"objects": f"file://{tmp_path}/files"})
    app = storing.create_app(settings, database, {})
    assert "/v1/objects/{token}" in {each.path for each in placed_routes(app)}
    assert isinstance(app.state.objects, Objects)
    assert [part.name for part in storing.background(settings, database)] == ["periodic"]
    assert {part: await check() for part, check in storing.checks(settings).items()} == {"objects": None}
    assert (COMPOSED.checks(without), (tmp_path / "files" / "destinations").is_dir()) == ({}, True)
