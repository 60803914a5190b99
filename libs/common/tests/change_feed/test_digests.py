"""Digests: what is hashed and how, what can be asked for, and by whom."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from common.auth import SYSTEM, TokenVerifier
from common.change_feed import digests_router
from common.change_feed.digests import Asked, ranges_of
from common.contracts import code_list, graduate, organisation, registration
from common.contracts.catalogue import TOPICS
from common.database import Database
from common.http import create_app
from common.settings import ServiceSettings
from testing.databases import ServiceDatabase, service_database
from testing.messaging import METADATA, destination_event
from testing.tokens import TokenMint

DIGESTS = "/v1/changes/digests"
PAGE = Path(__file__).parents[4] / "docs/digests.md"
SCHOOL = "90001"
LATER = datetime(2024, 9, 1, tzinfo=UTC)
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@pytest.fixture
async def stored(postgres_url: str) -> AsyncIterator[ServiceDatabase]:
    async with service_database("destinations", METADATA) as found:
        yield found


@pytest.fixture
async def client(stored: ServiceDatabase, mint: TokenMint) -> AsyncIterator[httpx.AsyncClient]:
    database = Database.connect(stored.app_url)
    settings = ServiceSettings(service="destinations", database_url=stored.app_url, **mint.settings)
    app = create_app(
        title="Feed",
        settings=settings,
        verifier=TokenVerifier(settings),
        routers=[digests_router(database, settings)],
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://feed", headers=mint.headers("system")) as found:
        yield found
    await database.dispose()


async def digests(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    asked = {"topic": registration.TOPIC, "school": SCHOOL, "recorded_before": LATER.isoformat()} | query
    answer = await client.get(DIGESTS, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def put(stored: ServiceDatabase, *versions: tuple[str, int], **changes: Any) -> list[str]:
    """Stores events of these keys and sequences; gives the lines that a digest hashes, in its order."""
    columns = {"school_code": SCHOOL, "topic": registration.TOPIC, "recorded_at": datetime(2024, 6, 1, tzinfo=UTC)}
    columns |= changes
    connection = await asyncpg.connect(stored.app_url.replace("+asyncpg", ""))
    lines = []
    for key, sequence in versions:
        event_id = columns.get("event_id", uuid4())
        await connection.execute(
            "INSERT INTO outbox (event_id, topic, key, sequence, type, school_code, recorded_at, data)"
            " VALUES ($1, $2, $3, $4, 'a type', $5, $6, '{}')",
            event_id, columns["topic"], key, sequence, columns["school_code"], columns["recorded_at"],
        )  # fmt: skip
        lines.append((key, sequence, f"{key}:{sequence}:{event_id}\n"))
    await connection.close()
    return [line for *_, line in sorted(lines)]


def hashed(lines: Sequence[str]) -> str:
    return sha256("".join(lines).encode("ascii")).hexdigest()


async def test_a_hash_is_of_the_lines_of_all_versions_by_the_next_digit(
    client: httpx.AsyncClient, stored: ServiceDatabase
) -> None:
    # ten sequences of one key, so that their order is that of numbers and not of text
    keys = [str(uuid4()) for _ in range(40)]
    lines = await put(stored, *[(key, 1) for key in reversed(keys)], *[(keys[0], each) for each in range(12, 1, -1)])
    for prefix in ("", keys[0][0], keys[0][:2], keys[0][:3]):
        found = await digests(client, prefix=prefix)
        assert found.keys() == {"settled", "ranges"}
        assert found["settled"] is True
        expected = []
        for digit in "0123456789abcdef":
            own = [line for line in lines if line.startswith(prefix + digit)]
            expected.append({"prefix": prefix + digit, "versions": len(own), "hash": hashed(own)})
        assert found["ranges"] == expected
    assert {each["hash"] for each in (await digests(client, school="90002"))["ranges"]} == {NOTHING}
    found = await digests(client, prefix=keys[0][:4])
    assert found.keys() == {"settled", "items"}
    assert [f"{each['key']}:{each['sequence']}:{each['event_id']}\n" for each in found["items"]] == [
        line for line in lines if line.startswith(keys[0][:4])
    ]


async def test_only_the_versions_asked_for_are_in_it(client: httpx.AsyncClient, stored: ServiceDatabase) -> None:
    moved, first = str(uuid4()), datetime(2024, 6, 1, tzinfo=UTC)
    of_school = await put(stored, (moved, 1), (moved, 3), recorded_at=first)
    # one key may go from school to school: each version is in the digest of the school that it names
    elsewhere = await put(stored, (moved, 2), recorded_at=first, school_code="90002")
    await put(stored, (moved, 1), recorded_at=first, topic=graduate.TOPIC)
    at = await put(stored, (moved, 4), recorded_at=first + timedelta(microseconds=1))
    digit = int(moved[0], 16)

    async def hash_of(**query: Any) -> str:
        found: str = (await digests(client, **query))["ranges"][digit]["hash"]
        return found

    assert await hash_of() == hashed(of_school + at)
    assert await hash_of(school="90002") == hashed(elsewhere)
    assert await hash_of(recorded_before="2024-06-01T00:00:00.000001Z") == hashed(of_school)
    assert await hash_of(recorded_before="2024-06-01T08:00:00+08:00") == NOTHING


async def test_erased_contents_change_no_hash(client: httpx.AsyncClient, stored: ServiceDatabase) -> None:
    lines = await put(stored, (str(uuid4()), 1))
    admin = await asyncpg.connect(stored.admin_url)
    await admin.execute("""UPDATE outbox SET data = '{"erased": true}', correlation_id = NULL, position = 7""")
    await admin.close()
    found = (await digests(client))["ranges"]
    assert [each["hash"] for each in found if each["versions"]] == [hashed(lines)]


async def test_the_page_says_how_to_compute_it(client: httpx.AsyncClient, stored: ServiceDatabase) -> None:
    page = PAGE.read_text()
    [example] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    named = re.findall(r"`([0-9a-f]{64})`", page)
    assert named == [sha256(example.encode()).hexdigest(), sha256().hexdigest()]
    for line in example.splitlines():
        key, sequence, event_id = line.split(":")
        await put(stored, (key, int(sequence)), event_id=UUID(event_id))
    prefix = key[:2]
    [found] = [each for each in (await digests(client, prefix=prefix))["ranges"] if each["versions"]]
    assert (found["versions"], found["hash"]) == (len(example.splitlines()), named[0])


async def test_a_digest_reads_the_rows_of_its_school_alone(stored: ServiceDatabase) -> None:
    admin = await asyncpg.connect(stored.admin_url)
    await admin.execute(
        """
        INSERT INTO outbox (topic, key, sequence, type, school_code, data)
        SELECT $1, gen_random_uuid(), 1, 'a type', (10000 + number % 300)::text, '{}'
          FROM generate_series(1, 30000) AS number
        """,
        registration.TOPIC,
    )
    await admin.execute("ANALYZE outbox")
    sent: list[tuple[str, Any]] = []
    database = Database.connect(stored.app_url)
    async with database.reading() as connection:
        connection.driver.add_query_logger(lambda asked: sent.append((asked.query, asked.args)))
        await ranges_of(connection, Asked(registration.TOPIC, "10001", datetime.now(UTC), ""))
    await database.dispose()
    [(query, bound)] = sent
    plan = await admin.fetch(f"EXPLAIN {query}", *bound)
    await admin.close()
    assert "ix_outbox_school_position" in str(plan)


async def test_only_topics_of_the_service_with_uuids_as_keys_have_digests(client: httpx.AsyncClient) -> None:
    assert {name for name, spec in TOPICS.items() if spec.keyed_by_uuid} == {
        "quxiang.registry.graduate.v1",
        "quxiang.destinations.registration.v1",
        "quxiang.internal.destinations.fact.v1",
        "quxiang.destinations.task.v1",
        "quxiang.surveys.response.v1",
        "quxiang.internal.surveys.measure.v1",
    }
    for topic in (organisation.TOPIC, code_list.TOPIC, graduate.TOPIC, "registration", ""):
        answer = await client.get(
            DIGESTS, params={"topic": topic, "school": SCHOOL, "recorded_before": "2024-09-01T00:00:00Z"}
        )
        assert answer.status_code == 400
        [problem] = answer.json()["errors"]
        assert (problem["pointer"], problem["rule"]) == ("topic", "unknown_topic")
        assert registration.TOPIC in problem["message"]


BAD: Sequence[dict[str, Any]] = [
    {"school": "9000"},
    {"school": "90001'"},
    {"recorded_before": "2024-09-01"},
    {"recorded_before": "2024-09-01T00:00:00"},
    {"recorded_before": "2024-09-01T00:00:00 08:00"},
    {"recorded_before": "2024-09-01T00:00:00.1234567Z"},
    {"recorded_before": "2024-13-01T00:00:00Z"},
    {"recorded_before": "0001-01-01T00:00:00+14:00"},
    {"recorded_before": "1725148800"},
    {"prefix": "A"},
    {"prefix": "g"},
    {"prefix": "01234"},
    {"prefix": "0\n"},
    {"limit": 5},
]


async def test_what_cannot_be_understood_is_a_bad_query(client: httpx.AsyncClient) -> None:
    for query in BAD:
        asked = {"topic": registration.TOPIC, "school": SCHOOL, "recorded_before": "2024-09-01T00:00:00Z"} | query
        answer = await client.get(DIGESTS, params=asked)
        assert answer.status_code == 400, query
        assert [each["pointer"] for each in answer.json()["errors"]] == list(query), query


async def test_nothing_can_be_left_out_but_the_prefix(client: httpx.AsyncClient) -> None:
    answer = await client.get(DIGESTS)
    assert {each["pointer"] for each in answer.json()["errors"]} == {"topic", "school", "recorded_before"}
    for instant in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"):
        assert (await digests(client, recorded_before=instant)).keys() == {"settled", "ranges"}


async def test_only_services_may_ask(client: httpx.AsyncClient, mint: TokenMint) -> None:
    asked = {"topic": registration.TOPIC, "school": SCHOOL, "recorded_before": "2024-09-01T00:00:00Z"}
    for role in ("admin", "auditor", "integrator", "school_officer", "ministry", "graduate"):
        headers = mint.headers(role, school=SCHOOL, graduate=uuid4())
        assert (await client.get(DIGESTS, params=asked, headers=headers)).status_code == 403, role
    del client.headers["Authorization"]
    assert (await client.get(DIGESTS, params=asked)).status_code == 401


async def test_what_is_announced_is_in_the_digest_before_it_has_a_position(
    client: httpx.AsyncClient, stored: ServiceDatabase
) -> None:
    database = Database.connect(stored.app_url)
    async with database.transaction(SYSTEM) as unit:
        await unit.announce(destination_event(school=SCHOOL))
        await unit.commit()
    await database.dispose()
    assert sum(each["versions"] for each in (await digests(client))["ranges"]) == 1
