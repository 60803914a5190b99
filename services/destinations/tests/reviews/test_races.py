"""Acts that meet on one registration over HTTP: one is done, the history names it, the others learn of it."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import httpx
import pytest
from acting import rows
from bulk import PATH, Bulk
from desks import Desk, Seat
from reviewing import Kind, Reviewed, Step

from common.database import Database
from testing.tokens import TokenMint

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6

SUBMITTED = (Step("graduate", "writer", "submit"),)
AT_SCHOOL = (*SUBMITTED, Step("college_officer", "first", "college-approve"))
DECIDED = (*AT_SCHOOL, Step("school_officer", "last", "school-approve"))
EDITED = (*DECIDED, Step("graduate", "writer", "edit"))
ASKED = (*DECIDED, Step("counsellor", "counsellor", "request-void"))
AT_COLLEGE = "college_officer"
SCHOOL = "school_officer"

RACES: dict[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "approvals of the college": (
        SUBMITTED,
        [
            *(Step(AT_COLLEGE, each, "college-approve") for each in ("one", "two")),
            Step(AT_COLLEGE, "three", "return"),
            Step(SCHOOL, "four", "college-approve"),
        ],
    ),
    "approvals of the school": (
        AT_SCHOOL,
        [*(Step(SCHOOL, each, "school-approve") for each in ("one", "two")), Step(SCHOOL, "three", "return")],
    ),
    "corrections and voids": (
        DECIDED,
        [
            *(Step(role, role, "edit") for role in ("graduate", SCHOOL)),
            *(Step(role, f"{role} who asks", "request-void") for role in (AT_COLLEGE, SCHOOL)),
        ],
    ),
    "a confirmation and a correction": (
        DECIDED,
        [Step("graduate", "writer", "confirm"), Step(SCHOOL, "one", "edit"), Step("graduate", "writer", "dispute")],
    ),
    "what becomes of a draft": (
        EDITED,
        [
            Step("graduate", "writer", "submit"),
            Step("counsellor", "one", "edit"),
            Step(AT_COLLEGE, "two", "request-void"),
            Step(SCHOOL, "three", "submit"),
        ],
    ),
    "decisions on a void": (
        (*ASKED, Step(AT_COLLEGE, "first", "college-approve")),
        [*(Step(SCHOOL, each, "void") for each in ("one", "two")), Step(SCHOOL, "three", "return")],
    ),
}
"""The acts that meet, and the way to where they do."""

BULK = {"approvals of the college": AT_COLLEGE, "approvals of the school": SCHOOL}
"""Races that a bulk decision of this role joins."""


@pytest.fixture
def chiefs(seat: Seat) -> dict[str, Desk]:
    scope = {"school": "10001", "subject": "chief"}
    return {AT_COLLEGE: seat(AT_COLLEGE, **scope, college="C01"), SCHOOL: seat(SCHOOL, **scope)}


@pytest.mark.parametrize("name", RACES)
async def test_one_of_acts_at_once_is_done(
    http: httpx.AsyncClient, mint: TokenMint, database: Database, bulk: Bulk, chiefs: dict[str, Desk], name: str
) -> None:
    way, acts = RACES[name]
    winners = set()
    for number in range(ROUNDS):
        reviewed = await (await Reviewed(http, mint, database, Kind()).begin()).go(way)
        sending: list[Callable[[], Awaitable[Any]]] = [
            partial(reviewed.send, each, reviewed.token(each.role, each.subject)) for each in acts
        ]
        chief = chiefs.get(BULK.get(name, ""))
        decision = None if chief is None else await applied(bulk, chief, acts[0].act)
        if decision is not None:
            sending.append(bulk.runner.run_once)
        answers = await at_once(sending, random.Random(number))
        statuses = [each.status_code for each in answers if isinstance(each, httpx.Response)]
        won = [step.subject for step, answer in zip(acts, answers, strict=False) if answer.status_code == 200]
        if chief is not None and decision is not None:
            found = await bulk.read(chief, decision)
            assert (found["done"], found["skipped"]) in ((1, {}), (0, {"changed_since": 1}))
            won += ["chief"] * found["done"]
        assert len(won) == 1, statuses
        assert {each for each in statuses if each != 200} <= {403, 412}, statuses
        history = await rows(
            database,
            "SELECT by_subject FROM registration_versions WHERE graduate_id = :id ORDER BY version",
            id=reviewed.graduate,
        )
        assert [each.by_subject for each in history] == ["writer", *(step.subject for step in way), *won]
        winners |= {*won}
    assert ROUNDS < 100 or len(winners) > 1, "it is no race where always the same act wins"


async def applied(bulk: Bulk, chief: Desk, act: str) -> str:
    """A bulk approval of the one that waits, which the next worker applies."""
    decision = await bulk.prepare(chief, act)
    accepted = await chief.post(f"{PATH}/{decision}/apply", {})
    assert accepted.status_code == 202, accepted.text
    return decision


async def at_once(acts: Sequence[Callable[[], Awaitable[Any]]], chance: random.Random) -> list[Any]:
    """Begins all of them at one moment, in some order; the answers in the order of the acts."""
    barrier, order = asyncio.Barrier(len(acts)), list(range(len(acts)))
    chance.shuffle(order)

    async def begun(act: Callable[[], Awaitable[Any]]) -> Any:
        await barrier.wait()
        return await act()

    done = await asyncio.gather(*(begun(acts[each]) for each in order))
    return [done[order.index(each)] for each in range(len(acts))]


async def test_a_bulk_decision_is_applied_once(
    http: httpx.AsyncClient, mint: TokenMint, database: Database, bulk: Bulk, chiefs: dict[str, Desk]
) -> None:
    chief = chiefs[AT_COLLEGE]
    for number in range(ROUNDS):
        await (await Reviewed(http, mint, database, Kind()).begin()).go(SUBMITTED)
        decision = await bulk.prepare(chief, "college-approve")
        apply = partial(chief.post, f"{PATH}/{decision}/apply", {})
        answers = await at_once([apply] * 3, random.Random(number))
        assert sorted(each.status_code for each in answers) == [202, 409, 409]
        assert await bulk.runner.run_once()
        assert not await bulk.runner.run_once()
        found = await bulk.read(chief, decision)
        assert (found["state"], found["done"], found["skipped"]) == ("applied", 1, {})
    trail = await rows(database, "SELECT 1 FROM audit_entries WHERE action = 'college-approve'")
    assert len(trail) == ROUNDS
