"""What majors come from: never from themselves, whoever writes, and however many at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest

from common.auth import Principal, Role
from common.database import Database
from common.errors import Versions
from common.identifiers import MajorCode, SchoolCode
from registry.organisation.commands import change
from registry.organisation.domain import Kind, Place, on_cycles
from testing.databases import ServiceDatabase, sessions_at_a_lock

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]

ADMIN = Principal(subject="admin", role=Role.ADMIN)


@pytest.mark.parametrize(
    ("lineage", "found"),
    [
        ({}, ""),
        ({"A": "B"}, ""),
        ({"A": "BC", "B": "C", "D": "A"}, ""),
        ({"A": "A"}, "A"),
        ({"A": "B", "B": "A", "C": "A", "B2": "C"}, "AB"),
        ({"A": "B", "B": "C", "C": "A", "X": "Y"}, "ABC"),
        ({"A": "B", "B": "A", "M": "B", "C": "DM", "D": "C"}, "ABMCD"),
    ],
)
def test_majors_that_come_from_themselves_are_found(lineage: Mapping[str, str], found: str) -> None:
    assert on_cycles({code: set(of) for code, of in lineage.items()}) == set(found)


def test_a_lineage_of_any_length_is_gone_through() -> None:
    chain = {str(number): {str(number + 1)} for number in range(50_000)}
    assert on_cycles(chain) == set()
    assert len(on_cycles(chain | {"50000": {"0"}})) == 50_001


@pytest.fixture
async def majors(officer: httpx.AsyncClient, school: str) -> str:
    """The address of four majors, of which B was A."""
    base = f"/v1/schools/{school}/majors"
    for code, predecessors in [("A", []), ("B", ["A"]), ("C", []), ("D", [])]:
        answer = await officer.post(base, json={"code": code, "name": f"专业{code}", "predecessors": predecessors})
        assert answer.status_code == 201, answer.text
    return base


async def come_from(officer: httpx.AsyncClient, majors: str, code: str, predecessors: list[str]) -> httpx.Response:
    return await officer.patch(f"{majors}/{code}", json={"predecessors": predecessors}, headers={"If-Match": "*"})


async def test_a_merged_major_says_what_it_comes_from(
    officer: httpx.AsyncClient, school: str, majors: str, rows: Rows
) -> None:
    answer = await come_from(officer, majors, "C", ["D", "B", "D"])
    assert (answer.status_code, answer.json()["predecessors"]) == (200, ["B", "D"])
    assert (await officer.get(f"{majors}/C")).json() == answer.json() | {"change_token": None}
    assert [item["predecessors"] for item in (await officer.get(majors)).json()["items"]] == [[], ["A"], ["B", "D"], []]
    [event] = await rows("SELECT data FROM outbox WHERE key = :school ORDER BY id DESC LIMIT 1", school=school)
    assert event["data"]["predecessors"] == ["B", "D"]
    assert event["data"]["changed_fields"] == ["predecessors"]
    assert (await come_from(officer, majors, "C", [])).json()["predecessors"] == []


@pytest.mark.parametrize(
    ("code", "predecessors", "refused"),
    [
        ("A", ["A"], ("lineage_cycle", "/predecessors", "lineage_cycle")),
        ("A", ["C", "B"], ("lineage_cycle", "/predecessors", "lineage_cycle")),
        ("A", ["C", "NO", "B"], ("invalid", "/predecessors/1", "unknown_unit")),
        ("A", ["C", "a b"], ("invalid", "/predecessors/1", "pattern")),
    ],
)
async def test_no_major_comes_from_itself_or_from_an_unknown_one(
    officer: httpx.AsyncClient, majors: str, code: str, predecessors: list[str], refused: tuple[str, str, str]
) -> None:
    answer = await come_from(officer, majors, code, predecessors)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert (answer.json()["code"], error["pointer"], error["rule"]) == refused
    assert (await officer.get(f"{majors}/{code}")).headers["etag"] == '"1"'


async def test_a_new_major_cannot_be_its_own_predecessor(officer: httpx.AsyncClient, majors: str) -> None:
    answer = await officer.post(majors, json={"code": "E", "name": "专业E", "predecessors": ["E"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "lineage_cycle")


@pytest.mark.usefixtures("majors")
async def test_two_changes_at_once_close_no_circle(
    database: Database, addresses: ServiceDatabase, school: SchoolCode
) -> None:
    held = await asyncpg.connect(addresses.owner_url)
    async with held.transaction():
        await held.execute("SELECT FROM schools WHERE code = $1 FOR UPDATE", school)
        acts = [
            database.patient.act(
                ADMIN.actor,
                partial(
                    change,
                    caller=ADMIN,
                    place=Place(Kind.MAJOR, school, code),
                    expected=Versions(any=True),
                    given={"predecessors": (MajorCode(predecessor),)},
                ),
            )
            for code, predecessor in [("C", "D"), ("D", "C")]
        ]
        changes = asyncio.gather(*acts, return_exceptions=True)
        await sessions_at_a_lock(addresses, 2)
    await held.close()
    assert sorted(type(each).__name__ for each in await changes) == ["LineageCycle", "WrittenUnit"]


async def test_plain_sql_closes_no_circle(addresses: ServiceDatabase, school: str, majors: str) -> None:
    first, second = [await asyncpg.connect(addresses.app_url) for _ in range(2)]
    add = "INSERT INTO major_predecessors VALUES ($1, $2, $3)"
    for code, predecessor in [("A", "B"), ("A", "A"), ("A", "NO"), ("NO", "A")]:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await first.execute(add, school, code, predecessor)
    one = first.transaction()
    await one.start()
    await first.execute(add, school, "C", "D")
    other = asyncio.create_task(second.execute(add, school, "D", "C"))
    await sessions_at_a_lock(addresses, 1)
    await one.commit()
    with pytest.raises(asyncpg.CheckViolationError, match="predecessors"):
        await other
    await asyncio.gather(first.close(), second.close())
