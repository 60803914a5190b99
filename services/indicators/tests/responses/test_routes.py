"""Response rates over HTTP."""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from pysdmx.io import read_sdmx

from common.contracts.envelope import IncomingEvent
from testing.http import Client, get

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]


async def test_response_rates_count_distinct_graduates(client: Client, apply: Applied, new_school: Any) -> None:
    school = new_school()
    people = [school.enters(sex_code=str(1 + number % 2)) for number in range(6)]
    first, second = uuid4(), uuid4()
    for someone in people:
        school.answers(someone, first, "requested")
        school.answers(someone, second, "requested")
    school.answers(people[0], first, "submitted")
    school.answers(people[0], second, "submitted")
    school.answers(people[1], first, "submitted")
    school.answers(people[2], first, "submitted")
    school.answers(people[2], first, "withdrawn")
    # a wave that asks others before it opens: one of them nobody else asks, and one it asks again
    once, again, planned = school.enters(sex_code="1"), people[5], uuid4()
    for someone in (once, again):
        school.answers(someone, planned, "requested")
        school.answers(someone, planned, "released")
    school.answers(again, planned, "requested")
    await apply(school.events[::-1])
    query = {"school": school.code, "cohort": 2024, "cycle": 1}
    (observation,) = (await get(client("admin"), "/v1/response-rates", **query))["observations"]
    assert observation == {"group": {}, "eligible": 6, "valid": 2, "rate": "33.33"}
    by_sex = (await get(client("admin"), "/v1/response-rates", **query, by="sex"))["observations"]
    assert [(each["group"]["sex"], each["eligible"], each["valid"]) for each in by_sex] == [("1", 3, 1), ("2", 3, 1)]
    empty = (await get(client("admin"), "/v1/response-rates", **(query | {"cycle": 3})))["observations"]
    assert empty == [{"group": {}, "eligible": 0, "valid": 0, "rate": None}]
    assert (await get(client("admin"), "/v1/response-rates", **query, sex="2"))["observations"][0]["eligible"] == 3
    body = await get(client("admin"), "/v1/response-rates", **query)
    definition = await get(client("admin"), "/v1/definitions/response_rate")
    assert (body["definition_hash"], body["snapshot"]) == (definition["hash"], None)
    async with client("admin") as admin:
        text = (await admin.get("/v1/response-rates", params={**query, "by": "sex", "format": "csv"})).content
        sdmx: Any = read_sdmx((await admin.get("/v1/response-rates", params={**query, "format": "sdmx-csv"})).text)
        chart = await admin.get("/v1/response-rates", params={**query, "format": "vega-lite"})
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig")))) == [
        ["sex", "measure", "numerator", "denominator", "rate"],
        ["1", "response_rate", "1", "3", "33.33"],
        ["2", "response_rate", "1", "3", "33.33"],
    ]
    (row,) = sdmx.data[0].data.to_dict("records")
    named = ("COHORT", "MEASURE", "SEX", "OBS_VALUE", "OBS_STATUS", "DEFINITION")
    assert [row[name] for name in named] == ["2024", "response_rate", "_T", "33.33", "P", "response_rate.1"]
    assert chart.status_code == 200


async def test_groups_are_those_of_the_latest_version_also_of_who_is_no_longer_counted(
    client: Client, apply: Applied, new_school: Any
) -> None:
    school, wave = new_school(), uuid4()
    stays, moves, leaves = (school.enters(college_code="C1", origin_place_code="410102") for _ in range(3))
    school.enters(moves, day=date(2024, 3, 1), college_code="C2", origin_place_code="320102")
    school.enters(leaves, day=date(2024, 3, 1), status="withdrawn", college_code="C3", origin_place_code="110101")
    for someone in (stays, moves, leaves, uuid4()):
        school.answers(someone, wave, "requested")
        school.answers(someone, wave, "submitted")
    school.answers(moves, wave, "withdrawn")
    await apply(school.events)
    query = {"school": school.code, "cohort": 2024, "cycle": 1}
    assert await rates(client, query) == [({}, 4, 3)]
    # nobody has said yet where the last one belongs
    for dimension, values in (
        ("college", ("C1", "C2", "C3", None)),
        ("origin_province", ("110000", "320000", "410000", None)),
    ):
        found = await rates(client, query | {"by": dimension})
        assert [group for group, _, _ in found] == [{dimension: value} for value in values]
        assert all(eligible == 1 for _, eligible, _ in found)
    assert await rates(client, query | {"college": "C2"}) == [({}, 1, 0)]
    assert await rates(client, query | {"college": "C3"}) == [({}, 1, 1)]


async def rates(client: Client, query: dict[str, Any]) -> list[tuple[dict[str, str | None], int, int]]:
    found = (await get(client("admin"), "/v1/response-rates", **query))["observations"]
    return [(each["group"], each["eligible"], each["valid"]) for each in found]


async def test_what_is_kept_holds_until_an_answer_or_the_roster_changes(
    client: Client, apply: Applied, new_school: Any
) -> None:
    school, other, wave = new_school(), new_school(), uuid4()
    people = [school.enters(college_code="C1") for _ in range(3)]
    for someone in people:
        school.answers(someone, wave, "requested")
    await apply(school.events)
    query = {"school": school.code, "cohort": 2024, "cycle": 1}
    by_college = query | {"by": "college"}

    async def twice(asked: dict[str, Any]) -> list[tuple[dict[str, str | None], int, int]]:
        found = await rates(client, asked)
        # another school's changes are not this one's
        await apply([other.answers(other.enters(), wave, "requested"), *other.events])
        assert await rates(client, asked) == found
        return found

    assert await twice(by_college) == [({"college": "C1"}, 3, 0)]
    await apply([school.answers(people[0], wave, "submitted")])
    assert await twice(by_college) == [({"college": "C1"}, 3, 1)]
    assert await twice(query | {"college": "C1"}) == [({}, 3, 1)]
    school.enters(people[0], day=date(2024, 3, 1), college_code="C2")
    await apply(school.events[-1:])
    assert await twice(by_college) == [({"college": "C1"}, 2, 0), ({"college": "C2"}, 1, 1)]
    assert await twice(query | {"college": "C1"}) == [({}, 2, 0)]
    assert await twice(query | {"college": "C1", "cycle": 3}) == [({}, 0, 0)]
    await apply([school.answers(people[0], wave, "withdrawn")])
    assert await twice(by_college) == [({"college": "C1"}, 2, 0), ({"college": "C2"}, 1, 0)]
