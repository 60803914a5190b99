"""Who may be called when: each act at an hour of its own, by the database's clock."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from at_once import at_once
from sqlalchemy import text

from common import clock
from common.auth import Principal, Role
from common.clock import OFFSET_PARAMETER, SHANGHAI
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Missing
from common.identifiers import GraduateId, WaveId
from surveys.calls import commands
from surveys.calls.commands import Claimed
from surveys.calls.domain import CallId, LeaseLost, NobodyToCall, Outcome, Reachable

Json = dict[str, Any]
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
_AHEAD = text("SELECT set_config(:name, :ahead, true)")


@pytest.fixture
def voice(school: str) -> Principal:
    return Principal(subject="voice", role=Role.INTERVIEWER, school_code=school)


class Desk:
    """An interviewer's desk whose clock is set for each act: `at` counts hours from the midnight before tomorrow."""

    def __init__(self, database: Database, cipher: FieldCipher, wave: Json, caller: Principal) -> None:
        self._database, self._cipher, self._wave, self.caller = database, cipher, WaveId(UUID(wave["id"])), caller
        self._midnight = (clock.now().astimezone(SHANGHAI) + timedelta(days=1)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )

    def moment(self, at: float) -> datetime:
        return self._midnight + timedelta(hours=at)

    async def claim(self, at: float) -> Claimed | None:
        person = None
        while True:
            act = partial(
                commands.claim, caller=self.caller, cipher=self._cipher, wave_id=self._wave, person=person, without=()
            )
            try:
                found: Claimed = await self._acting(at, act)
            except Missing as missing:
                person = Reachable(GraduateId(missing.what), "张三", "13800000000")  # type: ignore[arg-type]
            except NobodyToCall:
                return None
            else:
                return found

    async def say(self, at: float, call_id: CallId, outcome: Outcome, callback_at: float | None = None) -> None:
        again = None if callback_at is None else self.moment(callback_at)
        act = partial(commands.say_outcome, caller=self.caller, call_id=call_id, outcome=outcome, callback_at=again)
        await self._acting(at, act)

    async def _acting(self, at: float, act: Callable[..., Any]) -> Any:
        ahead = self.moment(at) - clock.now()

        async def moved(unit: UnitOfWork) -> Any:
            bound = {"name": OFFSET_PARAMETER, "ahead": f"{ahead.total_seconds()} seconds"}
            await unit.connection.execute(_AHEAD, bound)
            return await act(unit)

        return await self._database.act(self.caller.actor, moved)


@pytest.fixture
def desk(database: Database, cipher: FieldCipher, wave: Json, voice: Principal) -> Desk:
    return Desk(database, cipher, wave, voice)


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Any) -> list[UUID]:
    """One graduate alone."""
    event = graduate_event(school)
    await keep([event])
    return [UUID(event.key)]


@pytest.mark.parametrize(
    ("outcome", "callback_at", "calls"),
    [
        # hour of the next look → whether somebody is called then; the first call was at 10
        (Outcome.NO_ANSWER, None, [(12.9, False), (13, True)]),
        (Outcome.BUSY, None, [(24 + 10, False), (24 + 14, True)]),
        (Outcome.CALLBACK, 24 + 10, [(14, False), (24 + 9.9, False), (24 + 10.1, True)]),
        (Outcome.PARTIAL, None, [(18, True)]),
        (Outcome.COMPLETED, None, [(14, False), (48 + 18, False)]),
        (Outcome.REFUSED, None, [(14, False), (48 + 18, False)]),
        (Outcome.WRONG_NUMBER, None, [(14, False)]),
        (Outcome.NOT_ELIGIBLE, None, [(14, False)]),
    ],
)
async def test_when_a_person_is_called_again(
    desk: Desk, outcome: Outcome, callback_at: float | None, calls: list[tuple[float, bool]]
) -> None:
    first = await desk.claim(10)
    assert first is not None
    await desk.say(10.2, first.id, outcome, callback_at)
    assert [(at, await desk.claim(at) is not None) for at, _ in calls] == calls


@pytest.mark.parametrize("at", [0, 8.99, 21, 23])
async def test_at_night_nobody_is_called(desk: Desk, at: float) -> None:
    assert await desk.claim(at) is None


async def test_five_calls_are_the_most(desk: Desk) -> None:
    attempts = []
    for day in range(4):
        for hour in (10, 14):
            claimed = await desk.claim(24 * day + hour)
            attempts.append(claimed and claimed.call.attempt)
            if claimed:
                await desk.say(24 * day + hour + 0.1, claimed.id, Outcome.NO_ANSWER)
    assert attempts == [1, 2, 3, 4, 5, None, None, None]


async def test_after_half_an_hour_the_case_is_lost_and_another_may_have_it(desk: Desk) -> None:
    first = await desk.claim(12.8)
    assert first is not None
    assert await desk.claim(13.2) is None, "it is still claimed"
    second = await desk.claim(13.31)
    assert second is not None
    assert (second.call.attempt, second.call.graduate_id) == (2, first.call.graduate_id)
    with pytest.raises(LeaseLost):
        await desk.say(13.31, first.id, Outcome.BUSY)
    await desk.say(13.4, second.id, Outcome.BUSY)


async def test_two_interviewers_get_one_case_once(
    database: Database, cipher: FieldCipher, wave: Json, school: str
) -> None:
    desks = [
        Desk(database, cipher, wave, Principal(subject=f"v{n}", role=Role.INTERVIEWER, school_code=school))
        for n in range(2)
    ]
    for turn in range(ROUNDS):
        # each in another band than the one before, and calls of earlier rounds taken away
        claims = await at_once(*(partial(each.claim, 10 + 4 * (turn % 3)) for each in desks))
        assert sum(each is not None for each in claims) == 1
        async with database.transaction(desks[0].caller.actor) as unit:
            await unit.connection.execute(text("DELETE FROM calls WHERE school_code = :school"), {"school": school})
            await unit.commit()
    with suppress(NobodyToCall):
        assert (await desks[0].claim(10)) is not None
