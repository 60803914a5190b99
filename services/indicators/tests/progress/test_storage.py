"""What the worker reports becomes the watermark of readers."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from common.consuming import PartitionProgress
from common.database import Database
from indicators.progress.storage import report, standing
from testing.databases import committed

NOON = datetime(2024, 6, 20, 12, tzinfo=UTC)
_AS_BEFORE = text(
    "INSERT INTO applied_partitions (topic, partition, next_offset, included_until) VALUES ('t', 2, 7, :instant)"
)

_LETTER = text(
    """
    INSERT INTO dead_letters (id, consumer_group, topic, partition, message_offset, error, code, published_after)
    VALUES (:id, 'g', 't', :partition, 7, 'Refused', 'refused', :instant)
    """
)


def at(instant: datetime, partition: int = 0, *, end: int = 5) -> PartitionProgress:
    return PartitionProgress("t", partition, 5, end, instant, instant - timedelta(minutes=1))


async def watermark(database: Database, *partitions: int) -> datetime | None:
    async with database.reading() as connection:
        return (await standing(connection, ["t"], partitions)).watermark


async def test_the_watermark_is_that_of_the_partition_that_is_farthest_behind(database: Database) -> None:
    await report(database, [at(NOON, 0), at(NOON + timedelta(minutes=5), 1, end=9)])
    assert await watermark(database, 0) == NOON
    assert await watermark(database, 1) == NOON + timedelta(minutes=4)
    assert await watermark(database, 0, 1) == NOON
    assert await watermark(database, 0, 7) is None


async def test_a_watermark_never_goes_back(database: Database) -> None:
    await report(database, [at(NOON, 3)])
    await report(database, [at(NOON - timedelta(hours=1), 3)])
    assert await watermark(database, 3) == NOON


async def test_a_worker_of_the_image_before_reports_beside_this_one(database: Database) -> None:
    async with committed(database) as connection:
        await connection.execute(_AS_BEFORE, {"instant": NOON})
    await report(database, [at(NOON + timedelta(minutes=1), 2)])
    assert await watermark(database, 2) == NOON + timedelta(minutes=1)


async def test_the_watermark_stands_before_the_first_open_letter(database: Database) -> None:
    await report(database, [at(NOON, 5), at(NOON, 6)])
    for letter, partition, minutes in (("a", 5, 3), ("b", 5, 2), ("c", 6, -60)):
        await letter_at(database, letter, partition, NOON - timedelta(minutes=minutes))
    assert await told(database, 5) == (NOON - timedelta(minutes=3), True)
    # what is lacking was published after all that is known to be included
    assert await told(database, 6) == (NOON, True)
    # it stands still while the rest goes on
    await report(database, [at(NOON + timedelta(minutes=5), 5)])
    assert await told(database, 5) == (NOON - timedelta(minutes=3), True)
    await close(database, "a")
    assert await told(database, 5) == (NOON - timedelta(minutes=2), True)
    await close(database, "b")
    assert await told(database, 5) == (NOON + timedelta(minutes=5), False)


async def test_a_letter_of_a_partition_that_says_nothing_yet_is_told(database: Database) -> None:
    await letter_at(database, "d", 9, NOON)
    assert await told(database, 9) == (None, True)


async def told(database: Database, *partitions: int) -> tuple[datetime | None, bool]:
    async with database.reading() as connection:
        found = await standing(connection, ["t"], partitions)
    return found.watermark, found.incomplete


async def letter_at(database: Database, letter: str, partition: int, instant: datetime) -> None:
    async with committed(database) as connection:
        await connection.execute(_LETTER, {"id": letter, "partition": partition, "instant": instant})


async def close(database: Database, letter: str) -> None:
    async with committed(database) as connection:
        await connection.execute(text("UPDATE dead_letters SET closed_at = noted_at WHERE id = :id"), {"id": letter})
