"""The change feed: order, scope, cursors, refusals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import SYSTEM, TokenVerifier
from common.change_feed import changes_router, schemas_router
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.http import Router, create_app
from common.relay.numbering import number_next, sent_position
from common.settings import ServiceSettings
from testing.messaging import destination_event, outbox_database
from testing.tokens import TokenMint

CHANGES = "/v1/changes"


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with outbox_database() as found:
        yield found


@pytest.fixture
async def client(database: Database, mint: TokenMint, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    url = database.pool.url
    settings = ServiceSettings(service="destinations", database_url=url, **mint.settings)
    async with serving(settings, changes_router(database, settings)) as found:
        yield found


@asynccontextmanager
async def serving(settings: ServiceSettings, feed: Router) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        title="Feed", settings=settings, verifier=TokenVerifier(settings), routers=[feed, schemas_router()]
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://feed") as found:
        yield found


async def announce(
    database: Database, *schools: str, graduate: UUID | None = None, numbered: bool = True, **data: Any
) -> None:
    async with database.transaction(SYSTEM) as work:
        for school in schools:
            await work.announce(destination_event(graduate, school=school, **data))
        await work.commit()
    if numbered:
        async with dedicated_connection(database.pool, "test relay") as connection:
            await number_next(connection, await sent_position(connection))


async def page(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await client.get(CHANGES, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_pages_follow_each_other_without_a_gap_and_end_with_a_cursor_to_go_on_from(
    client: httpx.AsyncClient, database: Database, mint: TokenMint
) -> None:
    await announce(database, *["90001"] * 7)
    headers, seen = mint.headers("system"), []
    after: dict[str, str] = {}
    for _ in range(4):
        found = await page(client, headers, limit=3, **after)
        seen += [item["position"] for item in found["items"]]
        after = {"after": found["next_cursor"]}
    assert seen == list(range(1, 8))
    await announce(database, "90001")
    assert [item["position"] for item in (await page(client, headers, **after))["items"]] == [8]


async def test_an_item_is_a_cloud_event_with_all_its_extensions(
    client: httpx.AsyncClient, database: Database, mint: TokenMint
) -> None:
    await announce(database, "90001", decided_on=date(2024, 6, 20))
    (item,) = (await page(client, mint.headers("integrator")))["items"]
    assert item["specversion"] == "1.0"
    assert (item["source"], item["type"]) == ("destinations", "quxiang.destination.decided")
    assert (item["sequence"], item["position"], item["schoolcode"]) == (1, 1, "90001")
    assert item["subject"] == item["data"]["graduate_id"]
    assert (await client.get(httpx.URL(item["dataschema"]).path)).json()["title"] == item["type"]


async def test_what_has_no_position_yet_is_not_shown(
    client: httpx.AsyncClient, database: Database, mint: TokenMint
) -> None:
    await announce(database, "90001", numbered=False)
    found = await page(client, mint.headers("system"))
    assert found["items"] == []
    assert found["next_cursor"]


async def test_every_caller_sees_its_scope_and_no_more(
    client: httpx.AsyncClient, database: Database, mint: TokenMint
) -> None:
    graduate = uuid4()
    await announce(database, "90001", graduate=graduate, college_code="C01")
    await announce(database, "90001", college_code="C02")
    await announce(database, "90002", college_code="C01")
    expected = {
        (("role", "system"),): 3,
        (("role", "admin"),): 3,
        (("role", "integrator"),): 3,
        (("role", "integrator"), ("school", "90002")): 1,
        (("role", "school_officer"), ("school", "90001")): 2,
        (("role", "school_officer"), ("school", "90003")): 0,
        (("role", "school_officer"),): 0,
        (("role", "college_officer"), ("school", "90001"), ("college", "C01")): 1,
        (("role", "college_officer"), ("college", "C01")): 0,
        (("role", "graduate"), ("graduate", str(graduate))): 1,
        (("role", "graduate"), ("graduate", str(uuid4()))): 0,
        (("role", "graduate"),): 0,
    }
    for caller, count in expected.items():
        assert len((await page(client, mint.headers(**dict(caller))))["items"]) == count, caller


async def test_what_no_event_tells_the_service_may_know(database: Database, mint: TokenMint) -> None:
    url = database.pool.url
    settings = ServiceSettings(service="destinations", database_url=url, **mint.settings)
    owners = {
        "province_code": "school_code IN (SELECT '90001' WHERE :province_code = '410000')",
        "class_code": "data ->> 'destination_code' = ANY(:class_code)",
    }
    await announce(database, "90001", "90002", destination_code="10")
    await announce(database, "90001", destination_code="46")
    async with serving(settings, changes_router(database, settings, owners=owners)) as client:
        expected: dict[tuple[tuple[str, Any], ...], int] = {
            (("role", "provincial_officer"), ("province", "410000")): 2,
            (("role", "provincial_officer"), ("province", "210000")): 0,
            (("role", "provincial_officer"),): 0,
            (("role", "counsellor"), ("school", "90001"), ("class_", "10")): 1,
            (("role", "counsellor"), ("school", "90001"), ("class_", ("10", "46"))): 2,
            (("role", "counsellor"), ("school", "90001")): 0,
        }
        for caller, count in expected.items():
            assert len((await page(client, mint.headers(**dict(caller))))["items"]) == count, caller


async def test_a_narrow_scope_moves_past_what_it_may_not_see(
    client: httpx.AsyncClient, database: Database, mint: TokenMint
) -> None:
    await announce(database, *["90002"] * 5)
    headers = mint.headers("school_officer", school="90001")
    first = await page(client, headers)
    await announce(database, "90001")
    second = await page(client, headers, after=first["next_cursor"])
    assert [item["position"] for item in second["items"]] == [6]


@pytest.mark.parametrize("role", ["auditor", "ministry", "employer", "survey_manager"])
async def test_roles_without_rows_may_not_follow_changes(client: httpx.AsyncClient, mint: TokenMint, role: str) -> None:
    headers = mint.headers(role, school="90001", province="410000", employer=uuid4())
    assert (await client.get(CHANGES, headers=headers)).status_code == 403


@pytest.mark.parametrize("role", ["counsellor", "provincial_officer"])
async def test_whose_rows_cannot_be_told_may_not_follow_changes(
    client: httpx.AsyncClient, mint: TokenMint, role: str
) -> None:
    headers = mint.headers(role, school="90001", class_="K1", province="410000")
    assert (await client.get(CHANGES, headers=headers)).status_code == 403


async def test_nobody_follows_changes_without_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get(CHANGES)).status_code == 401


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": ""}, {"limit": 0}, {"limit": 501}, {"limit": "x"}, {"cursor": "x"}, {"a": "b"}]
)
async def test_what_cannot_be_understood_is_a_bad_query(
    client: httpx.AsyncClient, mint: TokenMint, query: dict[str, Any]
) -> None:
    answer = await client.get(CHANGES, headers=mint.headers("system"), params=query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == next(iter(query))


async def test_schemas_are_open_and_only_those_of_the_catalogue(client: httpx.AsyncClient) -> None:
    assert (await client.get("/schemas/quxiang.graduate.changed.json")).status_code == 200
    for name in ("quxiang.graduate.praised.json", "..%2Fasyncapi.json", "quxiang.graduate.changed"):
        assert (await client.get(f"/schemas/{name}")).status_code == 404
