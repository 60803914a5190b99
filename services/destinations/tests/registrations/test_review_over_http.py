"""What the contract says of each role, act, state, phase, scope and list of levels, over HTTP and against its model."""

import asyncio
import copy
import os
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from review_model import AUTHORS
from reviewing import ACTS, PHASES, REFUSALS, Kind, Reviewed, Step, expected, lines, ways

from common.auth import SYSTEM, Role
from common.database import Database
from testing.tokens import TokenMint

SOAK = bool(os.environ.get("QUXIANG_SOAK"))
SHARE = 1 if SOAK else 0.02
"""Of the lines of the generated table that are tried."""

KINDS = {"complete": Kind(), "without class": Kind(in_class=False), "without college": Kind(False, in_class=False)}

ELSEWHERE: dict[str, tuple[dict[str, Any], ...]] = {
    "graduate": ({"graduate": uuid4()},),
    "counsellor": ({"class_": "K2"}, {"college": "C02"}, {"school": "10002"}),
    "college_officer": ({"college": "C02"}, {"school": "10002"}),
    "school_officer": ({"school": "10002"},),
}
"""Where the parties to other registrations stand."""

SEEING = {"provincial_officer": {"province": "410000"}, "system": {}, "admin": {}}
"""Roles that see the registration and are no party to it; all others do not see it."""


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@pytest.mark.parametrize("counsellors", [False, True], ids=["usual levels", "with counsellors"])
@pytest.mark.parametrize(("name", "places"), [("complete", 12), ("without class", 12), ("without college", 9)])
async def test_every_role_can_do_what_the_table_says_and_nothing_else(
    http: httpx.AsyncClient, mint: TokenMint, database: Database, name: str, places: int, counsellors: bool
) -> None:
    chance, kind, outcomes = random.Random(f"{name} {counsellors}"), KINDS[name], set()
    found = list(ways(kind, counsellors))
    assert len(found) >= places
    for way in found:
        standing = await (await Reviewed(http, mint, database, kind).begin()).go(way)
        for step in lines(standing.model, counsellors, len(way)):
            if chance.random() < SHARE:
                is_possible = expected(copy.deepcopy(standing.model), kind, step) not in REFUSALS
                meant = await (await Reviewed(http, mint, database, kind).begin()).go(way) if is_possible else standing
                outcomes.add(await meant.do(step))
    assert {"forbidden", "transition_not_allowed"} < outcomes


@pytest.mark.parametrize("counsellors", [False, True], ids=["usual levels", "with counsellors"])
async def test_from_outside_nothing_is_there_and_other_roles_do_nothing(
    http: httpx.AsyncClient, mint: TokenMint, database: Database, counsellors: bool
) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute(
            "INSERT INTO roster_schools (school_code, province_code, sequence) VALUES ('10001', '410000', 1)"
        )
        await unit.commit()
    chance, kind = random.Random(f"{counsellors}"), Kind()
    for way in ways(kind, counsellors):
        standing = await (await Reviewed(http, mint, database, kind).begin()).go(way)
        for act in ACTS:
            for role, places in ELSEWHERE.items():
                for place in places:
                    if chance.random() < SHARE:
                        await standing.is_refused(act, standing.token(role, "new", **place), (404, "not_found"))
            for role in Role:
                if role.value not in AUTHORS and chance.random() < SHARE:
                    wanted = (403, "forbidden") if role.value in SEEING else (404, "not_found")
                    await standing.is_refused(act, mint.headers(role, **scope_of(role)), wanted)


def scope_of(role: Role) -> dict[str, Any]:
    usual: dict[str, Any] = {"school": "10001", "employer": uuid4(), "office": "ARCHIVE"}
    return SEEING.get(role.value, usual)


class Life(RuleBasedStateMachine):
    """Any acts of anybody in any order under settings that change, over HTTP and in the model."""

    run: Callable[[Coroutine[Any, Any, Any]], Any]
    make: Callable[[Kind], Reviewed]
    reviewed: Reviewed

    @initialize(kind=st.sampled_from(list(KINDS.values())))
    def register(self, kind: Kind) -> None:
        self.reviewed = self.run(self.make(kind).begin())

    @rule(
        act=st.sampled_from(ACTS),
        role=st.sampled_from(AUTHORS),
        subject=st.sampled_from(["anna", "bo", "chen", "dora"]),
        phase=st.sampled_from([*PHASES, "open", "open"]),
        reason=st.booleans(),
        counsellors=st.booleans(),
    )
    def act(self, act: str, role: str, subject: str, phase: str, reason: bool, counsellors: bool) -> None:
        self.run(self.reviewed.do(Step(role, subject, act, phase, reason, counsellors)))

    @rule(at=st.integers(0, 99), subject=st.sampled_from(["anna", "bo", "chen", "dora"]), counsellors=st.booleans())
    def go_on(self, at: int, subject: str, counsellors: bool) -> None:
        """Something that is possible, but a return, so that lives go all the way."""
        reviewed = self.reviewed
        steps = [
            Step(role, subject, act, "open", False, counsellors) for role in AUTHORS for act in ACTS if act != "return"
        ]
        possible = [
            each for each in steps if expected(copy.deepcopy(reviewed.model), reviewed.kind, each) not in REFUSALS
        ]
        if possible:
            self.run(reviewed.do(possible[at % len(possible)]))

    def teardown(self) -> None:
        self.run(self.reviewed.must_tell_its_history())


def test_any_life_goes_as_the_contract_says(
    loop: asyncio.AbstractEventLoop, http: httpx.AsyncClient, mint: TokenMint, database: Database
) -> None:
    class Here(Life):
        run = staticmethod(loop.run_until_complete)
        make = staticmethod(partial(Reviewed, http, mint, database))

    run_state_machine_as_test(Here, settings=settings(max_examples=200 if SOAK else 5, stateful_step_count=25))
