"""How long facts stay: until the person is erased, or three years after the cohort was closed; and under which key."""

import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from bureau import EMPLOYED, STUDYING, Bureau, five
from desks import Desk
from enrolling import Enrolment, erasure
from office import stored
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming import Handle
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from destinations.data_copies.storage import collect
from destinations.maintenance import run_retention
from destinations.outside.operations import end_past
from destinations.outside.storage import of_graduate
from destinations.outside.storage.rotation import reseal_facts
from destinations.ring_keys import needs_of
from destinations.settings import Settings


@pytest.fixture
async def recorded(bureau: Bureau) -> Any:
    """A graduate about whom a fact has two versions."""
    graduate, who = bureau.person()
    await bureau.send([who | EMPLOYED])
    assert five(await bureau.send([who | EMPLOYED | {"参保止": "2024-12"}])) == (0, 1, 0, 0, 0)
    return graduate


async def test_of_who_is_erased_no_value_stays_and_none_comes(
    bureau: Bureau, recorded: Any, database: Database, apply: Handle, school: Desk
) -> None:
    await Enrolment(database).keep(bureau.office.book.graduates[recorded])
    await apply([erasure(recorded)])
    rows = await stored(database, "SELECT version, values_cipher, from_on FROM facts ORDER BY version")
    assert [(row.version, row.values_cipher) for row in rows] == [(1, None), (2, None)]
    [item] = (await school.get(f"/v1/graduates/{recorded}/facts")).json()["items"]
    assert (item["values"], item["differs"], item["from_on"]) == ({}, [], "2024-07-01")
    _, again = bureau.person(graduate_id=recorded)
    operation = await bureau.send([again | EMPLOYED])
    assert (five(operation), operation["result"]["warnings"]) == ((0, 0, 1, 0, 0), {"erased_person": 1})


async def test_a_persons_copy_has_all_versions_in_clear(recorded: Any, database: Database, settings: Settings) -> None:
    async with database.reading() as connection:
        records = await collect(connection, FieldCipher.load(settings.keyring_file), recorded)
    assert [(each["version"], each["values"]["employer_name"]) for each in records["facts"]] == [
        (1, "某某公司"),
        (2, "某某公司"),
    ]


async def test_facts_are_deleted_three_years_after_the_closing_day_and_by_nobody_before(
    recorded: Any, registrar: Bureau, database: Database, settings: Settings, addresses: Any
) -> None:
    _, who = registrar.person()
    await registrar.send([who | STUDYING])
    assert await end_past(database, part=1) == 0
    for change in ("UPDATE facts SET values_cipher = NULL", "DELETE FROM facts"):
        async with database.transaction(SYSTEM) as unit:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await unit.connection.execute(text(change))
    owner = await asyncpg.connect(addresses.admin_url)
    await owner.execute(
        "UPDATE facts SET cohort = extract(year FROM quxiang_now())::int - 3 WHERE source = 'credentials'"
    )
    assert await end_past(database, part=1) == 0, "the last day is included"
    await owner.execute("UPDATE facts SET cohort = cohort - 1 WHERE source = 'credentials'")
    await owner.execute("UPDATE facts SET cohort = 2015 WHERE graduate_id = $1", recorded)
    await owner.close()
    assert await run_retention(settings, database, Namespace(dry_run=True)) == 0
    assert len(await stored(database, "SELECT 1 FROM facts")) == 3
    assert await end_past(database, part=1) == 2
    assert await stored(database, "SELECT 1 FROM facts") == []
    entries = await stored(database, "SELECT object_id, detail FROM audit_entries WHERE action = 'retention.end'")
    assert [tuple(entry) for entry in entries] == [("fact", {"count": 1})] * 2


async def test_another_key_seals_facts_anew_and_nothing_else(
    recorded: Any, database: Database, settings: Settings, tmp_path: Path
) -> None:
    assert settings.keyring_file is not None
    ring = KeyRing.load(settings.keyring_file)
    both = replace(ring, fields={**ring.fields, "k9": os.urandom(64)}, current="k9")
    both.store(tmp_path / "ring.json")
    cipher = FieldCipher.load(tmp_path / "ring.json")
    before = await stored(database, "SELECT id, version, recorded_at FROM facts ORDER BY version")
    assert set(await needs_of(database, cipher, ring.current)) == {"facts"}
    assert await reseal_facts(database, cipher, part=1) == 2
    assert await reseal_facts(database, cipher, part=1) == 0
    assert await needs_of(database, cipher, ring.current) == {}
    after = await stored(database, "SELECT id, version, recorded_at FROM facts ORDER BY version")
    assert [*map(tuple, after)] == [*map(tuple, before)]
    async with database.reading() as connection:
        facts = await of_graduate(connection, cipher, recorded)
    assert [each.values["employer_name"] for each in facts] == ["某某公司", "某某公司"]
    # what does not stand is replaced by nothing, and nothing by something
    refused = "SELECT reseal_facts(ARRAY[id], ARRAY[version], ARRAY['x'::bytea], ARRAY['y'::bytea]) FROM facts"
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text(refused))
        await unit.commit()
    async with database.reading() as connection:
        assert await of_graduate(connection, cipher, recorded) == facts
