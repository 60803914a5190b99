"""Workers and APIs killed with `kill -9`, and a handler that fails, while eight clients change registrations."""

import random
import re
import shlex
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
import pytest
from campus import Campus
from cohorts import COHORT, become_of, decisions, decisions_file, imported_cohort
from histories import DECISIONS, query, until_quiet
from invariants import everything_holds
from killing import Strike, kills, struck_while_working, terminations
from random_changes import Outcome
from soaking import SOAK, only_in_soak

from common.contracts.envelope import StoredEvent
from common.publishing import publisher
from common.relay.numbering import COLUMNS
from common.relay.sending import send
from testing.databases import failing_inserts
from testing.stack import Stack, running_stack
from testing.waiting import eventually

GRADUATES, CHANGES = (10_000, 2_000) if SOAK else (300, 120)
WORKER_KILLS, API_KILLS = (9, 3) if SOAK else (1, 1)
CLIENTS = 8
WORKERS = ("destinations-worker", "indicators-worker")
APIS = ("destinations-api", "indicators-api")

pytestmark = pytest.mark.timeout(3_600 if SOAK else 900)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("kills"), split=("destinations", "indicators")) as running:
        yield running


async def test_kills_lose_nothing_and_count_nothing_twice(stack: Stack, campus: Campus, chance: random.Random) -> None:
    cohort = await imported_cohort(campus, "90101", GRADUATES, chance)
    clients = cohort.clients(campus, CLIENTS, chance.getrandbits(32))
    strikes = [*kills(stack, WORKERS, WORKER_KILLS, chance), *kills(stack, APIS, API_KILLS, chance)]
    chance.shuffle(strikes)
    await struck_while_working(clients, CHANGES, strikes, chance)
    writes = [write for client in clients for write in client.writes]
    told = Counter(write.outcome for write in writes)
    print(dict(told), dict(Counter(write.action for write in writes)))
    assert told[Outcome.ACKED] > CHANGES * 0.6
    await everything_holds(stack, campus, cohort, writes, chance)


@only_in_soak
async def test_a_service_told_to_end_under_load_ends_in_order(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    cohort = await imported_cohort(campus, "90102", GRADUATES // 5, chance)
    clients = cohort.clients(campus, CLIENTS, chance.getrandbits(32))
    victims = ("destinations-api", "destinations-worker", "indicators-worker", "registry")
    await struck_while_working(clients, CHANGES // 3, terminations(stack, victims), chance)
    writes = [write for client in clients for write in client.writes]
    await everything_holds(stack, campus, cohort, writes, chance)


async def test_an_import_survives_the_processes_that_ran_it(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    size = GRADUATES // 3
    cohort = await imported_cohort(campus, "90103", size, chance)
    for on_error, strike in (("reject", _kill_import_process), ("skip", _kill_worker)):
        decided = decisions(size, chance, share=0.9)
        expected = await become_of(campus, cohort.school, decided)
        assert min(expected["updated"], expected["unchanged"]) > 0, expected
        accepted = await campus.http.post(
            f"{campus.urls['destinations']}/v1/imports/registrations",
            headers=campus.officer(cohort.school),
            data={"school_code": cohort.school, "cohort": str(COHORT), "on_error": on_error},
            files={"file": ("file.xlsx", decisions_file(decided))},
        )
        await until_taken(campus, cohort.school, accepted)
        await strike(stack)
        done = await campus.finished("destinations", accepted, campus.officer(cohort.school))
        counted = Counter({name: done["result"][name] for name in ("created", "updated", "unchanged", "rejected")})
        assert (done["state"], counted) == ("succeeded", expected), done
        assert await become_of(campus, cohort.school, decided) == Counter(unchanged=len(decided))
    await everything_holds(stack, campus, cohort, [], chance)


@only_in_soak
async def test_a_handler_that_fails_on_everything_costs_nothing(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    cohort = await imported_cohort(campus, "90104", GRADUATES // 5, chance)
    clients = cohort.clients(campus, CLIENTS, chance.getrandbits(32))
    await struck_while_working(clients, CHANGES // 3, [_a_bad_deployment(stack, campus)], chance)
    writes = [write for client in clients for write in client.writes]
    await everything_holds(stack, campus, cohort, writes, chance)


async def test_one_event_that_fails_is_mended_by_the_page_of_operations(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    cohort = await imported_cohort(campus, "90105", 20, chance)
    await until_quiet(stack)
    page = (Path(__file__).parents[2] / "docs/operations/dead-letters.md").read_text()
    [open_letters] = re.findall(r"```sql\n(.*?)\n```", page, re.DOTALL)
    commands = re.findall(r"python -m indicators (.*)", page)
    assert [command.split()[0] for command in commands] == ["replay-dead-letters", "verify", "discard-dead-letter"]
    [once] = await query(stack, "indicators", f"{_ONCE} LIMIT 1", cohort.school)
    async with failing_inserts(stack.databases["indicators"], "roster_versions", f"NEW.event_id = '{once[0]}'"):
        await stack.run("registry", "replay", "--school", cohort.school)
        letters = await eventually(lambda: query(stack, "indicators", open_letters), within=120, describe="a letter")
    assert [letter["id"] for letter in letters] == [str(once[0])]
    said = await _readiness(stack, campus)
    assert (said.status_code, "dead letters are open" in said.text) == (200, True), said.text
    with pytest.raises(AssertionError, match="ended with 1"):
        await stack.run("indicators", "verify")
    await stack.run("indicators", *commands[0].split())
    await eventually(lambda: _none(stack, open_letters), within=60, describe="no letter open")
    await stack.run("indicators", *commands[1].split())
    # a copy by hand, with an id that its owner does not know
    await publish_copy(stack, cohort.school, once[0])
    [letter] = await eventually(lambda: query(stack, "indicators", open_letters), within=60, describe="a letter")
    assert letter["code"] == "forked"
    discard = [part.replace("ID", letter["id"]) for part in shlex.split(commands[2])]
    with pytest.raises(AssertionError, match="no_such_letter"):
        await stack.run("indicators", discard[0], str(uuid4()), *discard[2:])
    await stack.run("indicators", *discard)
    assert await _none(stack, open_letters)
    for command in re.findall(r"`python -m registry (.*?)`", page):
        await stack.run("registry", *command.replace("CODE", cohort.school).split())
    await stack.run("indicators", *commands[1].split())


async def publish_copy(stack: Stack, school: str, event_id: UUID) -> None:
    """Sends an event of registry's outbox once more, as another event."""
    settings = stack.settings("registry")
    [row] = await query(stack, "registry", f"SELECT {COLUMNS} FROM outbox WHERE event_id = '{event_id}'")
    assert row["school_code"] == school
    async with publisher(settings) as client:
        await send(client, settings, [replace(StoredEvent(**row), event_id=uuid4())])


_ONCE = "SELECT event_id FROM roster_versions WHERE school_code = $1"


def _a_bad_deployment(stack: Stack, campus: Campus) -> Strike:
    """A version that fails on every decision starts before a backlog; then the one before starts again."""

    async def pauses() -> bool:
        said = await _readiness(stack, campus)
        return said.status_code == httpx.codes.SERVICE_UNAVAILABLE and f"{DECISIONS}: paused" in said.text

    async def strike() -> None:
        await stack.kill("indicators-worker")
        await stack.run("destinations", "replay")
        async with failing_inserts(stack.databases["indicators"], "destination_versions"):
            await stack.processes["indicators-worker"].start()
            await eventually(pauses, within=120, every=0.1, describe="a topic that pauses")
            assert await query(stack, "indicators", "SELECT id, code FROM dead_letters") == []
            await stack.kill("indicators-worker")
        await stack.start("indicators-worker")

    return strike


async def _readiness(stack: Stack, campus: Campus) -> httpx.Response:
    try:
        return await campus.http.get(f"{stack.probes('indicators-worker')}/readyz")
    except httpx.TransportError as error:
        raise AssertionError("no answer yet") from error


async def _none(stack: Stack, selected: str) -> bool:
    return not await query(stack, "indicators", selected)


async def _kill_worker(stack: Stack) -> None:
    """The worker with the process of its imports: it is below the worker, and so in its group."""
    await stack.kill("destinations-worker")
    await stack.start("destinations-worker")


async def _kill_import_process(stack: Stack) -> None:
    """That process alone; the worker starts another once the lease has ended."""
    worker = psutil.Process(stack.processes["destinations-worker"].pid)
    (process,) = (each for each in worker.children() if each.cmdline()[-1] == "operations")
    process.kill()


async def until_taken(campus: Campus, school: str, accepted: httpx.Response) -> None:
    """Wait until a worker has begun with an operation."""
    address = campus.urls["destinations"] + accepted.headers["Location"]

    async def is_taken() -> bool:
        answer = await campus.http.get(address, headers=campus.officer(school))
        return bool(answer.json()["state"] != "queued")

    await eventually(is_taken, within=60, every=0.005, describe="a process to take the import")
