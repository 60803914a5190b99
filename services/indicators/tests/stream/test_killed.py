"""Streams that are cut off and resumed fifty times while figures move: nothing is missed, nothing foreign is heard."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
from listening import Group, Move, groups_of, listening

from common.contracts.organisation import UnitKind
from testing.tokens import TokenMint

KILLS = 50
ALL: Sequence[Group] = (
    ("total", None), ("college", "C1"), ("college", "C2"), ("college", None), ("major", "M1"), ("major", "M2"),
    ("class", "K1"), ("class", "K2"), ("class", None), ("sex", "1"), ("origin_province", "410000"),
)  # fmt: skip


class Said(NamedTuple):
    """A move as its writer knows it, and as a listener should hear it."""

    position: int
    school: str
    cohort: int
    groups: Sequence[Group]


@dataclass
class Follower:
    """Who goes on after the last event that came whole; `hears` says which groups of a move are its own."""

    headers: dict[str, str]
    query: dict[str, Any]
    hears: Callable[[Said], Sequence[Group]]
    last: str
    got: list[Said] = field(default_factory=list)

    async def hear(self, process: httpx.AsyncClient, most: int) -> None:
        """Hears some events, or what is there until a comment comes, and is cut off."""
        async with listening(process, self.headers, self.last, **self.query) as heard:
            while most and isinstance(said := await heard.next(), dict):
                most, self.last = most - 1, str(heard.last_id)
                self.got.append(Said(int(self.last), said["school_code"], said["cohort"], groups_of(said)))

    def expected(self, said: Sequence[Said]) -> list[Said]:
        """Every move of which it has a group, with those groups."""
        return [each._replace(groups=own) for each in said if (own := self.hears(each))]


def followers(mint: TokenMint, schools: Sequence[Any], last: str) -> list[Follower]:
    """Every role that has a scope of its own; codes of units are the same in all schools."""
    code, neighbour, _ = (each.code for each in schools)
    of_college: set[Group] = {("college", "C1"), ("major", "M1"), ("class", "K1")}

    def own(said: Said, groups: set[Group]) -> Sequence[Group]:
        return [each for each in said.groups if said.school == code and each in groups]

    return [
        Follower(
            mint.headers("school_officer", school=code),
            {"school": code, "cohort": 2024},
            lambda said: said.groups if (said.school, said.cohort) == (code, 2024) else [],
            last,
        ),
        Follower(
            mint.headers("college_officer", school=code, college="C1"),
            {"school": code},
            lambda said: own(said, of_college),
            last,
        ),
        Follower(
            mint.headers("counsellor", school=code, class_="K2"),
            {"school": code},
            lambda said: own(said, {("class", "K2")}),
            last,
        ),
        Follower(
            mint.headers("provincial_officer", province="410000"),
            {"province": "410000"},
            lambda said: said.groups if said.school in {code, neighbour} else [],
            last,
        ),
        Follower(mint.headers("ministry"), {"nation": "CN"}, lambda said: said.groups, last),
    ]


async def test_who_is_cut_off_fifty_times_misses_nothing_and_hears_nothing_foreign(
    processes: Sequence[httpx.AsyncClient], mint: TokenMint, move: Move, place: Any, new_school: Any, apply: Any
) -> None:
    chance, said = random.Random(11), list[Said]()
    schools = [place, new_school(), new_school()]
    for school, province in zip(schools[1:], ("410000", "420000"), strict=True):
        school.described(province)
        school.has_unit(UnitKind.MAJOR, "M1", college_code="C1")
        school.has_unit(UnitKind.MAJOR, "M2", college_code="C1")
        await apply(school.events)
    following = followers(mint, schools, str(await move(place.code)))

    async def flow() -> None:
        for _ in range(chance.randint(1, 4)):
            school, cohort = chance.choice(schools).code, chance.choice((2023, 2024))
            groups = chance.sample(ALL, chance.randint(1, len(ALL)))
            said.append(Said(await move(school, cohort, groups=groups), school, cohort, groups))

    async def cut_off(follower: Follower) -> None:
        for _ in range(KILLS):
            most = chance.randint(0, 6)
            await asyncio.gather(flow(), follower.hear(chance.choice(processes), most))

    await asyncio.gather(*(cut_off(each) for each in following))
    said.sort()
    for each in following:
        await each.hear(processes[0], len(each.expected(said)) - len(each.got) + 1)
    assert len(said) >= KILLS * len(following)
    for each in following:
        assert each.got == each.expected(said), each.query
        assert each.got
