"""Where digests differ, each version is named; a frozen snapshot that was tampered with is found."""

from argparse import Namespace
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg

from common.database import Database
from indicators.maintenance import run_reconcile, run_verify
from indicators.reconciling import reconcile
from indicators.settings import Settings
from indicators.snapshots.operations import verify_snapshots
from testing.http import Client

JUNE = date(2024, 6, 1)


async def test_missing_extra_and_forked_versions_are_named(
    new_school: Any, owners: Any, apply: Any, database: Database
) -> None:
    school = new_school()
    people = [school.enters() for _ in range(20)]
    for someone in people:
        school.goes(someone, "10", JUNE)
    *same, missing, extra, forked = school.events
    await owners.have([*same, missing, replace(forked, id=uuid4())])
    await apply([*same, extra, forked])
    found = await reconcile(database, owners.settings, school.code, patience=0)
    assert {(each.check, each.what.split()[1], each.stored != "none", each.expected != "none") for each in found} == {
        ("missing", f"{missing.key}/{missing.sequence}", False, True),
        ("extra", f"{extra.key}/{extra.sequence}", True, False),
        ("forked", f"{forked.key}/{forked.sequence}", True, True),
    }
    agreeing = new_school()
    agreeing.enters()
    await owners.have(agreeing.events)
    await apply(agreeing.events)
    assert await run_reconcile(owners.settings, database, Namespace(school=agreeing.code)) == 0
    assert await run_reconcile(Settings(database_url=""), database, Namespace(school=agreeing.code)) == 2


async def test_a_snapshot_that_was_tampered_with_is_found(
    new_school: Any, arrive: Any, freeze: Any, client: Client, database: Database, stored: Any
) -> None:
    school = new_school()
    school.goes(school.enters(), "10", JUNE)
    await arrive(school)
    body = {"school_code": school.code, "cohort": 2024, "kind": "initial"}
    asked = (await client("school_officer", school=school.code).post("/v1/snapshots", json=body)).json()["id"]
    assert await freeze() == 1
    assert await verify_snapshots(database, school.code) == []
    connection = await asyncpg.connect(stored.admin_url)
    await connection.execute("UPDATE snapshot_rows SET destination_code = '801' WHERE school_code = $1", school.code)
    await connection.close()
    assert [each.what for each in await verify_snapshots(database)] == [asked]
    parsed = Namespace(school=school.code, figures_only=False, snapshots=True)
    assert await run_verify(Settings(database_url=""), database, parsed) == 1
