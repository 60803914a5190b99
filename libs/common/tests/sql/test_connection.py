"""Statements as the driver runs them, on a real PostgreSQL."""

import gc
import weakref
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import ARRAY, Column, Integer, Text, Uuid, any_, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.schema import Table

from common.auth import SYSTEM
from common.database import Database, new_metadata
from common.sql import Connection, Rows, array, array_sql, uuid_of, uuids_like
from testing.databases import service_database

metadata = new_metadata()
things = Table(
    "things",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("number", Integer),
    Column("about", JSONB),
)
NUMBER = text("SELECT number FROM things WHERE name = :name")
NAMED = select(things).where(things.c.name == bindparam("name"), things.c.number == 7)


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with service_database("example_service", metadata) as address:
        database = Database.connect(address.app_url)
        yield database
        await database.dispose()


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[Connection]:
    async with database.transaction(SYSTEM) as unit:
        yield unit.connection


def thing(name: str, number: int | None = None, about: object = None) -> dict[str, object]:
    return {"id": uuid4(), "name": name, "number": number, "about": about}


async def test_values_of_a_row_are_found_by_place_name_and_attribute(connection: Connection) -> None:
    stored = thing("a", 7, {"title": "问卷", "parts": [1, None]})
    await connection.execute(insert(things), stored)
    row = (await connection.execute(NAMED, {"name": "a", "of no use": 1})).one()
    assert (row[0], row["name"], row.number, row.about) == tuple(stored.values())
    assert isinstance(row.id, UUID)
    assert dict(row) == stored
    with pytest.raises(AttributeError, match="colour"):
        _ = row.colour


async def test_a_missing_value_and_a_list_that_is_written_out_are_mistakes(connection: Connection) -> None:
    with pytest.raises(TypeError, match="no value for 'name'"):
        await connection.execute(NAMED)
    with pytest.raises(TypeError, match="= ANY"):
        await connection.execute(select(things).where(things.c.name.in_(["a", "b"])))


async def test_the_values_say_which_columns_are_written(connection: Connection) -> None:
    stored = thing("b", 1)
    await connection.execute(insert(things), {"id": stored["id"], "name": "b"})
    changed = update(things).where(things.c.id == bindparam("of_id"))
    await connection.execute(changed, {"of_id": stored["id"], "number": 2})
    await connection.execute(changed, {"of_id": stored["id"], "about": []})
    found = await connection.execute(select(things.c.name, things.c.number, things.c.about))
    assert [tuple(row) for row in found] == [("b", 2, [])]


async def test_first_values_and_numbers_of_rows(connection: Connection) -> None:
    assert await connection.scalar(NUMBER, {"name": "c"}) is None
    await connection.execute_many(insert(things), [])
    await connection.execute_many(insert(things), [thing("c", 1), thing("d", 2), thing("e")])
    assert await connection.scalar(NUMBER, {"name": "d"}) == 2
    assert await connection.scalars(select(things.c.name).order_by(things.c.name)) == ["c", "d", "e"]
    among = things.c.name == any_(bindparam("names", type_=ARRAY(Text)))
    assert await connection.affected(update(things).where(among).values(number=0), {"names": ["c", "e", "x"]}) == 2


async def test_what_fails_behind_a_savepoint_is_undone_alone(connection: Connection) -> None:
    stored = thing("kept")
    await connection.execute(insert(things), stored)

    async def fails() -> None:
        async with connection.savepoint():
            await connection.execute(insert(things), thing("undone"))
            await connection.execute(insert(things), stored)

    with pytest.raises(asyncpg.UniqueViolationError):
        await fails()
    async with connection.savepoint():
        await connection.execute(insert(things), thing("kept, too"))
    assert await connection.scalars(select(things.c.name).order_by(things.c.name)) == ["kept", "kept, too"]


async def test_a_savepoint_around_another_is_undone_whole(connection: Connection) -> None:
    async def fails(name: str) -> None:
        async with connection.savepoint():
            await connection.execute(insert(things), thing(name))
            raise LookupError

    async def fails_around() -> None:
        async with connection.savepoint():
            await connection.execute(insert(things), thing("before the inner one"))
            with pytest.raises(LookupError):
                await fails("within")
            raise LookupError

    with pytest.raises(LookupError):
        await fails_around()
    assert await connection.scalars(select(things.c.name)) == []


async def test_a_statement_for_one_run_leaves_nothing_behind(connection: Connection) -> None:
    statement = select(things).where(things.c.name == "a number of a person")
    await connection.execute(statement)
    gone = weakref.ref(statement)
    del statement
    gc.collect()
    assert gone() is None


async def test_a_default_that_nobody_computes_is_a_mistake(connection: Connection) -> None:
    counted = Table("counted", new_metadata(), Column("id", Integer, primary_key=True), Column("n", Integer, default=7))
    with pytest.raises(TypeError, match="server_default"):
        await connection.execute(insert(counted), {"id": 1})


async def test_a_read_is_one_round_trip(database: Database) -> None:
    asked: list[str] = []
    async with database.pool.connection() as driver:
        # the connection that is lent next; of new types it asks once
        driver.add_query_logger(lambda query: asked.append(query.query))
    for _ in range(2):
        asked.clear()
        async with database.reading() as connection:
            await connection.execute(NAMED, {"name": "none"})
    assert len(asked) == 1


async def test_one_row_is_one(connection: Connection) -> None:
    assert Rows().one_or_none() is None
    with pytest.raises(NoResultFound):
        Rows().one()
    two = await connection.execute(text("SELECT 1 UNION ALL SELECT 2"))
    with pytest.raises(MultipleResultsFound):
        two.one_or_none()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["a,b", 'a"b', "a\\b", "{a}", "NULL", "null", "", " 值 ", None]),
        ("int", [1, -2, None, 1]),
        ("boolean", [True, None, False]),
        ("date", [date(2024, 2, 29), None]),
        ("uuid", [UUID(int=7), None, uuid_of(str(UUID(int=2**127 + 5)))]),
        ("bigint", []),
    ],
)
async def test_an_array_in_words_is_the_values(connection: Connection, kind: str, values: list[object]) -> None:
    query = text(f"SELECT {array_sql('values', kind)}")
    assert await connection.scalar(query, {"values": array(values)}) == values


def test_an_id_of_the_drivers_kind_is_like_any_other() -> None:
    plain = uuid4()
    read = uuid_of(str(plain))
    assert (read, hash(read), str(read), read.int, read.bytes) == (
        *(plain, hash(plain), str(plain), plain.int, plain.bytes),
    )
    assert isinstance(read, UUID)
    assert {plain: 1}[read] == 1


async def test_ids_like_one_of_the_database_are_others_of_its_moment(connection: Connection) -> None:
    made, later = [await connection.scalar(text("SELECT uuidv7()")) for _ in range(2)]
    ids = uuids_like(made, 1_000)
    assert ids == sorted(set(ids))
    assert len(ids) == 1_000
    assert {(each.version, each.variant, each.bytes[:8]) for each in ids} == {(7, made.variant, made.bytes[:8])}
    assert made not in ids
    assert max(ids) < later
    assert uuids_like(made, 0) == []
