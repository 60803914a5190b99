"""A figure by what some of the events behind it did not say yet says that it is incomplete."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from testing.http import Client, get

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)


async def incomplete(client: Client, path: str, school: Any, **query: Any) -> bool:
    body = await get(client("admin"), path, school=school.code, cohort=2024, **query)
    return bool(body["incomplete"])


SERIES: dict[str, Any] = {"measure": "placement_rate", "to": "2024-06-05"}


async def test_it_is_said_of_the_days_and_dimensions_that_it_is_true_of(
    client: Client, apply: Applied, school: Any, new_school: Any
) -> None:
    other = new_school()
    other.enters(sex_code="1")
    someone = school.enters(sex_code="1")
    school.enters(someone, day=JUNE, urban_rural=None, sex_code="1")
    school.goes(someone, "801", JUNE)
    school.goes(someone, "801", JULY, study_level_code="11", abroad_country_code=None)
    await apply([*school.events, *other.events])
    for by, before, after in (("origin_urban", True, False), ("sex", False, False), ("hardship", False, False)):
        assert await incomplete(client, "/v1/rates", school, by=by, as_of="2024-05-31") is before
        assert await incomplete(client, "/v1/rates", school, by=by, as_of="2024-06-01") is after
        assert await incomplete(client, "/v1/rates", school, by=by) is after
        assert await incomplete(client, "/v1/series", school, by=by, **{"from": "2024-05-31"}, **SERIES) is before
        assert await incomplete(client, "/v1/series", school, by=by, **{"from": "2024-06-01"}, **SERIES) is after
    asked: dict[str, Any] = {"cycle": 1, "indicator": "salary"}
    for by, expected in (("origin_urban", True), ("sex", False)):
        for path, query in (("/v1/response-rates", {"cycle": 1}), ("/v1/tracking", asked)):
            assert await incomplete(client, path, other, by=by, **query) is expected
            assert not await incomplete(client, path, school, by=by, **query)
    assert await incomplete(client, "/v1/tracking", other, origin_urban="rural", **asked)
    # a filter that keeps nothing, because nothing can have its value yet
    assert await incomplete(client, "/v1/rates", school, origin_urban="rural", as_of="2024-05-31")
    for day, expected in (("2024-06-30", True), ("2024-07-01", False)):
        assert await incomplete(client, "/v1/structures", school, dimension="study_level", as_of=day) is expected
        assert not await incomplete(client, "/v1/structures", school, dimension="abroad_country", as_of=day)
        assert not await incomplete(client, "/v1/structures", school, dimension="destination", as_of=day)


async def test_a_destination_that_is_announced_once_more_is_complete_from_its_day_on_and_moves_nothing(
    client: Client, apply: Applied, school: Any, database: Database
) -> None:
    someone = school.enters()
    school.goes(someone, "801", JUNE)
    await apply(school.events)
    assert await incomplete(client, "/v1/structures", school, dimension="study_level")
    moved = text("SELECT count(*) FROM moved_groups WHERE school_code = :school")
    async with database.reading() as connection:
        before = await connection.scalar(moved, {"school": school.code})
    again = school.goes(someone, "801", JUNE, study_level_code="11", abroad_country_code=None)
    await apply([again])
    assert not await incomplete(client, "/v1/structures", school, dimension="study_level", as_of="2024-06-01")
    body = await get(client("admin"), "/v1/structures", school=school.code, cohort=2024, dimension="study_level")
    assert [(each["code"], each["count"]) for each in body["observations"][0]["cells"]] == [("11", 1)]
    async with database.reading() as connection:
        assert await connection.scalar(moved, {"school": school.code}) == before
