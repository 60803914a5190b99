"""The data key of a roster, destroyed with its last entry: what it sealed is gone, all that answers goes on."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from changing import wanted
from fastapi import FastAPI

from common import clock
from common.announcing import Roster
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.crypto.data_keys import UnwrappedKeys
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, GraduateId, OperationId, SchoolCode
from registry.disposal.commands import destroy
from registry.disposal.operations import dispose
from registry.graduates.storage import erasing, sources
from registry.graduates.storage.keys import key_of_roster
from registry.maintenance import run_rotate_keys
from registry.settings import Settings
from testing.databases import ServiceDatabase

Json = dict[str, Any]
ReadRows = Callable[..., Awaitable[list[dict[str, Any]]]]

ENDED = Cohort(2019)
"""Six years after 2019 are over on 31 December 2025."""

KEY = "SELECT wrapped IS NULL AS destroyed, destroyed_at IS NOT NULL AS said FROM data_keys WHERE school_code = :code"
FIRST = {"If-Match": '"1"'}


async def erase(unit: UnitOfWork, *, cipher: FieldCipher, graduate_id: str) -> None:
    await erasing.erase(unit.connection, cipher, GraduateId(UUID(graduate_id)), unit.actor)


async def keep_name(unit: UnitOfWork, *, cipher: FieldCipher, roster: Roster, operation_id: OperationId) -> None:
    data = await key_of_roster(unit.connection, cipher, *roster)
    await sources.keep(unit.connection, data, operation_id, "教务系统")


@pytest.fixture
async def people(officer: httpx.AsyncClient, school: str) -> list[Json]:
    """Two graduates of a cohort whose retention has ended."""
    body = {"school_code": school, "cohort": ENDED, "name": "张三", "education_level_code": "31"}
    entered = [await officer.post("/v1/graduates", json=body | {"student_number": number}) for number in "12"]
    assert [each.status_code for each in entered] == [201, 201]
    return [dict(each.json()) for each in entered]


async def test_it_goes_with_the_last_entry_and_nothing_fails_for_it(
    officer: httpx.AsyncClient,
    school: str,
    people: list[Json],
    application: FastAPI,
    database: Database,
    addresses: ServiceDatabase,
    settings: Settings,
    cipher: FieldCipher,
    rows: ReadRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roster, operation_id = Roster(SchoolCode(school), ENDED), OperationId(uuid4())
    tomorrow = f"{clock.today() + timedelta(days=1)}"
    waiver = {"rule_id": "phone_missing", "tolerance": "5", "expires_on": tomorrow, "reason": "在外实习"}
    export = {"columns": ["student_number"], "format": "csv", "purpose": "filing", "reason": "报送省厅"}
    asked = {
        "/v1/waivers": waiver | {"school_code": school, "cohort": ENDED},
        "/v1/clear-exports": export | {"school_code": school, "cohort": ENDED},
        "/v1/population-changes": wanted(school, [people[0]["id"]], "extend", cohort=ENDED),
    }
    for path, body in asked.items():
        made = await officer.post(path, json=body)
        assert made.status_code == 201, made.text
    await database.act(SYSTEM, partial(keep_name, cipher=cipher, roster=roster, operation_id=operation_id))
    [named] = await rows("SELECT name_cipher FROM import_sources WHERE operation_id = :id", id=operation_id)

    async def read_reasons() -> list[str | None]:
        answers = [await officer.get(path, params={"school": school}) for path in asked]
        return [each["reason"] for answer in answers for each in answer.json()["items"]]

    reasons = ["在外实习", "报送省厅", "因病休学"]
    await database.act(SYSTEM, partial(erase, cipher=cipher, graduate_id=people[0]["id"]))
    await dispose(database)
    assert (await rows(KEY, code=school), await read_reasons()) == ([{"destroyed": False, "said": False}], reasons)

    await database.act(SYSTEM, partial(erase, cipher=cipher, graduate_id=people[1]["id"]))
    async with database.transaction(SYSTEM) as writing:
        # an entry may be under way
        await key_of_roster(writing.connection, cipher, *roster)
        assert await database.act(SYSTEM, partial(destroy, roster=roster)) is False
    await dispose(database)
    assert await rows(KEY, code=school) == [{"destroyed": True, "said": True}]
    audited = "SELECT object_id, role FROM audit_entries WHERE action = 'data_key.destroy' AND school_code = :code"
    assert await rows(audited, code=school) == [{"object_id": f"{school} 2019", "role": "system"}]

    # a process that has unwrapped the key lets go of it in ten minutes
    monkeypatch.setattr(application.state.cipher, "_unwrapped", UnwrappedKeys())
    assert await read_reasons() == [None, None, None]
    async with database.reading() as connection:
        forgetful = FieldCipher.load(settings.keyring_file)
        sealed = {UUID(f"{operation_id}"): named["name_cipher"]}
        assert await sources.opened_names(connection, forgetful, sealed) == {}
    shown = (await officer.get(f"/v1/graduates/{people[0]['id']}/history")).json()["items"]
    assert [each["version"] for each in shown] == [1, 2]

    entry = {"school_code": school, "cohort": ENDED, "student_number": "3", "name": "李四"}
    file = {"file": ("roster.csv", "学号,姓名\n3,李四\n".encode())}
    refused = [
        await officer.post("/v1/graduates", json=entry),
        await officer.post("/v1/imports/graduates", data={"school_code": school, "cohort": "2019"}, files=file),
        await officer.post("/v1/waivers", json=asked["/v1/waivers"]),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(409, "retention_ended")] * 3
    assert await run_rotate_keys(settings, database.patient, Namespace(index=False, retire=None)) == 0
    assert await rows(KEY, code=school) == [{"destroyed": True, "said": True}]
    owner = await asyncpg.connect(addresses.owner_url)
    with pytest.raises(asyncpg.CheckViolationError):
        # hashes of erased numbers rest on that of no school
        await owner.execute("UPDATE data_keys SET wrapped = NULL, destroyed_at = now() WHERE school_code IS NULL")
    await owner.close()
