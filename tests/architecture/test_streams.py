"""After a restore every topic's sequences go on where they were counted: each topic names where, in each service."""

from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.contracts import (
    code_list,
    fact,
    graduate,
    measure,
    monitoring,
    organisation,
    rate,
    registration,
    response,
    task,
)
from common.contracts.catalogue import TOPICS, topics_of
from common.contracts.fields import example_instant
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import Database
from common.outbox import Reached
from testing.databases import service_database

SERVICES = ("registry", "destinations", "surveys", "indicators")
SCHOOL, GRADUATE, DAY = "90990", "5b0a2f57-9a3e-4a52-9d53-0f4f1f0b7c11", date(2024, 6, 20)
COUNTED: Mapping[str, str] = {
    organisation.TOPIC: "SELECT sequence, state FROM schools WHERE code = :key",
    code_list.TOPIC: "SELECT sequence, last_decided_on FROM code_entries_streams WHERE code_list = :key",
    registration.TOPIC: "SELECT sequence, last_decided_on FROM destination_streams WHERE graduate_id::text = :key",
    monitoring.TOPIC: "SELECT sequence, school_code FROM monitoring_streams WHERE school_code = :key",
    fact.TOPIC: "SELECT sequence, last_decided_on FROM fact_streams WHERE graduate_id::text = :key",
    task.TOPIC: "SELECT reminder_sequence, school_code FROM destination_streams WHERE graduate_id::text = :key",
    response.TOPIC: "SELECT sequence, last_decided_on FROM response_streams WHERE graduate_id::text = :key",
    measure.TOPIC: "SELECT sequence, last_decided_on FROM measure_streams WHERE subject_id::text = :key",
    rate.TOPIC: "SELECT sequence, school_code FROM rate_streams WHERE school_code = :key",
}
"""A graduate that registry does not know has no row there: its id, which is random, is never given again."""

BESIDE = {
    organisation.TOPIC: "closed",
    code_list.TOPIC: DAY,
    registration.TOPIC: DAY,
    monitoring.TOPIC: SCHOOL,
    fact.TOPIC: DAY,
    response.TOPIC: DAY,
    measure.TOPIC: DAY,
    rate.TOPIC: SCHOOL,
    task.TOPIC: SCHOOL,
}


def streams_of(service: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = import_module(f"{service}.app").COMPOSITION.service.streams
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_topic_names_where_its_sequences_are_counted(service: str) -> None:
    assert set(streams_of(service)) == set(topics_of(service))


@pytest.mark.parametrize("topic", COUNTED)
async def test_a_key_that_is_not_known_goes_on_after_the_last_sequence_given(topic: str) -> None:
    spec = TOPICS[topic]
    key, raise_streams = (SCHOOL if spec.key == "school_code" else GRADUATE), streams_of(spec.owner)[topic]
    school = OrganisationData(
        school_code=SCHOOL,
        recorded_at=example_instant(),
        unit_kind=UnitKind.SCHOOL,
        code=SCHOOL,
        name="某大学",
        province_code="410000",
    )
    async with service_database(spec.owner) as stored:
        database = Database.connect(stored.app_url)
        for sequence in (7, 5):
            async with database.transaction(SYSTEM) as unit:
                await raise_streams(unit.connection, [Reached(key, SCHOOL, sequence, DAY, (school,))])
                await unit.commit()
        async with database.reading() as connection:
            counted = await connection.execute(text(COUNTED[topic]), {"key": key})
        await database.dispose()
    assert [tuple(row) for row in counted] == [(7, BESIDE[topic])]


def test_the_topic_of_graduates_is_the_only_one_without_a_row_for_unknown_keys() -> None:
    assert set(TOPICS) - COUNTED.keys() == {graduate.TOPIC}
