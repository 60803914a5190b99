"""Sealing and applying bulk decisions as long work; it is killed, resumed and cancelled between two parts."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from common.auth import Principal
from common.codes import CodeLists
from common.identifiers import GraduateId
from common.operations import OperationContext, Outcome
from common.operations.outcome import added_up
from common.operations.storage import WHOLE
from common.outbox.newest import newest_of
from destinations.reviews import commands, storage
from destinations.reviews.domain import BulkAct, BulkDecision

NOTHING_SEALED: Mapping[str, Any] = {"id": None, "selected": 0, "ready": 0, "skipped": {}}
NOTHING_DONE: Mapping[str, Any] = {"id": None, "done": 0, "skipped": {}, "change_token": None}

PART = 2_000
"""Rows of one transaction: what it locks is free again before others have waited too long for it."""

LANES = 2
"""Parts that are decided at a time."""


AskUnits = Callable[[Sequence[GraduateId]], Awaitable[Mapping[GraduateId, str | None]]]
"""Asks registry for whom graduates were trained; without it a row of who was trained for a unit is skipped."""


async def seal(context: OperationContext, part: int = PART, ask: AskUnits | None = None) -> Outcome:
    """Seals the registrations that the filter means, all in one transaction."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome(done)
    maker, decision_id = commands.asked_of(context.parameters, context.actor)
    units: Mapping[GraduateId, str | None] = {}
    async with context.database.reading() as connection:
        decision = await storage.to_seal(connection, decision_id)
        waiting = commands.waiting_for(maker, decision.act)
        bound = await storage.bound_candidates(connection, *waiting, decision.filter)
    if ask is not None and decision.act is BulkAct.SCHOOL_APPROVE:
        units = await ask(bound)
    async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
        total = await storage.count_candidates(unit.connection, *waiting, decision.filter)
        sealing = partial(commands.seal_part, unit, maker=maker, decision=decision, part=part, units=units)
        rows, last = await sealing(after=None, rows=0)
        while last is not None:
            await context.progress(rows, max(rows, total))
            if await context.is_cancelled():
                return Outcome(NOTHING_SEALED, state="cancelled")
            rows, last = await sealing(after=last, rows=rows)
        result = await commands.seal(unit, decision=decision)
        if not await context.close_to_cancelling(unit):
            return Outcome(NOTHING_SEALED, state="cancelled")
        await context.chunk_done(unit, WHOLE, result)
        await unit.commit()
    return Outcome(result)


async def apply(context: OperationContext, part: int = PART, ask: AskUnits | None = None) -> Outcome:
    """Decides the sealed rows part by part, each part once; those after a cancelling stay as they are.

    Two parts are decided side by side: one while the database works on the other.
    """
    maker, decision_id = commands.asked_of(context.parameters, context.actor)
    async with context.database.reading() as connection:
        decision = await commands.get(connection, maker, decision_id)
        total = (await storage.counts(connection, [decision.id]))[decision.id].selected
    earlier = await context.done_chunks()
    rows = {number: min(part, total - number * part) for number in range(-(-total // part)) if number not in earlier}
    waiting, left = deque(rows), sum(rows.values())

    async def lane() -> bool:
        """False once the work is cancelled; where it fails, the other lane begins no part more."""
        nonlocal left
        while waiting:
            number = waiting.popleft()
            if await context.is_cancelled():
                return False
            try:
                await _decide(context, maker, decision, (number, part), ask)
            except BaseException:
                waiting.clear()
                raise
            left -= rows[number]
            await context.progress(total - left, total)
        return True

    with CodeLists.held():
        # all have ended before the work does, or is tried again
        ended = await asyncio.gather(*(lane() for _ in range(LANES)), return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    result = await _result(context, decision)
    return Outcome(result) if all(ended) else Outcome(result, state="cancelled")


async def _decide(
    context: OperationContext, maker: Principal, decision: BulkDecision, place: tuple[int, int], ask: AskUnits | None
) -> None:
    number, part = place
    rows = number * part, (number + 1) * part
    units: Mapping[GraduateId, str | None] = {}
    if ask is not None and decision.act is BulkAct.SCHOOL_APPROVE:
        async with context.database.reading() as connection:
            bound = await storage.bound_rows(connection, decision.id, *rows)
        units = await ask(bound)
    async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
        done = await commands.decide_part(
            unit, maker=maker, decision=decision, after=rows[0], last=rows[1], units=units
        )
        await context.chunk_done(unit, number, done)
        await unit.commit()


async def _result(context: OperationContext, decision: BulkDecision) -> Mapping[str, Any]:
    """What all parts have come to, by whichever attempt; the token is that of the event which consumers get last."""
    parts: list[Mapping[str, Any]] = [*(await context.done_chunks()).values()]
    if tokens := [token for each in parts if (token := each["change_token"])]:
        async with context.database.reading() as connection:
            parts.append({"change_token": (await newest_of(connection, tokens)).encode()})
    return added_up({**NOTHING_DONE, "id": str(decision.id)}, parts)
