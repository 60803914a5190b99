"""Acts on one publication, and on one line of them, that meet: one wins, and the others are told so (contract 10)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from indicators.publishing import commands
from indicators.publishing.domain.publications import PublicationId
from indicators.publishing_counts.people import Observation, Published, Table
from testing.http import Client

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
RATES = {"kind": "rates", "measures": ["placement_rate"]}
CONSENT = {"consent": {"authority": "河南省教育厅", "reference": "教学〔2024〕1号", "on": "2024-09-02"}}
COUNTED = Published(tables=[Table(observations=[Observation(group={}, within={}, base=30)], hidden=[])], shown={})
_STATES = text(
    "SELECT id, state, supersedes, released_by, withdraw_reason_cipher IS NOT NULL AS has_reason FROM publications"
    " WHERE school_code = :school"
)
_EVENTS = text(
    "SELECT data ->> 'publication_id' AS publication, type FROM outbox WHERE key = :school"
    " AND type LIKE 'quxiang.publication.%' ORDER BY id"
)


class Line:
    """The publications of a school's cohort, and three officers."""

    def __init__(
        self, school: Any, snapshot: Mapping[str, Any], client: Client, database: Database, ring: Path
    ) -> None:
        self.code, self._snapshot, self._database = school.code, snapshot, database
        self._cipher = FieldCipher.load(ring)
        self.officers = [client("school_officer", school=school.code, subject=name) for name in ("one", "two", "three")]

    async def proposed(self, after: str | None) -> dict[str, Any]:
        """A proposal that `SYSTEM` has made, so that each officer may release it; `after` is the newest release."""
        one = self.officers[0]
        body = {"school_code": self.code, "cohort": 2024, "snapshot_id": self._snapshot["id"], "title": "就业质量"}
        draft = (await one.post("/v1/publications", json=body | {"tables": [RATES]})).json()
        keep = partial(
            commands.keep,
            cipher=self._cipher,
            of=PublicationId(UUID(draft["id"])),
            version=draft["version"],
            published=COUNTED,
            taken={},
            digest=uuid4().bytes * 2,
            after=None if after is None else PublicationId(UUID(after)),
        )
        await self._database.act(SYSTEM, keep)
        found: dict[str, Any] = (await one.get(f"/v1/publications/{draft['id']}")).json()
        return found

    def act(self, publication: Mapping[str, Any], action: str, by: int, **body: Any) -> Callable[[], Awaitable[Any]]:
        match = {"If-Match": f'"{publication["version"]}"'}
        path = f"/v1/publications/{publication['id']}"
        if action == "patch":
            return partial(self.officers[by].patch, path, headers=match, json=body)
        return partial(self.officers[by].post, f"{path}/{action}", headers=match, json=body)

    async def rows(self) -> dict[str, Any]:
        async with self._database.reading() as connection:
            return {f"{row.id}": row for row in await connection.execute(_STATES, {"school": self.code})}

    async def events(self) -> list[tuple[str, str]]:
        async with self._database.reading() as connection:
            found = await connection.execute(_EVENTS, {"school": self.code})
            return [(row.publication, row.type.rpartition(".")[2]) for row in found]


@pytest.fixture
async def line(new_school: Any, freeze: Any, client: Client, database: Database, keyring_file: Path) -> Line:
    school = new_school()
    school.described()
    for _ in range(30):
        school.enters(college_code="C01", major_code="m", education_level_code="31", sex_code="1")
    return Line(school, await freeze(school), client, database, keyring_file)


async def together(*acts: Callable[[], Awaitable[Any]]) -> list[int]:
    """What acts answer that begin at one moment."""
    barrier = asyncio.Barrier(len(acts))

    async def begun(act: Callable[[], Awaitable[Any]]) -> int:
        await barrier.wait()
        return int((await act()).status_code)

    return list(await asyncio.gather(*map(begun, acts)))


async def test_release_patch_return_and_release_have_one_winner(line: Line) -> None:
    newest, winners = None, set[str]()
    for number in range(ROUNDS):
        proposal = await line.proposed(newest)
        acts = {
            "two": line.act(proposal, "release", 1, **CONSENT),
            "patch": line.act(proposal, "patch", 0, title="x"),
            "return": line.act(proposal, "return", 0, reason="更正"),
            "three": line.act(proposal, "release", 2, **CONSENT),
        }
        names = [*acts]
        # who begins first has the better chance
        names = names[number % 4 :] + names[: number % 4]
        statuses = dict(zip(names, await together(*map(acts.get, names)), strict=True))  # type: ignore[arg-type]
        [winner] = [name for name, status in statuses.items() if status == 200]
        assert winner != "patch"
        assert {status for name, status in statuses.items() if name != winner} <= {409, 412}
        winners.add(winner)
        row = (await line.rows())[proposal["id"]]
        if winner == "return":
            assert (row.state, row.released_by) == ("draft", None)
        else:
            assert (row.state, row.released_by, f"{row.supersedes}") == ("released", winner, f"{newest}")
            newest = proposal["id"]
        assert [each for each, _ in await line.events()].count(proposal["id"]) == (winner != "return")
    # a dozen rounds may end one way
    assert ROUNDS < 100 or winners >= {"return", "two", "three"}


async def test_two_proposals_of_a_line_are_not_both_released(line: Line) -> None:
    newest = None
    for number in range(ROUNDS):
        both = [await line.proposed(newest) for _ in range(2)]
        acts = [line.act(each, "release", 1 + at, **CONSENT) for at, each in enumerate(both)]
        statuses = await together(*(acts if number % 2 else reversed(acts)))
        assert sorted(statuses) == [200, 409]
        rows = await line.rows()
        [released] = [each for each, row in rows.items() if row.state == "released"]
        assert released in {each["id"] for each in both}
        assert f"{rows[released].supersedes}" == f"{newest}"
        assert newest is None or rows[newest].state == "superseded"
        newest = released


async def test_a_withdrawal_meets_the_release_of_the_next(line: Line) -> None:
    """Whoever comes first: what was withdrawn is not superseded, and what was superseded is not withdrawn."""
    newest, ends = None, set[str]()
    for number in range(ROUNDS):
        proposal = await line.proposed(newest)
        if newest is None:
            assert await together(line.act(proposal, "release", 1, **CONSENT)) == [200]
            newest = proposal["id"]
            continue
        standing = (await line.officers[0].get(f"/v1/publications/{newest}")).json()
        acts = [line.act(standing, "withdraw", 0, reason="更正"), line.act(proposal, "release", 1, **CONSENT)]
        turned = number % 2 == 1
        statuses = await together(*(reversed(acts) if turned else acts))
        withdrawal, release = reversed(statuses) if turned else statuses
        rows = await line.rows()
        before, after = rows[newest], rows[proposal["id"]]
        assert (release, after.state) == (200, "released")
        if withdrawal == 200:
            assert (before.state, before.has_reason, after.supersedes) == ("withdrawn", True, None)
        else:
            assert withdrawal in {409, 412}
            assert (before.state, before.has_reason, f"{after.supersedes}") == ("superseded", False, newest)
        assert (await line.events()).count((newest, "withdrawn")) == (withdrawal == 200)
        ends.add(before.state)
        newest = proposal["id"]
    assert ROUNDS < 100 or ends == {"withdrawn", "superseded"}
