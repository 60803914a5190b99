"""Races of the contract of indicators, 10: whoever comes at once, one counts."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from common.approvals.domain import SameReviewer
from common.auth import SYSTEM, Actor, Principal, Role
from common.change_feed.barrier import OwnerDigest
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import PreconditionFailed
from common.identifiers import Cohort, SchoolCode
from indicators.snapshots import commands, storage
from indicators.snapshots.domain.snapshots import (
    AlreadyExists,
    NewSnapshot,
    RevisionOpen,
    Snapshot,
    SnapshotId,
    SnapshotKind,
    SnapshotState,
)
from indicators.timeline.digests import TOPICS, digest_of

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
Act = Callable[[UnitOfWork], Awaitable[Any]]


async def at_once(database: Database, *acts: tuple[Actor, Act]) -> list[Any]:
    """What comes of acts whose transactions all stand before any of them goes on: values, and refusals."""
    barrier = asyncio.Barrier(len(acts))

    async def together(act: Act, unit: UnitOfWork) -> Any:
        await barrier.wait()
        return await act(unit)

    running = (database.act(actor, partial(together, act)) for actor, act in acts)
    return await asyncio.gather(*running, return_exceptions=True)


class People:
    """A school whose people ask, revise and decide, each under a name."""

    def __init__(self, database: Database, cipher: FieldCipher, school_code: str) -> None:
        self.database, self.cipher, self.school_code = database, cipher, SchoolCode(school_code)
        self.province = Principal("province", Role.PROVINCIAL_OFFICER, province_code="410000")

    def officer(self, name: str) -> Principal:
        return Principal(name, Role.SCHOOL_OFFICER, school_code=self.school_code)

    def asking(self, name: str) -> tuple[Actor, Act]:
        asked = NewSnapshot(
            school_code=self.school_code, cohort=Cohort(2024), kind=SnapshotKind.INITIAL, as_of=None, known_at=None
        )
        return self._by(self.officer(name), commands.ask, asked=asked)

    def revising(self, name: str, snapshot: Snapshot) -> tuple[Actor, Act]:
        said = {"expected": snapshot.version, "reason": "核查后更正", "known_at": None}
        return self._by(self.officer(name), commands.revise, snapshot_id=snapshot.id, **said)

    def approving(self, caller: Principal, snapshot: Snapshot) -> tuple[Actor, Act]:
        return self._by(caller, commands.approve, snapshot_id=snapshot.id, expected=snapshot.version)

    def refusing(self, caller: Principal, snapshot: Snapshot) -> tuple[Actor, Act]:
        said = {"expected": snapshot.version, "reason": "理由不足"}
        return self._by(caller, commands.refuse, snapshot_id=snapshot.id, **said)

    def _by(self, caller: Principal, act: Any, **said: Any) -> tuple[Actor, Act]:
        return caller.actor, partial(act, caller=caller, cipher=self.cipher, **said)

    async def read(self, snapshot_id: SnapshotId) -> Snapshot:
        async with self.database.reading() as connection:
            return await commands.find(connection, self.cipher, self.officer("one"), snapshot_id)

    async def freezing(self, snapshot_id: SnapshotId) -> tuple[Actor, Act]:
        async with self.database.reading() as connection:
            (listed,) = [each for each in await storage.next_pending(connection, None, 500) if each.id == snapshot_id]
            ours = {
                topic: OwnerDigest(True, await digest_of(connection, topic, self.school_code, listed.known_at))
                for topic in TOPICS
            }
        return SYSTEM, partial(commands.freeze, snapshot=listed, digests=ours, partition=0)


@pytest.fixture
async def people(database: Database, keyring_file: Path, new_school: Any, apply: Any) -> People:
    school = new_school()
    school.described()
    for _ in range(3):
        school.goes(school.enters(), "10", date(2024, 6, 1))
    await apply(school.events)
    return People(database, FieldCipher.load(keyring_file), school.code)


def winner(results: Sequence[Any], *refusals: type[Exception]) -> Any:
    """The one value; all others are refusals of these kinds."""
    (won,) = [each for each in results if not isinstance(each, BaseException)]
    assert {type(each) for each in results if each is not won} <= set(refusals), results
    return won


async def test_of_all_who_freeze_revise_and_decide_at_once_one_counts(
    people: People, database: Database, rows: Any
) -> None:
    asked = winner(await at_once(database, people.asking("one"), people.asking("two")), AlreadyExists)
    newest, pending, frozen = asked, asked.id, 0
    for _ in range(ROUNDS):
        if pending is not None:
            act = await people.freezing(pending)
            assert sorted(await at_once(database, act, act, act)) == [False, False, True]
            newest, frozen = await people.read(pending), frozen + 1
            assert (newest.state, newest.base) == (SnapshotState.FROZEN, 3)
        both = await at_once(database, people.revising("one", newest), people.revising("two", newest))
        revision = winner(both, RevisionOpen)
        decided = await at_once(
            database,
            people.approving(people.officer(revision.requested_by), revision),
            people.approving(people.officer("three"), revision),
            people.approving(people.province, revision),
            people.refusing(people.officer("four"), revision),
        )
        # who asked for it is told so, or that it is decided; never does it count
        assert isinstance(decided[0], SameReviewer | PreconditionFailed)
        won = winner(decided, SameReviewer, PreconditionFailed)
        pending = revision.id if won.state is SnapshotState.PENDING else None
    told = await rows(
        "SELECT data->>'snapshot_id' AS id FROM outbox WHERE type = 'quxiang.snapshot.frozen' AND school_code = :code",
        code=people.school_code,
    )
    assert (len(told), len({each["id"] for each in told})) == (frozen, frozen)
    stored = await rows("SELECT state, revision FROM snapshots WHERE school_code = :code", code=people.school_code)
    assert sorted(each["revision"] for each in stored if each["state"] == "frozen") == [*range(frozen)]
