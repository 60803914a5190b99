"""What a group has applied, noted in the database that it was applied to, and reading again what a copy may lack.

The broker keeps a group's offsets. A database that comes back older than they are lacks what lies between; so in a new
run of its server each partition is read again, from a little before the broker's time that the database notes.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, text

from common.auth import SYSTEM
from common.database import Database
from common.errors import TransientError
from common.kafka import broker_time, commit, in_contract, offsets_since, on_wire
from common.observability import logger
from common.outbox import fence
from common.outbox.table import run_columns
from common.settings import ServiceSettings

_RUN = f"({fence.RUN_COLUMNS}) = ({fence.this_run('consumed_partitions')})"
_NAMED = "unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]))"
_OF_THIS_RUN = text(
    f"""
    SELECT topic, partition, applied_at, {_RUN} AS current FROM consumed_partitions
    WHERE consumer_group = :of_group AND (topic, partition) IN (SELECT * FROM {_NAMED})
    """
)
_TAKE_UP = text(
    f"""
    INSERT INTO consumed_partitions (consumer_group, topic, partition, {fence.RUN_COLUMNS})
    SELECT :of_group, topic, partition, {fence.this_run("consumed_partitions")}
      FROM {_NAMED} AS named (topic, partition) ORDER BY topic, partition
    ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET server_started_at = excluded.server_started_at,
        database_oid = excluded.database_oid, table_oid = excluded.table_oid
    """
)
_NOTE = text(
    f"""
    WITH reached AS (
        SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:times AS timestamptz[]))
            AS reached (topic, partition, at)
    ), noted AS (
        UPDATE consumed_partitions AS noted SET applied_at = greatest(noted.applied_at, reached.at) FROM reached
         WHERE noted.consumer_group = :of_group AND noted.topic = reached.topic AND noted.partition = reached.partition
           AND reached.at IS NOT NULL AND {_RUN}
    )
    SELECT count(*) FROM reached JOIN consumed_partitions AS noted USING (topic, partition)
     WHERE noted.consumer_group = :of_group AND {_RUN}
    """
)

_log = logger(__name__)


def consumed_table(metadata: MetaData) -> Table:
    """Adds the table of what the groups of a service have applied."""
    return Table(
        "consumed_partitions",
        metadata,
        Column("consumer_group", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("applied_at", DateTime(timezone=True)),
        *run_columns(),
    )


class NewRunError(Exception):
    """The database's server runs anew, perhaps from a backup: the member must take up its partitions again."""


class Applied:
    """The notes of one member of a group about its partitions. Of those in `taken_up`, what is applied counts."""

    def __init__(self, database: Database, settings: ServiceSettings, group: str) -> None:
        self._database, self._settings, self._group = database, settings, group
        self.taken_up: set[TopicPartition] = set()
        self._being_taken_up: set[TopicPartition] = set()
        self._reached: dict[TopicPartition, datetime] = {}

    async def take_up(self, client: AIOKafkaConsumer) -> Set[TopicPartition]:
        """Sends newly assigned partitions back where the database does not note them in this run of its server.

        Gives those that it sent back: what was fetched of them before says nothing of how far this database is.
        Offsets first, then the note: what is interrupted between the two is sent back again.
        """
        self._being_taken_up = new = client.assignment() - self.taken_up
        if not new:
            return frozenset()
        noted = await self._noted(new)
        behind = {partition: at for partition, (at, current) in noted.items() if not current}
        if behind:
            offsets = await offsets_since(client, behind)
            for partition, offset in offsets.items():
                client.seek(partition, offset)
                self._reached.pop(partition, None)
            await commit(client, offsets)
            # of what was revoked meanwhile, the next assignment may have begun at the later offset
            behind = {partition: at for partition, at in behind.items() if partition in new}
            async with self._database.transaction(SYSTEM) as unit:
                await unit.connection.execute(_TAKE_UP, self._names(behind))
                await unit.commit()
            _log.info("Reads again in a new run of the database", group=self._group, partitions=len(behind))
        self.taken_up |= new
        return behind.keys()

    def forget(self, revoked: Set[TopicPartition]) -> None:
        """Ends what is known of partitions that others may have from now on."""
        self.taken_up -= revoked
        self._being_taken_up -= revoked
        for partition in revoked:
            self._reached.pop(partition, None)

    def note(self, records: Iterable[ConsumerRecord]) -> None:
        """Remembers what is applied until it is stored."""
        for record in records:
            self._reached[TopicPartition(record.topic, record.partition)] = broker_time(record.timestamp)

    async def store(self, assigned: Set[TopicPartition]) -> bool:
        """Stores what is applied, as far as the database answers; raises NewRunError.

        Gives whether `take_up` has seen all these partitions and the database is still in the same run: only then does
        it hold what was applied.
        """
        held = list(self.taken_up)
        reached = [self._reached.get(each) for each in held]
        try:
            if any(reached):
                async with self._database.transaction(SYSTEM) as unit:
                    is_same = len(held) == await unit.connection.scalar(_NOTE, self._names(held) | {"times": reached})
                    await unit.commit()
            else:
                is_same = all(current for _, current in (await self._noted(held)).values())
        except TransientError as error:
            _log.info("Not noted what is applied", group=self._group, cause=error.code)
            return False
        if not is_same:
            raise NewRunError
        for each in held:
            self._reached.pop(each, None)
        return assigned <= self.taken_up

    async def _noted(
        self, partitions: Iterable[TopicPartition]
    ) -> Mapping[TopicPartition, tuple[datetime | None, bool]]:
        async with self._database.reading() as connection:
            rows = await connection.execute(_OF_THIS_RUN, self._names(partitions))
            noted = {
                TopicPartition(on_wire(self._settings, row.topic), row.partition): (row.applied_at, bool(row.current))
                for row in rows
            }
        return {each: noted.get(each, (None, False)) for each in partitions}

    def _names(self, partitions: Iterable[TopicPartition]) -> dict[str, object]:
        named = list(partitions)
        return {
            "of_group": self._group,
            "topics": [in_contract(self._settings, each.topic) for each in named],
            "partitions": [each.partition for each in named],
        }
