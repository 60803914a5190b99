"""Requests are done in groups, each once, and each caller hears what came of it."""

import asyncio
from collections.abc import Sequence

import pytest

from common import grouping
from common.grouping import ALONE, Alone, Grouping, Overloaded


class LostError(Exception):
    """Of which it is unknown whether anything was done."""


class Work:
    """Doubles numbers, in groups until `gate` says otherwise; knows what it has done."""

    def __init__(self, waiting: int = 2_000) -> None:
        self.groups: list[list[int]] = []
        self.alone: list[int] = []
        self.gate, self.begun, self.grouped = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.poison: set[int] = set()
        self.lost = False
        self.grouping: Grouping[int, int] = Grouping(
            self._together, self._by_itself, is_lost=lambda error: isinstance(error, LostError), waiting=waiting
        )

    async def _together(self, asked: Sequence[int]) -> list[int | Exception | Alone]:
        self.groups.append([*asked])
        self.grouped.set()
        await self.gate.wait()
        if self.lost:
            raise LostError
        if self.poison & {*asked}:
            raise ValueError("one of them cannot be done")
        return [ALONE if each < 0 else KeyError(each) if each == 13 else each * 2 for each in asked]

    async def _by_itself(self, asked: int) -> int:
        self.alone.append(asked)
        self.begun.set()
        await self.gate.wait()
        if asked in self.poison:
            raise ValueError(asked)
        return asked * 2


async def begun(work: Work, first: int = 0) -> "asyncio.Task[int]":
    """One is being done alone, so that the next ones gather."""
    task = asyncio.create_task(work.grouping.do(first))
    await work.begun.wait()
    return task


async def test_the_first_need_not_wait_and_the_others_gather() -> None:
    work = Work()
    assert await work.grouping.do(1) == 2
    assert (work.alone, work.groups) == ([1], [])
    assert await asyncio.gather(*map(work.grouping.do, range(20, 50))) == [2 * each for each in range(20, 50)]
    assert (work.alone, work.groups) == ([1], [[*range(20, 50)]])


async def test_a_group_is_at_most_500_and_in_the_order_of_arrival() -> None:
    work = Work()
    work.gate.clear()
    tasks = [await begun(work, 2_000)]
    tasks += [asyncio.create_task(work.grouping.do(each)) for each in range(100, 1_300)]
    await work.grouped.wait()
    work.gate.set()
    assert await asyncio.gather(*tasks) == [4_000, *(2 * each for each in range(100, 1_300))]
    assert [len(each) for each in work.groups] == [grouping.AT_MOST, grouping.AT_MOST, 200]
    assert [each for group in work.groups for each in group] == [*range(100, 1_300)]


async def test_each_hears_what_came_of_it() -> None:
    work = Work()
    first = await begun(work)
    said = await asyncio.gather(*map(work.grouping.do, (5, 13, -7, 6)), return_exceptions=True)
    assert (said[0], type(said[1]), said[2:]) == (10, KeyError, [-14, 12])
    assert (work.alone, work.groups) == ([0, -7], [[5, 13, -7, 6]])
    assert await first == 0


async def test_a_group_that_fails_is_done_in_halves_down_to_the_one_that_does() -> None:
    work = Work()
    work.poison = {3}
    await begun(work)
    said = await asyncio.gather(*map(work.grouping.do, range(1, 9)), return_exceptions=True)
    assert [each for each in said if not isinstance(each, Exception)] == [2, 4, 8, 10, 12, 14, 16]
    assert isinstance(said[2], ValueError)
    assert work.groups == [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [1, 2], [3, 4], [5, 6, 7, 8]]


async def test_what_may_have_been_done_is_not_done_again() -> None:
    work = Work()
    work.lost = True
    await begun(work)
    said = await asyncio.gather(*map(work.grouping.do, range(1, 4)), return_exceptions=True)
    assert [type(each) for each in said] == [LostError] * 3
    assert (work.groups, work.alone) == ([[1, 2, 3]], [0])


async def test_more_than_may_wait_are_refused_and_nothing_is_done() -> None:
    work = Work(waiting=3)
    work.gate.clear()
    tasks = [await begun(work), *(asyncio.create_task(work.grouping.do(each)) for each in (1, 2))]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as refused:
        await work.grouping.do(99)
    assert (refused.value.retry_after, refused.value.code) == (1.0, "overloaded")
    work.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4]
    assert await work.grouping.do(7) == 14
    assert not any(99 in group for group in (*work.groups, work.alone))


async def test_a_caller_that_gives_up_loses_nothing_and_the_end_waits_for_all() -> None:
    work = Work()
    work.gate.clear()
    first = await begun(work)
    gone = [asyncio.create_task(work.grouping.do(each)) for each in (1, 2, -3)]
    await work.grouped.wait()
    for task in (*gone, first):
        task.cancel()
    drained = asyncio.create_task(work.grouping.drained())
    await asyncio.sleep(0)
    assert not drained.done()
    work.gate.set()
    await drained
    assert (work.groups, work.alone) == ([[1, 2, -3]], [0, -3])
    assert [each.cancelled() for each in (*gone, first)] == [True] * 4
