"""The figures that the contract of indicators, 4, works by hand, and each indicator, asked for over HTTP."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.database import Database
from indicators.tracking.operations import Editions
from indicators.tracking_counts.indicators import INDICATORS, MATCH_GAP
from testing.tokens import TokenMint

SALARIES = (4200, 4800, 5000, 5200, 5500, 5800, 6000, 6500, 7000, 8000, 12000)
PAIRS = [(5000, 6000), (6000, 6600), (4000, 5000), (8000, 8000), (5000, 6500)] * 2
MONTHS = [12] * 4 + [18] * 6 + [24] * 10 + [30] * 6 + [36] * 4
EMPLOYERS = [(1, 100), (9, 50), (2, 75)] * 2
PRICES = "year,area,index,source,verified\n2024,CN,100,a table,false\n2025,CN,103,a table,false\n"
PAY = "year,area,industry,yuan,source,verified\n2025,CN,39,8000,a survey,false\n"


class World:
    """A school of 400 graduates: 100 employed, of whom 20 have a firm, and 300 who are not."""

    def __init__(self, school: Any) -> None:
        self.school = school
        self.people: list[UUID] = [school.enters(education_level_code="31") for _ in range(400)]
        for at in range(100):
            school.goes(self.people[at], "75" if at < 20 else "10", date(2024, 6, 1))

    def answers(self) -> list[Any]:
        """What everybody says, by cycle."""
        said: dict[int, dict[int, dict[str, Any]]] = {0: {}, 1: {}, 3: {}}

        def says(cycle: int, at: int, **values: Any) -> None:
            said[cycle].setdefault(at, {}).update(values)

        for at in range(50):
            # 34 of 50; and of two strata 15 of 20 and 12 of 30
            says(3, 20 + at, higher_degree=at < 34)
            says(3, (20 if at < 20 else 200) + at, training=at < 15 or 20 <= at < 32)
        for at, salary in enumerate(SALARIES):
            says(3, 20 + at, situation="employed", salary=salary)
        for at, months in enumerate(MONTHS):
            says(3, 300 + at, promoted=True, promotion_months=months)
        for at in range(12):
            says(3, at, firm_operating=at < 9)
        for at, (then, now) in enumerate(PAIRS):
            says(0, 30 + at, situation="employed", salary=then)
            says(1, 30 + at, situation="employed", salary=now, industry="39")
        # a wage of nine yuan is a mistake of typing
        says(0, 50, situation="employed", salary=0)
        says(1, 50, situation="employed", salary=6000)
        return [
            self.school.gives(uuid4(), 1, values, graduate_id=self.people[at], cycle=cycle)
            for cycle, of_cycle in said.items()
            for at, values in of_cycle.items()
        ]

    def employers(self) -> list[Any]:
        """Six employers, one of which answers twice and for two levels."""
        return [
            self.school.gives(
                uuid4(), 1, {"ethics": score, "learning": score, "rehire": "yes"}, employer_id=uuid4(), hires=hires
            )
            for hires, score in EMPLOYERS
        ]


@pytest.fixture(scope="module")
async def http(transport: httpx.ASGITransport, mint: TokenMint) -> AsyncIterator[httpx.AsyncClient]:
    headers = mint.headers("admin")
    async with httpx.AsyncClient(transport=transport, base_url="http://indicators", headers=headers) as found:
        yield found


@pytest.fixture(scope="module")
async def world(new_school: Any, apply: Any, http: httpx.AsyncClient, database: Database) -> World:
    """The world with an edition of each cycle and of the employers."""
    for table, rows in (("cpi", PRICES), ("salary-benchmark", PAY)):
        path, headers = f"/v1/reference-tables/{table}", {"Content-Type": "text/csv"}
        (await http.put(path, content=rows.encode(), headers=headers)).raise_for_status()
    found = World(new_school())
    await apply([found.school.described("410000"), *found.school.events])
    await apply([*found.answers(), *found.employers()])
    await apply(
        [found.school.closes(uuid4(), cycle) for cycle in (0, 1, 3)] + [found.school.closes(uuid4(), year=2025)]
    )
    assert await Editions(database).take_due() == 4
    return found


async def total(http: httpx.AsyncClient, world: World, indicator: str, **of: int) -> Any:
    query = {"school": world.school.code, "indicator": indicator, **of}
    body = (await http.get("/v1/tracking", params=query)).raise_for_status().json()
    (observation,) = body["observations"]
    return observation["indicators"][indicator]


def ends(interval: Any) -> str:
    return f"[{interval['low']}, {interval['high']}]"


async def test_a_share(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "higher_degree", cohort=2024, cycle=3)
    assert (found["base"], found["value"], found["unit"]) == (50, "68.00", "percent")
    assert (ends(found["interval"]), found["interval"]["method"]) == ("[54.19, 79.24]", "wilson")


async def test_two_strata(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "training", cohort=2024, cycle=3)
    assert (found["value"], ends(found["interval"])) == ("54.00", "[40.40, 67.03]")
    weighted = found["weighted"]
    assert (weighted["value"], weighted["effective_base"]) == ("48.75", "45.71")
    assert ends(weighted["interval"]) == "[34.93, 62.76]"


async def test_a_median(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "salary", cohort=2024, cycle=3)
    assert (found["value"], found["p25"], found["p75"], found["unit"]) == ("5800", "5100", "6750", "yuan")
    assert (ends(found["interval"]), found["interval"]["method"]) == ("[4800, 8000]", "binomial")


async def test_growth(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "salary_growth", cohort=2024, cycle=1)
    names = ("value", "of_medians", "real", "real_of_medians")
    assert [found[name] for name in names] == ["20.00", "30.00", "16.50", "26.21"]
    assert (found["base"], found["trimmed"]) == (10, 1)


async def test_competitiveness(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "salary_competitiveness", cohort=2024, cycle=1)
    # the median of 5000 5000 6000 6000 6500 6500 6600 6600 8000 8000 by 8000
    assert (found["base"], found["value"], found["unit"]) == (10, "81.25", "percent")


async def test_founders(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "startup_survival", cohort=2024, cycle=3)
    assert (found["base"], found["value"], ends(found["interval"])) == (12, "75.00", "[46.77, 91.11]")
    assert (found["low_bound"], found["high_bound"]) == ("45.00", "85.00")


async def test_years(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "promotion_years", cohort=2024, cycle=3)
    assert (found["value"], found["unit"], ends(found["interval"])) == ("2.00", "years", "[1.78, 2.22]")
    assert found["interval"]["method"] == "normal"


async def test_employers(http: httpx.AsyncClient, world: World) -> None:
    found = await total(http, world, "employer_satisfaction", year=2025)
    assert (found["base"], found["value"], found["per_graduate"]) == (6, "75.00", "58.33")
    assert found["parts"]["ethics"]["value"] == "75.00"
    assert found["parts"]["teamwork"]["status"] == "too_few"
    assert found["weighted"] is None
    found = await total(http, world, "startup_financing", cohort=2024, cycle=3)
    assert (found["status"], found["median"]["status"], found["median"]["value"]) == ("too_few", "too_few", None)
    found = await total(http, world, "rehire", year=2025)
    assert (found["value"], found["per_graduate"]) == ("100.00", "100.00")


async def test_every_indicator_can_be_asked_for(http: httpx.AsyncClient, world: World) -> None:
    for of_employers in (False, True):
        names = [each.id for each in INDICATORS.values() if each.of_employers == of_employers]
        of = {"year": 2025} if of_employers else {"cohort": 2024, "cycle": 3}
        query = {"school": world.school.code, "indicator": ",".join(names), **of}
        body = (await http.get("/v1/tracking", params=query)).raise_for_status().json()
        (observation,) = body["observations"]
        assert [*observation["indicators"]] == names
        assert {each["status"] for each in observation["indicators"].values()} == {"ok", "too_few"}
    query = {"school": world.school.code, "indicator": MATCH_GAP, "cohort": 2024, "cycle": 3, "year": 2025}
    assert (await http.get("/v1/tracking", params=query)).status_code == 200


async def test_what_an_employers_answer_is_about_says_nothing_of_who_was_asked(
    http: httpx.AsyncClient, world: World
) -> None:
    query = {"school": world.school.code, "indicator": "rehire", "year": "2025"}
    for more in ({"by": "post_level"}, {"hire_college": "C1"}, {"hire_college": "C1", "by": "hire_major"}):
        body = (await http.get("/v1/tracking", params=query | more)).raise_for_status().json()
        assert all((each["eligible"], each["respondents"]) == (None, None) for each in body["observations"]), more
    body = (await http.get("/v1/tracking", params=query)).raise_for_status().json()
    assert [(each["eligible"], each["response_rate"]) for each in body["observations"]] == [(0, None)]
