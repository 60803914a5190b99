"""A snapshot of the whole system while its owners write, its relay stands still and its processes are killed."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from campus import Campus
from cohorts import COHORT, decisions, decisions_file, imported_cohort
from cut_offs import text_of
from histories import feed, of_owner, until_quiet

from common.consuming.feed import event_of
from testing.stack import Stack, running_stack
from testing.waiting import eventually

SCHOOL, AS_OF = "90201", "2024-12-31"
GRADUATES = 60

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("cut-off"), split=("destinations", "indicators")) as running:
        yield running


async def recounted(campus: Campus, kind: str, known_at: datetime, revision: int = 0) -> str:
    """The rows of the day as known then, from what the owners' feeds say."""
    told = [
        event_of(item)
        for service in ("registry", "destinations")
        for item in of_owner(await feed(campus, service), service)
        if item["schoolcode"] == SCHOOL
    ]
    school = SimpleNamespace(code=SCHOOL, events=told)
    return text_of(school, COHORT, kind, datetime.fromisoformat(AS_OF).date(), known_at, revision)


async def test_a_snapshot_waits_for_everything_of_before_and_holds_nothing_of_after(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    await imported_cohort(campus, SCHOOL, GRADUATES, chance)
    url, officer = f"{campus.urls['indicators']}/v1/snapshots", campus.officer(SCHOOL)

    async def decided() -> None:
        file = decisions_file(decisions(GRADUATES, chance))
        done = await campus.import_registrations(file, SCHOOL, effective_on=AS_OF)
        assert done["state"] == "succeeded", f"{done}"

    async def read(snapshot_id: str) -> dict[str, Any]:
        answered = await campus.http.get(f"{url}/{snapshot_id}", headers=officer)
        assert answered.status_code == 200, answered.text
        found: dict[str, Any] = answered.json()
        return found

    async def waits_for(snapshot_id: str, topic: str, why: str) -> bool:
        found = await read(snapshot_id)
        assert found["state"] == "pending"
        return (topic, why) in {(each["topic"].split(".")[2], each["why"]) for each in found["waiting_for"]}

    async def is_frozen(snapshot_id: str) -> bool:
        return bool((await read(snapshot_id))["state"] == "frozen")

    await decided()
    # what is written until the moment stays at its owner, and a transaction is held open over it
    await until_quiet(stack)
    held = await asyncpg.connect(stack.databases["destinations"].app_url.replace("+asyncpg", ""))
    holding = held.transaction()
    await holding.start()
    await held.execute("SELECT pg_current_xact_id()")
    await decided()
    body = {"school_code": SCHOOL, "cohort": COHORT, "kind": "free", "as_of": AS_OF}
    asked = (await campus.http.post(url, json=body, headers=officer)).json()
    await eventually(lambda: waits_for(asked["id"], "registration", "not_settled"), within=60, describe="a wait")
    await decided()
    await stack.kill("destinations-worker")
    await holding.rollback()
    await held.close()
    await stack.kill("registry")
    await eventually(lambda: waits_for(asked["id"], "graduate", "owner_down"), within=60, describe="an owner down")
    await stack.start("registry")
    await asyncio.gather(stack.start("destinations-worker"), stack.kill("indicators-worker"))
    await stack.start("indicators-worker")
    await eventually(lambda: is_frozen(asked["id"]), within=120, describe="a frozen snapshot")
    await until_quiet(stack)
    frozen = await read(asked["id"])
    known_at = datetime.fromisoformat(frozen["known_at"])
    rows = await recounted(campus, "free", known_at)
    assert (frozen["hash"], frozen["base"]) == (sha256(rows.encode()).hexdigest(), GRADUATES)
    later = await recounted(campus, "free", datetime.fromisoformat("2199-01-01T00:00:00Z"))
    late = {each.partition("|")[0] for each in set(rows.splitlines()[1:]) ^ set(later.splitlines()[1:])}
    assert late
    assert frozen["drift"] == len(late)
    revision = await campus.http.post(
        f"{url}/{asked['id']}/revise", json={"reason": "截止后补录"}, headers=officer | {"If-Match": '"2"'}
    )
    assert revision.status_code == 201, revision.text
    opened = revision.json()
    other = campus.bearer("school_officer", school=SCHOOL, subject="another officer")
    approved = await campus.http.post(f"{url}/{opened['id']}/approve", headers=other | {"If-Match": '"1"'})
    assert approved.status_code == 200, approved.text
    await eventually(lambda: is_frozen(opened["id"]), within=60, describe="a frozen revision")
    revised = await read(opened["id"])
    rows = await recounted(campus, "free", datetime.fromisoformat(opened["known_at"]), 1)
    assert (revised["hash"], revised["drift"]) == (sha256(rows.encode()).hexdigest(), 0)
    assert (await read(asked["id"]))["hash"] == frozen["hash"]
