"""Events in tests: settings with topics of their own, an outbox without a service, and a recorder of what arrives."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from common.audit import audit_table
from common.consuming import dead_letter_table
from common.consuming.applied import consumed_table
from common.consuming.reading import read_record
from common.contracts import EVENT_TYPES, IncomingEvent, OutgoingEvent
from common.contracts import code_list as code_list_contract
from common.contracts.fields import example_instant
from common.contracts.registration import DECIDED, TOPIC, DestinationData
from common.database import Database, new_metadata
from common.identifiers import NO_SCHOOL
from common.kafka import consumer, delete_topics, ensure_topics
from common.outbox import outbox_tables
from common.settings import ServiceSettings
from common.sql import Row
from testing.databases import service_database
from testing.shared_servers import kafka_address
from testing.waiting import eventually

PARTITIONS = 3
METADATA = new_metadata()
outbox_tables(METADATA)
audit_table(METADATA)
consumed_table(METADATA)
dead_letter_table(METADATA)


def messaging_settings(service: str, database_url: str, **overrides: Any) -> ServiceSettings:
    """Settings of a service whose topics are its own."""
    given: dict[str, Any] = {
        "kafka": kafka_address(),
        "partitions": PARTITIONS,
        "topic_prefix": f"t-{secrets.token_hex(4)}.",
    }
    return ServiceSettings(service=service, database_url=database_url, **(given | overrides))


@asynccontextmanager
async def own_topics(settings: ServiceSettings) -> AsyncIterator[ServiceSettings]:
    """Creates the topics of the contract under the settings' prefix, and deletes all with that prefix at the end."""
    await ensure_topics(settings)
    try:
        yield settings
    finally:
        await delete_topics(settings, settings.topic_prefix)


@asynccontextmanager
async def outbox_database(*, compared: bool = True) -> AsyncIterator[Database]:
    """A database that has what events need and nothing else, as the application role."""
    async with service_database("destinations", METADATA, compared=compared) as found:
        database = Database.connect(found.app_url)
        try:
            yield database
        finally:
            await database.dispose()


@asynccontextmanager
async def running(*tasks: Callable[[], Any]) -> AsyncIterator[list["asyncio.Task[Any]"]]:
    """Runs coroutines beside a test and cancels them at its end."""
    started = [asyncio.ensure_future(task()) for task in tasks]
    try:
        yield started
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


def destination_event(
    graduate: UUID | None = None, sequence: int = 1, school: str = "90001", **data: Any
) -> OutgoingEvent:
    """An event of the registration topic."""
    key = graduate or uuid4()
    content = {
        "graduate_id": key,
        "registration_id": uuid4(),
        "version": sequence,
        "school_code": school,
        "college_code": "C01",
        "cohort": 2024,
        "destination_code": "10",
        "code_list_version": "2024",
        "flexible": False,
        "source": "import",
        "state": "school_approved",
        "recorded_at": example_instant(),
    }
    return OutgoingEvent(TOPIC, str(key), sequence, DECIDED, school, None, DestinationData(**(content | data)))


class EventRecorder:
    """Reads topics from their beginning, outside of any group, and keeps every event in the order of its arrival."""

    def __init__(self, settings: ServiceSettings, topics: Collection[str] | None = None) -> None:
        self._settings = settings
        self._topics = tuple(topics or {described.topic for described in EVENT_TYPES.values()})
        self.events: list[IncomingEvent] = []

    async def until(
        self, enough: Callable[[Sequence[IncomingEvent]], bool], *, within: float = 20.0
    ) -> list[IncomingEvent]:
        """Waits until the recorded events satisfy a condition, and returns them."""
        await eventually(lambda: enough(self.events), within=within, describe="the expected events")
        return list(self.events)

    @asynccontextmanager
    async def recording(self) -> AsyncIterator["EventRecorder"]:
        """Records in the background."""
        await ensure_topics(self._settings, self._topics)
        async with consumer(self._settings, f"recorder-{secrets.token_hex(4)}", self._topics) as client:

            async def record() -> None:
                while True:
                    for records in (await client.getmany(timeout_ms=100)).values():
                        self.events += [read_record(self._settings, each) for each in records]

            async with running(record):
                yield self


async def outbox_rows(database: Database) -> list[Row]:
    """All rows of the outbox, in id order."""
    async with database.reading() as connection:
        return await connection.execute(text("SELECT * FROM outbox ORDER BY id"))


def code_entry_event(code: str, sequence: int = 1, code_list: str = "industry", **given: Any) -> IncomingEvent:
    """An event of the code list topic, as a consumer receives it: a row for a code from 1 September 2024."""
    content = {
        "school_code": NO_SCHOOL,
        "recorded_at": example_instant(),
        "code_list": code_list,
        "code": code,
        "label_zh": f"行业{code}",
        "label_en": f"Industry {code}",
        "valid_from": date(2024, 9, 1),
        "source": "a notice",
        "verified": False,
        "entry_id": uuid4(),
        "version": 1,
    }
    data = code_list_contract.CodeEntryData(**(content | given))
    return IncomingEvent(
        id=uuid4(),
        type=code_list_contract.CHANGED,
        topic=code_list_contract.TOPIC,
        key=code_list,
        sequence=sequence,
        school_code=data.school_code,
        decided_on=None,
        recorded_at=data.recorded_at,
        position=sequence,
        data=data,
        partition=0,
        offset=sequence,
    )
