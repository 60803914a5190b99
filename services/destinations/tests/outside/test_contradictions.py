"""A fact that contradicts the registration in the figures opens a case, once, and clears it when it no longer does."""

import asyncio
import os
from typing import Any

import asyncpg
import pytest
from bureau import EMPLOYED, STUDYING, Bureau
from desks import UNIT, Desk, approved
from enrolling import Enrolment
from office import stored

from common.crypto import FieldCipher
from common.database import Database
from destinations.outside.operations import look_at_due, tend
from destinations.settings import Settings

ELSEWHERE = EMPLOYED | {"统一社会信用代码": "91110000600037341L", "单位名称": "另一公司"}
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 3
CASES = "SELECT rule, subject, state, facts, handler FROM cases ORDER BY id"


@pytest.fixture
def cipher(settings: Settings) -> FieldCipher:
    return FieldCipher.load(settings.keyring_file)


async def employed(bureau: Bureau, database: Database, school: Desk, college: Desk, cohort: int) -> tuple[Any, ...]:
    """A graduate registered at a unit, of a cohort that has a season, with the cells that mean this person."""
    graduate, who = bureau.person(cohort=cohort)
    await Enrolment(database).keep(bureau.office.book.graduates[graduate])
    put = await school.http.put(f"/v1/seasons/10001/{cohort}", json={}, headers=school.headers | {"If-Match": "*"})
    assert put.status_code == 200, put.text
    return graduate, who, await approved(school, college, graduate, UNIT)


async def test_a_contradiction_opens_a_case_once_and_clears_it(
    bureau: Bureau, registrar: Bureau, database: Database, school: Desk, college: Desk, cipher: FieldCipher, season: int
) -> None:
    _, who, registration = await employed(bureau, database, school, college, season)
    await bureau.send([who | ELSEWHERE, who | EMPLOYED], cohort=f"{season}")
    await registrar.send([who | STUDYING | {"入学日期": f"{season}-09-01"}], cohort=f"{season}")
    assert await stored(database, CASES) == [], "the import itself opens none"
    assert await look_at_due(database, cipher, part=2) == 3
    assert await look_at_due(database, cipher, part=2) == 0
    cases = await stored(database, CASES)
    assert sorted(case["facts"]["contradiction"] for case in cases) == ["enrolled_elsewhere", "other_employer"]
    assert {(case["rule"], case["state"]) for case in cases} == {("outside_data", "open")}
    links = await stored(database, "SELECT registration_id FROM case_registrations")
    assert {str(link[0]) for link in links} == {registration.json()["id"]}
    # now that the registration names that employer, the other insurance is the one that contradicts
    code, name = ELSEWHERE["统一社会信用代码"], ELSEWHERE["单位名称"]
    now = await school.get(f"/v1/registrations/{registration.json()['id']}")
    changed = await school.patch(now, {"employer_uscc": code, "employer_name": name})
    assert changed.status_code == 200, changed.text
    assert await look_at_due(database, cipher) == 3
    said = {
        case["facts"]["fact_id"]: (case["state"], case["facts"]["contradiction"])
        for case in await stored(database, CASES)
    }
    assert sorted(said.values()) == [
        ("cleared", "other_employer"),
        ("open", "enrolled_elsewhere"),
        ("open", "other_employer"),
    ]


async def test_without_a_season_nothing_is_doubted(
    bureau: Bureau, database: Database, school: Desk, college: Desk, cipher: FieldCipher
) -> None:
    graduate, who = bureau.person()
    await Enrolment(database).keep(bureau.office.book.graduates[graduate])
    await approved(school, college, graduate, UNIT)
    await bureau.send([who | ELSEWHERE])
    assert await look_at_due(database, cipher) == 0
    assert await stored(database, CASES) == []


async def test_what_stands_long_is_looked_through_seldom_and_what_is_new_at_once(
    bureau: Bureau,
    database: Database,
    school: Desk,
    college: Desk,
    cipher: FieldCipher,
    season: int,
    addresses: Any,
) -> None:
    _, who, registration = await employed(bureau, database, school, college, season)
    await bureau.send([who | ELSEWHERE], cohort=f"{season}")
    owner = await asyncpg.connect(addresses.admin_url)
    for table in ("facts", "seasons", "registration_versions"):
        await owner.execute(f"UPDATE {table} SET recorded_at = recorded_at - interval '2 hours'")
    await owner.close()
    assert await look_at_due(database, cipher) == 0
    await tend(database, cipher)
    assert len(await stored(database, CASES)) == 1
    now = await school.get(f"/v1/registrations/{registration.json()['id']}")
    assert (await school.patch(now, {"position_code": "17"})).status_code == 200
    assert await look_at_due(database, cipher) == 1, "the registration is new"
    assert len(await stored(database, CASES)) == 1
    await bureau.send([who | ELSEWHERE | {"参保起": f"{season}-08-01"}], cohort=f"{season}")
    assert await look_at_due(database, cipher) == 1, "the fact is new"


async def test_a_season_that_begins_lets_its_facts_be_compared(
    bureau: Bureau, database: Database, school: Desk, college: Desk, cipher: FieldCipher, season: int, addresses: Any
) -> None:
    graduate, who = bureau.person(cohort=season)
    await Enrolment(database).keep(bureau.office.book.graduates[graduate])
    await approved(school, college, graduate, UNIT)
    await bureau.send([who | ELSEWHERE], cohort=f"{season}")
    owner = await asyncpg.connect(addresses.admin_url)
    for table in ("facts", "registration_versions"):
        await owner.execute(f"UPDATE {table} SET recorded_at = recorded_at - interval '2 hours'")
    await owner.close()
    assert await look_at_due(database, cipher, lately=False) == 0
    put = await school.http.put(f"/v1/seasons/10001/{season}", json={}, headers=school.headers | {"If-Match": "*"})
    assert put.status_code == 200, put.text
    assert await look_at_due(database, cipher) == 1


async def test_two_workers_at_once_open_one_case(
    bureau: Bureau, database: Database, school: Desk, college: Desk, cipher: FieldCipher, season: int
) -> None:
    _, who, _ = await employed(bureau, database, school, college, season)
    for number in range(1, ROUNDS + 1):
        await bureau.send(
            [who | ELSEWHERE | {"参保起": f"{season}-07-{number % 28 + 1:02}", "单位名称": f"第{number}"}],
            cohort=f"{season}",
        )
        both = await asyncio.gather(*(look_at_due(database, cipher) for _ in range(2)))
        assert 1 <= sum(both) <= 2
    per_fact = await stored(database, "SELECT count(*) AS n FROM cases GROUP BY subject")
    assert {row["n"] for row in per_fact} == {1}
    assert len(per_fact) == len(await stored(database, "SELECT DISTINCT id FROM facts"))
