"""The example of docs/conventions.md is a service that runs: built, migrated, and used over HTTP.

It is put together as the page says: the folder as it stands, and the contract named in a copy of the catalogue.
"""

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import httpx
import pytest

import common
from common.clock import today
from common.crypto import KeyRing
from common.kafka import delete_topics
from common.settings import ServiceSettings
from servers.ports import free_port
from testing.databases import ServiceDatabase, empty_database
from testing.http import NO_TLS
from testing.shared_servers import kafka_address
from testing.tokens import TokenMint
from testing.waiting import eventually

DOCS = Path(__file__).parents[2] / "docs"
AREA = [
    *sorted((DOCS / "example/example/fairs").glob("*.py")),
    DOCS / "example/contracts/fair.py",
    DOCS / "example/example/migrations/versions/202612010002_fairs.py",
]
SCHOOL = "10001"
STARTED_WITHIN = 120.0
NEXT_MONTH = (today() + timedelta(days=30)).isoformat()


@dataclass(frozen=True)
class Example:
    """The running service."""

    url: str
    mint: TokenMint

    def client(self, role: str, **scope: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url, headers=self.mint.headers(role, **scope), trust_env=False, verify=NO_TLS
        )


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example and with a copy of common whose catalogue names the new topic."""
    root = tmp_path_factory.mktemp("packages")
    shutil.copytree(DOCS / "example/example", root / "example", ignore=shutil.ignore_patterns("__pycache__"))
    copy = root / "common"
    shutil.copytree(Path(common.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(DOCS / "example/contracts/fair.py", copy / "contracts")
    catalogue = copy / "contracts/catalogue.py"
    imports = "from common.contracts import "
    named = catalogue.read_text().replace(imports, f"{imports}fair\n{imports}", 1)
    catalogue.write_text(named.replace("organisation.TOPIC_SPEC,", "organisation.TOPIC_SPEC, fair.TOPIC_SPEC,", 1))
    run(root, "-m", "common.contracts.generate")
    return root


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[ServiceDatabase]:
    async with empty_database("example") as stored:
        yield stored


@pytest.fixture(scope="module")
async def example(
    packages: Path, database: ServiceDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Example]:
    folder = tmp_path_factory.mktemp("example")
    mint, port, prefix = TokenMint(folder), free_port(), f"t-{secrets.token_hex(4)}."
    KeyRing.generate().store(folder / "keyring.json")
    environment = {
        "QUXIANG_DATABASE_URL": database.app_url,
        "QUXIANG_MIGRATION_DATABASE_URL": database.owner_url,
        "QUXIANG_KAFKA": kafka_address(),
        "QUXIANG_TOPIC_PREFIX": prefix,
        "QUXIANG_PARTITIONS": "1",
        "QUXIANG_ISSUER": mint.issuer.issuer,
        "QUXIANG_JWKS_FILE": str(mint.jwks_file),
        "QUXIANG_KEYRING_FILE": str(folder / "keyring.json"),
        "QUXIANG_PORT": str(port),
        "QUXIANG_PROBE_PORT": "0",
    }
    await asyncio.to_thread(run, packages, "-m", "example", "migrate", **environment)
    found = Example(f"http://127.0.0.1:{port}", mint)
    with (folder / "log").open("wb") as log, started(packages, environment, log):
        await eventually(lambda: answers(found.url), within=STARTED_WITHIN, every=0.2, describe="the example is ready")
        yield found
    settings = ServiceSettings(service="example", database_url=database.app_url, kafka=kafka_address())
    await delete_topics(settings, prefix)


def test_the_example_area_is_as_small_as_promised() -> None:
    lines = sum(len(path.read_text().splitlines()) for path in AREA)
    assert len(AREA) <= 9
    assert lines <= 400


def test_the_page_names_every_file_of_the_area() -> None:
    page = (DOCS / "conventions.md").read_text()
    linked = set(re.findall(r"\]\((example/[^)]+)\)", page))
    assert {str(path.relative_to(DOCS)) for path in AREA if path.name != "__init__.py"} <= linked


async def test_the_migrations_make_the_tables_that_the_code_describes(
    example: Example, packages: Path, database: ServiceDatabase
) -> None:
    check = "import asyncio, sys; from alembic import command; from testing.migrations import on_database; "
    check += "asyncio.run(on_database(sys.argv[1], 'example', command.check))"
    await asyncio.to_thread(run, packages, "-c", check, database.owner_url)


async def test_a_fair_is_announced_read_changed_and_remembered(example: Example) -> None:
    new = {"school_code": SCHOOL, "name": "春季双选会", "held_on": NEXT_MONTH, "places": 300}
    async with example.client("school_officer", school=SCHOOL) as officer:
        key = {"Idempotency-Key": "spring"}
        made = await officer.post("/v1/fairs", json=new, headers=key)
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        again = await officer.post("/v1/fairs", json=new, headers=key)
        assert (again.json(), again.headers["idempotency-replayed"]) == (made.json(), "true")
        address = made.headers["location"]
        assert (await officer.get(address)).json() == made.json()

        changed = await officer.patch(address, json={"places": 320}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["places"], changed.headers["etag"]) == (200, 320, '"2"')
        assert (await officer.patch(address, json={"places": 1})).status_code == 428
        assert (await officer.patch(address, json={"places": 1}, headers={"If-Match": '"1"'})).status_code == 412

        history = (await officer.get(f"{address}/history")).json()["items"]
        assert [(each["version"], each["action"], each["changed_fields"]) for each in history] == [
            (1, "create", []),
            (2, "change", ["places"]),
        ]
        first = await officer.get(f"{address}/history?limit=1")
        assert first.json()["items"] == history[:1]
        assert (await officer.get(first.headers["link"].split(">")[0].removeprefix("<"))).json()["items"] == history[1:]


async def test_a_patch_that_changes_nothing_is_a_version_all_the_same(example: Example) -> None:
    async with example.client("admin") as admin:
        new = {"school_code": "10005", "name": "秋季", "held_on": NEXT_MONTH, "places": 5}
        made = await admin.post("/v1/fairs", json=new)
        same = await admin.patch(made.headers["location"], json={"places": 5}, headers={"If-Match": '"1"'})
        assert (same.status_code, same.headers["etag"]) == (200, '"2"')


async def test_a_list_shows_the_scope_in_pages(example: Example) -> None:
    async with example.client("admin") as admin, example.client("school_officer", school="10003") as officer:
        for school in ("10002", "10002", "10003"):
            new = {"school_code": school, "name": "双选会", "held_on": NEXT_MONTH, "places": 1}
            assert (await admin.post("/v1/fairs", json=new)).status_code == 201
        page = (await admin.get("/v1/fairs?limit=2")).json()
        assert len(page["items"]) == 2
        assert page["next_cursor"]
        own = (await officer.get("/v1/fairs")).json()
        assert ([each["school_code"] for each in own["items"]], own["next_cursor"]) == (["10003"], None)


async def test_what_is_refused_and_why(example: Example) -> None:
    async with (
        example.client("admin") as admin,
        example.client("school_officer", school="10009") as foreign,
        example.client("graduate", school=SCHOOL, graduate=str(uuid4())) as graduate,
    ):
        past = {"school_code": SCHOOL, "name": "往届", "held_on": "2024-03-20", "places": 1}
        address = (await admin.post("/v1/fairs", json=past)).headers["location"]
        over = await admin.patch(address, json={"places": 2}, headers={"If-Match": '"1"'})
        assert (over.status_code, over.json()["code"]) == (409, "fair_over")
        assert "fair_over (409)" in (await admin.get("/problems/fair_over")).text
        assert (await foreign.get(address)).status_code == 404
        assert (await foreign.patch(address, json={"places": 2})).status_code == 404
        assert (await foreign.post("/v1/fairs", json=past)).status_code == 404
        assert (await graduate.post("/v1/fairs", json=past)).status_code in {403, 404}
        assert (await admin.post("/v1/fairs", json=past | {"places": 0})).status_code == 422


async def test_every_version_is_an_event_of_the_feed(example: Example) -> None:
    async with example.client("admin") as admin:
        new = {"school_code": "10004", "name": "夏季", "held_on": NEXT_MONTH, "places": 5}
        made = await admin.post("/v1/fairs", json=new)
        await admin.patch(made.headers["location"], json={"name": "秋季", "places": 6}, headers={"If-Match": '"1"'})

        async def events() -> list[dict[str, Any]]:
            items = (await admin.get("/v1/changes")).json()["items"]
            found = [each for each in items if each["subject"] == made.json()["id"]]
            return found if len(found) == 2 else []

        first, second = await eventually(events, within=60, every=0.2, describe="both events are in the feed")
        assert (first["sequence"], second["sequence"]) == (1, 2)
        assert (second["type"], second["data"]["places"]) == ("quxiang.fair.changed", 6)
        assert set(second["data"]["changed_fields"]) == {"name", "places"}
        assert "name" not in second["data"]
        assert (await admin.get("/schemas/quxiang.fair.changed.json")).status_code == 200


def run(packages: Path, *arguments: str, **environment: str) -> None:
    """Runs Python with the packages of the folder first; fails with what it wrote."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=packages,
        env=surroundings(packages, environment),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def started(packages: Path, environment: dict[str, str], log: BinaryIO) -> Iterator[None]:
    """The service as one process, until the end of the block."""
    command = [sys.executable, "-m", "example", "all"]
    process = subprocess.Popen(
        command, cwd=packages, env=surroundings(packages, environment), stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(15)


def surroundings(packages: Path, environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **environment, "PYTHONPATH": str(packages)}


async def answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=3, verify=NO_TLS) as client:
        try:
            return (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
