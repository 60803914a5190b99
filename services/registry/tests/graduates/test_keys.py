"""One data key a roster: made once, wrapped anew under load, and nothing that an event does not carry in clear."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from changing import moved
from erased import erase_now
from importing import Imported, counts, import_line
from sqlalchemy import LargeBinary, text

from common.auth import SYSTEM, Principal, Role, RowScope
from common.crypto import FieldCipher, KeyRing, UndecryptableError
from common.database import Database, UnitOfWork
from common.errors import TransientError
from common.identifiers import Cohort, SchoolCode
from common.operations import OperationRunner
from common.service_process import NOT_DONE
from registry.graduates import commands
from registry.graduates.domain.entry import SEALED, Filters, StoredGraduate
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.storage import roster
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.rotation import (
    UNDER_THE_RING,
    ServiceConnectedError,
    needs_of,
    recompute_indexes,
    rewrap_data_keys,
)
from registry.graduates.storage.sealing import number_indexes
from registry.maintenance import run_rotate_keys
from registry.schema import metadata
from registry.settings import Settings
from testing.databases import ServiceDatabase, service_database, sessions_at_a_lock

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ADMIN = Principal(subject="admin", role=Role.ADMIN)
SEES_ALL = RowScope(everything=True)
KEYS = "SELECT id, cohort, wrapped FROM data_keys WHERE school_code = :school"
CANARIES = {
    "student_number": "S2020CANARY",
    "exam_number": "20419999123456",
    "name": "欧阳金丝雀",
    "citizen_id": "11010119900307002X",
    "phone": "13912345678",
    "birth_date": "1990-03-07",
    "political_status_code": "01",
    "enrolled_on": "2020-09-07",
    "graduated_on": "2024-06-29",
    "major_direction": "金丝雀方向",
    "commissioning_unit": "金丝雀单位",
    "duration_years": "4.5",
    "document_type_code": "1",
    "campus": "金丝雀校区",
    "admission_mode_code": "01",
    "higher_vocational": True,
    "commissioning_place_code": "410102",
    "household_place_code": "410327",
    "household_address": "河南省宜阳县金丝雀村一组",
    "household_kind": "resident",
    "household_moved_in": False,
    "prior_police_station": "河南省宜阳县金丝雀派出所",
    "prior_file_unit": "河南省宜阳县金丝雀中学",
    "file_moved_in": True,
    "marital_status_code": "10",
    "health_status_code": "10",
    "qualification": "金丝雀资格",
    "home_phone": "037967891234",
    "email": "canary@example.cn",
    "residence_address": "河南省洛阳市金丝雀路一号",
}
MASKED = (
    *("name", "citizen_id", "phone", "home_phone", "email", "residence_address", "household_address"),
    *("prior_police_station", "prior_file_unit", "commissioning_unit", "marital_status_code", "health_status_code"),
)


async def test_the_first_writers_of_a_roster_make_one_key(officer: httpx.AsyncClient, school: str, rows: Rows) -> None:
    body = {"school_code": school, "cohort": 2024, "name": "李四"}
    answers = await asyncio.gather(
        *(officer.post("/v1/graduates", json=body | {"student_number": str(number)}) for number in range(8))
    )
    assert {each.status_code for each in answers} == {201}
    await officer.post("/v1/graduates", json=body | {"student_number": "1", "cohort": 2023})
    assert sorted(each["cohort"] for each in await rows(KEYS, school=school)) == [2023, 2024]
    assert len((await officer.get("/v1/graduates")).json()["items"]) == 9


async def test_a_key_whose_maker_failed_seals_nothing(
    database: Database, cipher: FieldCipher, school: SchoolCode, rows: Rows
) -> None:
    enter = partial(commands.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=Cohort(2024))

    async def failing(unit: UnitOfWork) -> None:
        await enter(unit, given={"student_number": "1", "name": "张三"})
        raise LookupError

    with pytest.raises(LookupError):
        await database.act(ADMIN.actor, failing)
    assert await rows(KEYS, school=school) == []
    stored = await database.act(ADMIN.actor, partial(enter, given={"student_number": "1", "name": "张三"}))
    assert [each["id"] for each in await rows(KEYS, school=school)] == [stored.data_key_id]


async def test_no_sealed_field_is_stored_in_clear(
    client: Client, officer: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    assert CANARIES.keys() == set(SEALED)
    body = {"school_code": school, "cohort": 2024, **CANARIES}
    made = await officer.post("/v1/graduates", json=body)
    assert made.status_code == 201, made.text
    changed = await officer.patch(made.headers["location"], json={"sex_code": "2"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    document = {"number": "金丝雀文号", "issued_on": "2024-06-18"}
    await moved(client, school, [made.json()["id"]], "withdraw", reason="金丝雀原因", document=document)
    gone = await officer.get(made.headers["location"])
    assert {field: gone.json()[field] for field in CANARIES if field not in MASKED} == {
        field: value for field, value in CANARIES.items() if field not in MASKED
    }
    assert not {gone.json()[field] for field in MASKED} & set(CANARIES.values())
    await nowhere_in_clear(rows, *(text for each in CANARIES.values() if len(text := str(each)) > 8), "金丝雀")


async def nowhere_in_clear(rows: Rows, *sought: str) -> None:
    for table in metadata.tables:
        dumped = str(await rows(f'SELECT each::text FROM "{table}" AS each'))
        for canary in sought:
            assert canary not in dumped, (table, canary)
            assert canary.encode().hex() not in dumped, (table, canary)


async def test_no_cell_at_fault_is_stored_in_clear(imported: Imported, files: Any, rows: Rows) -> None:
    header = [COLUMNS.headers[field.removesuffix("_code")][0] for field in SEALED]
    odd = {"citizen_id": None, "birth_date": "1951-03-08", "enrolled_on": "2009-09-08", "graduated_on": "2027-06-13"}
    warned = [(CANARIES | odd)[field] for field in SEALED]
    refused = [f"{field} 金丝雀" + "金" * 200 for field in SEALED]
    done = await imported(files.csv([header, warned, refused]), "a.csv", on_error="skip")
    assert counts(done) == [1, 0, 0, 1]
    shown = {each["column"]: each["value"] for each in done["errors"]}
    assert shown.keys() == set(header)
    assert sum("金丝雀" in value for value in shown.values()) >= 7
    assert [each["value"] for each in done["warnings"]] == ["1951-03-08", "2027-06-13", "2009-09-08"]
    await nowhere_in_clear(rows, "金丝雀", "1951-03-08", "2027-06-13", "2009-09-08", "S2020CANARY", "13912345678")


@pytest.fixture
async def apart(school: str) -> AsyncIterator[ServiceDatabase]:
    """A database of its own with one school."""
    async with service_database("registry") as stored:
        database = Database.connect(stored.app_url)
        async with database.transaction(SYSTEM) as unit:
            await unit.connection.execute(
                text("INSERT INTO schools (code, name, province_code) VALUES ('10001', '测试大学', '410000')")
            )
            await unit.commit()
        await database.dispose()
        yield stored


def rings() -> tuple[KeyRing, KeyRing, KeyRing]:
    """One that has the next key already, one that makes it current, and one without the key before."""
    old, other = KeyRing.generate("k1"), KeyRing.generate("k2")
    ready = replace(old, fields={**old.fields, **other.fields})
    both = replace(ready, current="k2")
    return ready, both, replace(both, fields=other.fields)


async def enter(database: Database, cipher: FieldCipher, cohort: int, number: int) -> StoredGraduate:
    act = partial(
        commands.create,
        caller=ADMIN,
        cipher=cipher,
        school_code=SchoolCode("10001"),
        cohort=Cohort(cohort),
        given={"student_number": str(number), "name": "张三", "exam_number": f"E{number}"},
    )
    return await database.act(ADMIN.actor, act)


async def test_keys_are_wrapped_anew_beside_writers_and_the_old_one_is_no_longer_needed(apart: ServiceDatabase) -> None:
    ready, both, new = rings()
    database = Database.connect(apart.app_url)
    # processes come to the new key one by one: half of the writers wrap by the old one still
    ciphers = [FieldCipher(ring) for ring in (ready, both) * 4]

    async def write(cipher: FieldCipher, place: int) -> None:
        for number in range(6):
            await enter(database.patient, cipher, 2000 + number, place)

    async def bring(cipher: FieldCipher) -> None:
        for number in range(6):
            async with database.patient.transaction(SYSTEM) as unit:
                line = {"学号": f"I{number}", "姓名": "李四"}
                await import_line(database, cipher, unit, SchoolCode("10001"), Cohort(2000 + number), line)
                await unit.commit()

    async def rotate() -> None:
        for _ in range(10):
            await rewrap_data_keys(database.patient, FieldCipher(both))

    writers = [write(cipher, place) for place, cipher in enumerate(ciphers)]
    await asyncio.gather(*writers, bring(ciphers[0]), rotate())
    # what writers have wrapped by the old one since
    await rewrap_data_keys(database.patient, FieldCipher(both))
    assert await rewrap_data_keys(database.patient, FieldCipher(both)) == 0
    assert await needs_of(database, FieldCipher(both), "k1") == {}
    assert await needs_of(database, FieldCipher(both), "k2") == {"data_keys": 6}
    async with database.reading() as connection:
        found = await roster.listed(connection, FieldCipher(new), SEES_ALL, Filters(), after=None, limit=100)
        assert len({(each.cohort, each.entry.student_number) for each in found}) == 54
        only_old = FieldCipher(replace(ready, fields={"k1": ready.fields["k1"]}))
        with pytest.raises(UndecryptableError):
            await roster.listed(connection, only_old, SEES_ALL, Filters(), after=None, limit=1)
    await database.dispose()


async def test_a_rotation_waits_for_who_begins_a_roster(apart: ServiceDatabase) -> None:
    old, both, _ = rings()
    database = Database.connect(apart.app_url)
    async with database.transaction(SYSTEM) as unit:
        await key_of_roster(unit.connection, FieldCipher(old), SchoolCode("10001"), Cohort(2024))
        with pytest.raises(TransientError):
            await rewrap_data_keys(database.patient, FieldCipher(both), wait_seconds=0)
        await unit.commit()
    assert await rewrap_data_keys(database.patient, FieldCipher(both)) == 1
    await database.dispose()


async def test_only_a_key_of_the_ring_is_retired_and_not_the_one_that_writes(
    apart: ServiceDatabase, settings: Settings, tmp_path: Path
) -> None:
    ready, both, _ = rings()
    both.store(tmp_path / "ring")
    settings = settings.model_copy(update={"keyring_file": tmp_path / "ring"})
    database = Database.connect(apart.app_url)
    await enter(database, FieldCipher(ready), 2024, 1)
    ended = {
        name: await run_rotate_keys(settings, database, Namespace(index=False, retire=name))
        for name in ("k2", "K1", "", "k1")
    }
    assert ended == {"k2": NOT_DONE, "K1": NOT_DONE, "": NOT_DONE, "k1": 0}
    await database.dispose()


def test_every_ciphertext_is_under_a_data_key_or_counted_for_its_key() -> None:
    binary = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    keyed = {(table, name) for table, name in binary if name.endswith(("_index", "_fingerprint", "_hash"))}
    roster_keys = {
        (table, name) for table in ("graduates", "graduate_versions") for name in ("sealed", "sealed_reason")
    }
    requests = {("population_changes", f"{name}_cipher") for name in ("reason", "decision_reason", "document_number")}
    requests |= {("waivers", f"{name}_cipher") for name in ("reason", "decision_reason")}
    ring_keys = {(table, name) for table, names in UNDER_THE_RING.items() for name in names}
    requests |= {("corrections", f"{name}_cipher") for name in ("reason", "decision_reason", "content")}
    requests |= {("population_change_files", f"{name}_cipher") for name in ("reason", "document_number")}
    requests |= {("clear_exports", f"{name}_cipher") for name in ("reason", "decision_reason")}
    requests |= {("erasures", f"{name}_cipher") for name in ("reason", "decision_reason")}
    others = {("reveals", "note_cipher"), ("import_sources", "name_cipher")}
    others |= {("photos", "reason_cipher"), ("photos", "fingerprint"), ("talent_profiles", "skills_cipher")}
    others |= {("contact_requests", "asked_cipher"), ("contact_requests", "shared_cipher")}
    assert binary - keyed == {*ring_keys, *roster_keys, *requests, *others}


async def test_a_key_is_needed_for_files_and_cells_at_fault_of_its_time(
    officer: httpx.AsyncClient,
    school: str,
    files: Any,
    cipher: FieldCipher,
    database: Database,
    runner: OperationRunner,
) -> None:
    form = {"school_code": school, "cohort": "2024"}
    content = files.csv([["学号", "姓名", "毕业日期"], ["1", "张三", "2027-06-13"]])
    await officer.post("/v1/imports/graduates", data=form, files={"file": ("a.csv", content)})
    before = await needs_of(database, cipher, cipher.current)
    assert before["upload_chunks"] >= 1
    while await runner.run_once():
        pass
    after = await needs_of(database, cipher, cipher.current)
    # the warning shows a cell; there is no report
    assert after["operations"] > before.get("operations", 0)


async def test_indexes_are_recomputed_while_the_service_is_stopped(apart: ServiceDatabase) -> None:
    ring = KeyRing.generate()
    old, new = FieldCipher(ring), FieldCipher(replace(ring, index=KeyRing.generate().index))
    database = Database.connect(apart.app_url)
    for number in range(3):
        await enter(database, old, 2024, number)
    gone = await enter(database, old, 2024, 3)
    await erase_now(database, old, str(gone.id))
    other = Database.connect(apart.app_url)
    with pytest.raises(ServiceConnectedError):
        await recompute_indexes(other.patient, new)
    await database.dispose()
    assert await recompute_indexes(other.patient, new) == 3
    for cipher, found in ((new, 1), (old, 0)):
        equal = number_indexes(cipher, {"exam_number": "E1"})
        async with other.reading() as connection:
            named = await roster.found_by_indexes(connection, cipher, SEES_ALL, equal, names=(), limit=9)
            assert len(named) == found
    await other.dispose()


async def test_a_process_that_comes_while_indexes_are_recomputed_undoes_it(apart: ServiceDatabase) -> None:
    ring = KeyRing.generate()
    old, new = FieldCipher(ring), FieldCipher(replace(ring, index=KeyRing.generate().index))
    database = Database.connect(apart.app_url)
    await enter(database, old, 2024, 1)
    await database.dispose()
    owner, other = await asyncpg.connect(apart.owner_url), Database.connect(apart.app_url)
    # holds the command up between its two looks
    row = owner.transaction()
    await row.start()
    await owner.execute("SELECT FROM graduates FOR UPDATE")
    recomputing = asyncio.create_task(recompute_indexes(other.patient, new))
    await sessions_at_a_lock(apart, 1)
    come = await asyncpg.connect(apart.app_url)
    await row.rollback()
    with pytest.raises(ServiceConnectedError):
        await recomputing
    await come.close()
    async with other.reading() as connection:
        equal = number_indexes(old, {"exam_number": "E1"})
        assert len(await roster.found_by_indexes(connection, old, SEES_ALL, equal, names=(), limit=9)) == 1
    await other.dispose()
    await owner.close()
