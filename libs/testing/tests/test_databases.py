"""Databases for tests carry the roles and rights of production."""

import asyncpg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from testing.databases import emptied, service_database


def tables() -> MetaData:
    metadata = MetaData()
    Table("plain", metadata, Column("id", Integer, primary_key=True))
    Table("history", metadata, Column("id", Integer, primary_key=True), info={"insert_only": True})
    return metadata


async def test_the_application_role_cannot_rewrite_history() -> None:
    async with service_database("sample", tables()) as database:
        connection = await asyncpg.connect(database.app_url)
        try:
            await connection.execute("INSERT INTO history VALUES (1)")
            await connection.execute("INSERT INTO plain VALUES (1)")
            await connection.execute("DELETE FROM plain")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("DELETE FROM history")
        finally:
            await connection.close()


async def test_each_database_is_fresh_and_gone_at_the_end() -> None:
    async with service_database("sample", tables()) as first, service_database("sample", tables()) as second:
        assert first.name != second.name
        connection = await asyncpg.connect(first.app_url)
        await connection.execute("INSERT INTO plain VALUES (1)")
        await connection.close()
        connection = await asyncpg.connect(second.app_url)
        assert await connection.fetchval("SELECT count(*) FROM plain") == 0
        await connection.close()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(first.app_url)


async def test_an_emptied_database_is_as_it_was_migrated() -> None:
    async with service_database("sample", tables()) as database:
        owner = await asyncpg.connect(database.owner_url)
        try:
            await owner.execute("INSERT INTO alembic_version VALUES ('1')")
            for _ in range(2):
                assert await owner.fetch("INSERT INTO history DEFAULT VALUES RETURNING id") == [(1,)]
                await emptied(database)
                assert await owner.fetchval("SELECT count(*) FROM history") == 0
            assert await owner.fetchval("SELECT version_num FROM alembic_version") == "1"
        finally:
            await owner.close()
