"""What a unit of work promises, tried on a real PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, text

from common.audit import audit_table
from common.auth import Actor
from common.contracts import OutgoingEvent
from common.contracts.organisation import CHANGED, TOPIC, OrganisationData
from common.database import Database, DatabaseUnavailable, SerialisationConflict, UnitOfWork, new_metadata
from common.errors import TransientError
from common.observability import exception_summary
from common.outbox import outbox_tables
from common.settings import ServiceSettings
from testing.databases import committed, service_database
from testing.waiting import eventually

OFFICER = Actor("officer", "school_officer")

metadata = new_metadata()
audit_table(metadata)
outbox_tables(metadata)
Table("accounts", metadata, Column("name", Text, primary_key=True), Column("count", Integer, nullable=False))
Table(
    "promises",
    metadata,
    Column("account", Text, ForeignKey("accounts.name", deferrable=True, initially="DEFERRED"), primary_key=True),
)

INSERT = text("INSERT INTO accounts (name, count) VALUES (:name, 0)")
RAISE = text("UPDATE accounts SET count = count + 1 WHERE name = :name")


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    async with service_database("example_service", metadata) as address:
        database = Database.connect(settings(address.app_url))
        yield database
        await database.dispose()


def settings(url: str, **other: Any) -> ServiceSettings:
    return ServiceSettings(service="example", database_url=url, **{"pool_size": 4, **other})


async def stored(database: Database, name: str) -> int | None:
    async with database.reading() as connection:
        count: int | None = await connection.scalar(
            text("SELECT count FROM accounts WHERE name = :name"), {"name": name}
        )
        return count


async def insert_accounts(database: Database, *names: str) -> None:
    async with database.transaction(OFFICER) as unit:
        for name in names:
            await unit.connection.execute(INSERT, {"name": name})
        await unit.commit()


def unit_event(code: str) -> OutgoingEvent:
    now = datetime.now(UTC)
    data = OrganisationData(
        unit_kind="school", code=code, name="测试大学", school_code=code, province_code="410000", recorded_at=now
    )
    return OutgoingEvent(TOPIC, code, 1, CHANGED, code, None, data)


async def test_work_that_is_not_committed_is_undone(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        await unit.connection.execute(INSERT, {"name": "forgotten"})
    assert await stored(database, "forgotten") is None


async def test_work_before_an_exception_is_undone(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.transaction(OFFICER) as unit:
            await unit.connection.execute(INSERT, {"name": "half"})
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await fail_half_way()
    assert await stored(database, "half") is None


async def test_a_connection_that_cannot_be_given_back_hides_no_failure(database: Database) -> None:
    async def fail_while_something_runs() -> None:
        async with database.transaction(OFFICER) as unit:
            running.append(asyncio.ensure_future(unit.driver.execute("SELECT pg_sleep(60)")))
            await asyncio.sleep(0)
            raise LookupError

    running: list[asyncio.Future[str]] = []
    with pytest.raises(LookupError):
        await fail_while_something_runs()
    await asyncio.gather(*running, return_exceptions=True)
    assert database.pool.in_use == 0


async def test_state_event_and_audit_entry_become_true_together(database: Database) -> None:
    async with database.transaction(OFFICER, correlation_id="request-1") as unit:
        await unit.connection.execute(INSERT, {"name": "whole"})
        token = await unit.announce(unit_event("90001"))
        await unit.audit(
            "create", "account", "whole", school_code="90001", detail={"rows": 3, "phone": "13800138000", "kind": "x"}
        )
        await unit.commit()
    async with database.reading() as connection:
        entry = (await connection.execute(text("SELECT * FROM audit_entries WHERE object_id = 'whole'"))).one()
        event = (await connection.execute(text("SELECT * FROM outbox WHERE school_code = '90001'"))).one()
    assert (entry.subject, entry.role, entry.action, entry.correlation_id) == (
        "officer",
        "school_officer",
        "create",
        "request-1",
    )
    assert entry.detail == {"rows": 3, "phone": "[redacted]", "kind": "x"}
    assert (event.key, event.sequence, event.position) == (token.key, token.sequence, None)
    assert event.correlation_id == "request-1"


async def test_event_and_audit_entry_of_undone_work_do_not_exist(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        await unit.announce(unit_event("90002"))
        await unit.audit("create", "account", "undone", school_code="90002")
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM outbox WHERE school_code = '90002'")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM audit_entries WHERE object_id = 'undone'")) == 0


async def test_a_commit_that_fails_raises(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        await unit.connection.execute(text("INSERT INTO promises VALUES ('nobody')"))
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await unit.commit()


async def test_a_commit_over_a_lost_connection_raises(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        await unit.connection.execute(INSERT, {"name": "lost"})
        pid = await unit.connection.scalar(text("SELECT pg_backend_pid()"))
        async with database.reading() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(DatabaseUnavailable):
            await unit.commit()
    assert await stored(database, "lost") is None


async def test_a_commit_after_a_failed_statement_is_no_success(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        with pytest.raises(asyncpg.UndefinedTableError):
            await unit.connection.execute(text("SELECT * FROM nothing"))
        with pytest.raises(RuntimeError, match="failed"):
            await unit.commit()


async def test_nothing_can_be_written_after_the_commit(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        await unit.commit()
        with pytest.raises(RuntimeError, match="ended"):
            await unit.connection.execute(INSERT, {"name": "late"})
        with pytest.raises(RuntimeError, match="ended"):
            await unit.commit()


async def test_the_driver_connection_works_inside_the_transaction(database: Database) -> None:
    async with database.transaction(OFFICER) as unit:
        driver = unit.driver
        await driver.copy_records_to_table("accounts", records=[("copied", 7)], columns=["name", "count"])
    assert await stored(database, "copied") is None


async def test_a_deadlock_is_a_conflict_of_one_of_the_two(database: Database) -> None:
    await insert_accounts(database, "left", "right")
    both_locked = asyncio.Barrier(2)

    # the server looks for deadlocks after a second; who waits shorter is busy before
    async def raise_both(first: str, second: str) -> None:
        async with database.patient.transaction(OFFICER) as unit:
            await unit.connection.execute(RAISE, {"name": first})
            await both_locked.wait()
            await unit.connection.execute(RAISE, {"name": second})
            await unit.commit()

    attempts = [raise_both("left", "right"), raise_both("right", "left")]
    ends = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [SerialisationConflict]
    assert [await stored(database, name) for name in ("left", "right")] == [1, 1]


async def test_concurrent_writers_lose_no_update(database: Database) -> None:
    await insert_accounts(database, "hot")

    async def raise_once() -> None:
        async with database.transaction(OFFICER) as unit:
            await unit.connection.execute(RAISE, {"name": "hot"})
            await unit.commit()

    await asyncio.gather(*(raise_once() for _ in range(50)))
    assert await stored(database, "hot") == 50


async def test_other_errors_of_the_database_pass_without_the_bound_values(database: Database) -> None:
    await insert_accounts(database, "canary-410102199901011234")
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await insert_accounts(database, "canary-410102199901011234")
    assert "canary" not in str(exception_summary(caught.value))


async def test_cancelled_tasks_leak_no_connection_and_no_transaction(database: Database) -> None:
    await insert_accounts(database, "cancelled")
    chance = random.Random(7)

    async def work() -> None:
        async with database.transaction(OFFICER) as unit:
            await unit.connection.execute(RAISE, {"name": "cancelled"})
            await unit.connection.execute(text("SELECT pg_sleep(0.002)"))
            await unit.commit()

    for _ in range(40):
        tasks = [asyncio.create_task(work()) for _ in range(8)]
        await asyncio.wait(tasks, timeout=chance.uniform(0, 0.02))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def all_returned() -> bool:
        async with database.reading() as connection:
            idle = await connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%'"
                )
            )
        return idle == 0 and database.pool.in_use == 0

    await eventually(all_returned)
    assert await asyncio.wait_for(stored(database, "cancelled"), 5) is not None


async def test_a_connection_that_the_server_closed_is_replaced_unnoticed(database: Database) -> None:
    async with database.reading() as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> :own AND usename = current_user"
            ),
            {"own": own},
        )

        async def others_are_gone() -> bool:
            count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return bool(await connection.scalar(count) == 1)

        await eventually(others_are_gone)
    for _ in range(4):
        await stored(database, "any")


async def test_waiting_for_a_connection_and_for_a_statement_is_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.pool.url
    monkeypatch.setattr("common.database.pool.POOL_TIMEOUT", 0.2)
    small = Database.connect(settings(url, pool_size=1, statement_timeout_seconds=1))
    async with small.reading() as connection:
        with pytest.raises(DatabaseUnavailable):
            async with small.reading():
                pass
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.execute(text("SELECT pg_sleep(5)"))
    await small.dispose()


async def test_a_database_that_cannot_be_reached_is_a_transient_failure() -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable) as caught:
        async with nowhere.transaction(OFFICER):
            pass
    assert isinstance(caught.value, TransientError)
    await nowhere.dispose()


async def test_a_closed_pool_lends_no_more(database: Database) -> None:
    closed = Database.connect(database.pool.url)
    async with closed.reading():
        pass
    await closed.dispose()
    with pytest.raises(DatabaseUnavailable):
        async with closed.reading():
            pass
    assert closed.pool.in_use == 0


async def test_limits_are_set_for_every_connection(database: Database) -> None:
    async with database.reading() as connection:
        shown = {
            name: await connection.scalar(text(f"SHOW {name}"))
            for name in ("statement_timeout", "idle_in_transaction_session_timeout", "application_name", "TimeZone")
        }
    assert shown == {
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "15s",
        "application_name": "example",
        "TimeZone": "UTC",
    }


async def test_a_snapshot_sees_one_moment_and_cannot_write(database: Database) -> None:
    name = f"snapshot-{uuid4()}"
    async with database.reading(snapshot=True) as connection:
        count = text("SELECT count(*) FROM accounts WHERE name = :name")
        before = await connection.scalar(count, {"name": name})
        await insert_accounts(database, name)
        assert await connection.scalar(count, {"name": name}) == before
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute(INSERT, {"name": "written"})


async def test_a_statement_prepared_before_a_migration_is_a_conflict_once(database: Database) -> None:
    count = text("SELECT * FROM accounts WHERE name = 'none'")
    url = database.pool.url.replace("_app", "_owner")
    single, owner = Database.connect(settings(url, pool_size=1)), Database.connect(url)
    async with single.transaction(OFFICER) as unit:
        await unit.connection.execute(count)
    async with committed(owner) as connection:
        await connection.execute(text("ALTER TABLE accounts ADD COLUMN note text"))
    with pytest.raises(SerialisationConflict):
        async with single.transaction(OFFICER) as unit:
            await unit.connection.execute(count)
    async with single.transaction(OFFICER) as unit:
        await unit.connection.execute(count)
    await single.dispose()
    await owner.dispose()


async def test_a_standby_that_is_not_promoted_yet_takes_no_write_just_now(database: Database) -> None:
    async def write(unit: UnitOfWork) -> None:
        await unit.connection.execute(text("SET TRANSACTION READ ONLY"))
        await unit.connection.execute(INSERT, {"name": "standby"})

    with pytest.raises(DatabaseUnavailable):
        await database.act(OFFICER, write)
