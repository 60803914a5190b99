"""What a withdrawn answer gave to measures is nowhere any more, and nothing that comes late or again brings it back."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import ConsumerRecord
from campus import Campus
from format_a import graduate_row, workbook
from survey_team import answer, invited, open_wave

from common.contracts.envelope import as_stored
from common.contracts.measure import TOPIC
from common.kafka import partition_for, reader
from common.publishing import publisher
from common.relay.sending import send
from testing.stack import Stack
from testing.waiting import eventually

Json = dict[str, Any]

PAY = 487_300
"""So odd a number that its digits in a row of JSON are the answer's."""


async def test_no_value_comes_back(stack: Stack, campus: Campus, new_school: str) -> None:
    manager = campus.bearer("survey_manager", school=new_school)
    roster = await campus.import_roster(workbook([graduate_row(number) for number in (1, 2)]), new_school)
    wave = await open_wave(campus, new_school, manager, roster["result"]["change_token"])
    tokens = await invited(campus, wave, manager)
    graduate, other = sorted(tokens)
    for person in (graduate, other):
        assert (await answer(campus, tokens[person], {"related": "yes", "pay": PAY + 40})).status_code == 200
    await eventually(lambda: measured(campus, graduate), within=30)
    await eventually(lambda: measured(campus, other), within=30)
    before = {service: await tables_with_pay(stack, service) for service in ("surveys", "indicators")}
    assert before == {"surveys": {"outbox": 2}, "indicators": {"measure_answers": 2}}
    sent = await messages(stack, graduate, 1)

    own = campus.bearer("graduate", graduate=graduate)
    url = f"{campus.urls['surveys']}/v1/responses"
    [mine] = (await campus.http.get(url, headers=own)).json()["items"]
    done = await campus.http.post(f"{url}/{mine['id']}/withdraw", headers=own | {"If-Match": "*"})
    assert done.status_code == 200, done.text

    async def gone() -> bool:
        return not await measured(campus, graduate)

    await eventually(gone, within=30)
    # a message that a broker gives late, then all of the outbox again, then everything computed anew
    settings = stack.settings("surveys")
    async with publisher(settings) as client:
        late = [as_stored(topic=TOPIC, key=each.key, headers=each.headers, body=each.value) for each in sent[:1]]
        await send(client, settings, late)
    await stack.run("surveys", "replay", "--school", new_school)
    await stack.run("indicators", "rebuild", "--school", new_school)
    again = await messages(stack, graduate, 5)
    assert [b"487300" in (record.value or b"") for record in again] == [True, False, True, False, False]
    await caught_up(stack, new_school)
    after = {service: await tables_with_pay(stack, service) for service in ("surveys", "indicators")}
    assert after == {"surveys": {"outbox": 1}, "indicators": {"measure_answers": 1}}
    assert not await measured(campus, graduate)
    await stack.run("surveys", "verify", "--school", new_school)


async def measured(campus: Campus, graduate: str) -> bool:
    """Whether indicators holds what the graduate has answered."""
    own = campus.bearer("graduate", graduate=graduate)
    found = await campus.http.get(f"{campus.urls['indicators']}/v1/graduates/{graduate}/data", headers=own)
    records = found.json().get("records", {}).get("measures", ())
    return any(each["measured"] == {"salary": PAY, "left_job_12m": False} for each in records)


async def tables_with_pay(stack: Stack, service: str) -> dict[str, int]:
    """How many rows of each table have the number somewhere."""
    connection = await asyncpg.connect(stack.databases[service].admin_url)
    try:
        names = await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        found = {
            row["name"]: await connection.fetchval(
                f'SELECT count(*) FROM "{row["name"]}" AS kept WHERE kept::text ~ $1',
                f"[: ]{PAY}[^0-9]",
            )
            for row in names
        }
    finally:
        await connection.close()
    return {name: count for name, count in found.items() if count}


async def messages(stack: Stack, graduate: str, count: int) -> Sequence[ConsumerRecord]:
    """The first messages about the graduate's measures, once there are so many."""
    settings = stack.settings("indicators")
    read: list[ConsumerRecord] = []
    async with reader(settings, [TOPIC]) as client:
        await client.seek_to_beginning()

        async def enough() -> bool:
            for records in (await client.getmany(timeout_ms=200)).values():
                read.extend(record for record in records if record.key == graduate.encode())
            return len(read) >= count

        await eventually(enough, within=30)
    return read


async def caught_up(stack: Stack, school: str) -> None:
    """Waits until indicators has applied what stands in the school's partition of the topic by now."""
    partition = partition_for(school, stack.settings("indicators").partitions)
    connection = await asyncpg.connect(stack.databases["indicators"].admin_url)
    now = await connection.fetchval("SELECT statement_timestamp()")

    async def applied() -> bool:
        query = "SELECT included_until >= $1 FROM applied_partitions WHERE topic = $2 AND partition = $3"
        return bool(await connection.fetchval(query, now, TOPIC, partition))

    try:
        await eventually(applied, within=30)
    finally:
        await connection.close()
