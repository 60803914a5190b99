"""Imports as work: dry runs, skipped rows, and what an attempt that broke off leaves to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from office import FULL, Office, announced_token, counts, faults, stored, workbook

from common.codes.rules import rules
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import TransientError
from common.imports import ImportKind, run_import
from common.operations import OperationContext, OperationRunner, Outcome
from destinations.registrations.imports import operations
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.databases import ServiceDatabase
from testing.waiting import eventually


async def test_skip_stores_the_good_rows(office: Office) -> None:
    operation = await office.send([office.row(**FULL), office.row(毕业去向="没有"), office.row()], on_error="skip")
    assert operation["state"] == "succeeded"
    assert counts(operation) == (1, 0, 1, 1)
    assert operation["errors_total"] == 1
    assert len(await office.registrations()) == 1


async def test_a_dry_run_tells_and_stores_nothing(office: Office, database: Database) -> None:
    rows = [office.row(**FULL), office.row()]
    operation = await office.send(rows, dry_run="true")
    assert (operation["state"], counts(operation)) == ("succeeded", (1, 0, 1, 0))
    assert operation["result"]["change_token"] is None
    assert await office.registrations() == []
    assert await stored(database, "SELECT 1 FROM outbox") == []
    faulty = await office.send([*rows, office.row(毕业去向="没有")], dry_run="true")
    assert (faulty["state"], counts(faulty)) == ("failed", (0, 0, 0, 1))
    skipped = await office.send([*rows, office.row(毕业去向="没有")], dry_run="true", on_error="skip")
    assert (skipped["state"], counts(skipped)) == ("succeeded", (1, 0, 1, 1))


NO_MORE_THAN_READING = """
    LOCK TABLE destination_streams, registrations, registration_versions, roster_graduates, outbox IN EXCLUSIVE MODE
"""


async def test_a_dry_run_neither_locks_nor_writes(office: Office, addresses: ServiceDatabase, book: Any) -> None:
    """Nor does it wait for whoever does. What registry has just told of a graduate counts all the same."""
    known, gone, changed = (office.row(毕业去向="待就业") for _ in range(3))
    await office.send([known, gone, changed], effective_on="2022-08-31")
    book.change(book.numbers[gone["学号"]][0], status="withdrawn", sequence=2)
    rows = [known, *(row | {"毕业去向": "应征义务兵"} for row in (gone, changed)), office.row(毕业去向="待就业")]
    owner = await asyncpg.connect(addresses.owner_url)
    async with owner.transaction(), asyncio.timeout(10):
        await owner.execute(NO_MORE_THAN_READING)
        operation = await office.send(rows, dry_run="true")
        early = await office.send(rows, dry_run="true", effective_on="2022-08-30", on_error="skip")
    await owner.close()
    assert (counts(operation), operation["result"]["frozen"]) == ((1, 1, 2, 0), 1)
    assert [(each["row"], each["rule"]) for each in operation["warnings"]] == [(3, "graduate_withdrawn")]
    assert counts(early) == (1, 0, 2, 1)
    assert faults(early) == [(4, "学号", "before_previous_decision")]
    assert counts(await office.send(rows)) == (1, 1, 2, 0)


async def test_while_registry_is_down_the_operation_waits(office: Office, book: Any, runner: OperationRunner) -> None:
    rows = [office.row(**FULL)]
    book.down = True
    accepted = await office.post(workbook(rows), "a.xlsx")
    assert await runner.run_once()
    assert (await office.operation(accepted))["state"] == "running"
    book.down = False
    await eventually(runner.run_once, describe="the second attempt")
    assert counts(await office.operation(accepted)) == (1, 0, 0, 0)


async def test_an_import_that_broke_off_after_its_commit_is_not_done_twice(
    office: Office, database: Database, registry: Registry, settings: Settings
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)

    async def import_and_break_off(context: OperationContext) -> Outcome:
        await run_import(registration_import(registry, cipher), context)
        raise TransientError

    accepted = await office.post(workbook([office.row(**FULL)]), "a.xlsx")
    assert await OperationRunner(database.patient, {KIND: import_and_break_off}, cipher=cipher).run_once()
    assert len(await office.registrations()) == 1
    await eventually(office.runner.run_once, describe="the second attempt")
    assert counts(await office.operation(accepted)) == (1, 0, 0, 0)
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 1


def breaking_off(kind: ImportKind, in_part: int) -> Callable[[OperationContext], Awaitable[Outcome]]:
    """An import whose worker breaks off before it commits this part."""

    async def handler(context: OperationContext) -> Outcome:
        note = context.chunk_done

        async def chunk_done(unit: UnitOfWork, number: int, outcome: Mapping[str, Any] | None = None) -> None:
            await note(unit, number, outcome)
            if number == in_part:
                raise TransientError

        context.chunk_done = chunk_done  # type: ignore[method-assign]
        return await run_import(kind, context)

    return handler


def in_parts_of_two(registry: Registry, cipher: FieldCipher) -> ImportKind:
    return replace(registration_import(registry, cipher), chunk_rows=2)


@pytest.fixture
async def half_done(office: Office, database: Database, registry: Registry, settings: Settings) -> httpx.Response:
    """A skipping import of five rows in parts of two, the second of them faulty, of which one part is committed."""
    rows = [office.row(毕业去向=label) for label in ("待就业", "没有", "自由职业", "待就业", "待就业")]
    accepted = await office.post(workbook(rows), "a.xlsx", on_error="skip")
    cipher = FieldCipher.load(settings.keyring_file)
    kind = in_parts_of_two(registry, cipher)
    assert await OperationRunner(database.patient, {KIND: breaking_off(kind, 1)}, cipher=cipher).run_once()
    handlers = {KIND: partial(run_import, kind)}
    office.runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    assert [item["destination_code"] for item in await office.registrations()] == ["70"]
    assert len(await stored(database, "SELECT 1 FROM operation_chunks")) == 1
    assert len(await stored(database, "SELECT 1 FROM outbox")) == 1
    return accepted


async def test_a_skipping_import_goes_on_after_the_parts_that_are_done(
    office: Office, database: Database, half_done: httpx.Response
) -> None:
    await eventually(office.runner.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation)) == ("succeeded", (4, 0, 0, 1))
    assert operation["result"]["change_token"] == await announced_token(database)
    assert faults(operation) == [(3, "毕业去向", "unknown_label")]
    assert sorted(item["destination_code"] for item in await office.registrations()) == ["70", "70", "70", "76"]
    for table in ("registration_versions", "outbox"):
        assert len(await stored(database, f"SELECT 1 FROM {table}")) == 4, table
    audited = "SELECT detail FROM audit_entries WHERE action = 'registration_import' ORDER BY recorded_at"
    details = [entry["detail"] for entry in await stored(database, audited)]
    assert [(each["first_row"], each["last_row"]) for each in details] == [(2, 3), (4, 5), (6, 6)]
    assert sum(each["created"] for each in details) == 4
    assert len(await stored(database, "SELECT 1 FROM operation_chunks")) == 3


async def test_a_refusal_by_registry_ends_the_work_and_counts_what_was_stored(
    office: Office, database: Database, book: Any, half_done: httpx.Response
) -> None:
    book.refuses = True
    await eventually(office.runner.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation)) == ("failed", (1, 0, 0, 1))
    assert operation["result"]["change_token"] == await announced_token(database)
    assert [(each["row"], each["rule"]) for each in operation["errors"]] == [(None, "registry_refused")]
    assert operation["errors"][0]["rule"] in rules()
    at_once = await office.send([office.row(毕业去向="待就业")])
    assert (at_once["state"], counts(at_once), at_once["result"]["change_token"]) == ("failed", (0, 0, 0, 0), None)


async def test_work_that_breaks_counts_what_was_stored(
    office: Office, database: Database, settings: Settings, half_done: httpx.Response
) -> None:
    async def fail(context: OperationContext) -> Outcome:
        raise RuntimeError

    cipher = FieldCipher.load(settings.keyring_file)
    breaking = OperationRunner(database.patient, {KIND: fail}, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    await eventually(breaking.run_once, describe="the second attempt")
    operation = await office.operation(half_done)
    assert (operation["state"], counts(operation), operation["result"]["frozen"]) == ("failed", (1, 0, 0, 1), 0)
    assert operation["result"]["change_token"] == await announced_token(database)
    assert [each["rule"] for each in operation["errors"]] == ["internal_error"]


async def test_two_questions_are_asked_at_a_time_and_rows_stay_in_order(
    office: Office, book: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "ASKED_AT_ONCE", 1)
    book.while_asked = asyncio.Barrier(2).wait
    rows = [office.row(毕业去向="待就业") for _ in range(3)]
    operation = await office.send([*rows, rows[0]])
    assert (operation["state"], faults(operation)) == ("failed", [(5, "学号", "duplicate_in_file")])
    assert book.asked == len(rows) + 1
