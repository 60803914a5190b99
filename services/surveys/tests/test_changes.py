"""The service's events over HTTP, for those who follow them without Kafka."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from common.contracts.response import REQUESTED
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.relay.numbering import number_next, sent_position

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


async def test_an_officer_follows_who_was_asked_in_the_own_school(
    client: Client, database: Database, wave: Json, graduates: list[UUID], school: str
) -> None:
    async with dedicated_connection(database.pool, "test relay") as connection:
        # other tests' events come before
        while await number_next(connection, await sent_position(connection)):
            pass
    answer = await client("school_officer", school=school).get("/v1/changes")
    assert answer.status_code == 200, answer.text
    told = answer.json()["items"]
    assert [(each["type"], each["subject"]) for each in told] == [(REQUESTED, str(each)) for each in graduates]
    assert {each["data"]["wave_id"] for each in told} == {wave["id"]}
    assert (await client("survey_manager", school=school).get("/v1/changes")).status_code == 403
