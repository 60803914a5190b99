"""Sealing and applying bulk decisions as long work; it is killed, resumed and cancelled between two parts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from common.auth import Principal
from common.codes import CodeLists
from common.operations import OperationContext, Outcome
from common.operations.outcome import added_up
from common.operations.storage import WHOLE
from destinations.reviews import commands, storage
from destinations.reviews.domain import BulkDecision

NOTHING_SEALED: Mapping[str, Any] = {"id": None, "selected": 0, "ready": 0, "skipped": {}}
NOTHING_DONE: Mapping[str, Any] = {"id": None, "done": 0, "skipped": {}, "change_token": None}

PART = 2_000
"""Rows of one transaction: what it locks is free again before others have waited too long for it."""


async def seal(context: OperationContext, part: int = PART) -> Outcome:
    """Seals the registrations that the filter means, all in one transaction."""
    if done := (await context.done_chunks()).get(WHOLE):
        return Outcome(done)
    maker, decision_id = commands.asked_of(context.parameters, context.actor)
    async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
        decision = await storage.to_seal(unit.connection, decision_id)
        waiting = commands.waiting_for(maker, decision.act)
        total = await storage.count_candidates(unit.connection, *waiting, decision.filter)
        sealing = partial(commands.seal_part, unit, maker=maker, decision=decision, part=part)
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


async def apply(context: OperationContext, part: int = PART) -> Outcome:
    """Decides the sealed rows part by part, each part once; those after a cancelling stay as they are."""
    maker, decision_id = commands.asked_of(context.parameters, context.actor)
    async with context.database.reading() as connection:
        decision = await commands.get(connection, maker, decision_id)
        total = (await storage.counts(connection, [decision.id]))[decision.id].selected
    earlier = await context.done_chunks()
    parts: list[Mapping[str, Any]] = [*earlier.values()]
    empty = {**NOTHING_DONE, "id": str(decision.id)}
    with CodeLists.held():
        for number, first in enumerate(range(0, total, part)):
            if number in earlier:
                continue
            if await context.is_cancelled():
                return Outcome(added_up(empty, parts), state="cancelled")
            parts.append(await _decided(context, maker, decision, number, range(first, min(first + part, total))))
            await context.progress(min(first + part, total), total)
    return Outcome(added_up(empty, parts))


async def _decided(
    context: OperationContext, maker: Principal, decision: BulkDecision, number: int, rows: range
) -> Mapping[str, Any]:
    async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
        done = await commands.decide_part(unit, maker=maker, decision=decision, after=rows.start, last=rows.stop)
        await context.chunk_done(unit, number, done)
        await unit.commit()
    return done
