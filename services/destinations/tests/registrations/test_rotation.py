"""A new key of the ring seals contact, pay and reasons anew, beside an edit and an erasure; nothing else changes."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Set
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from acting import SCHOOL, rows
from desks import UNIT, Desk, Seat
from enrolling import Enrolment, erasure
from fastapi import FastAPI
from sqlalchemy import text

from common import clock
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.errors import Versions
from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.app import create_app
from destinations.maintenance import run_rotate_keys
from destinations.registrations import commands
from destinations.registrations.domain.content import SEALED
from destinations.registrations.storage.rotation import reseal_versions
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster.subscriptions import keep_graduates
from destinations.seasons.storage import reseal_reasons
from destinations.seasons.subscriptions import erase_extensions
from destinations.settings import Settings
from testing.databases import ServiceDatabase, sessions_at_a_lock

COHORT = clock.today().year + 1
SEASON = f"/v1/seasons/10001/{COHORT}"
PRIVATE = {"contact_name": "经理", "contact_phone": "0371-67891234", "pay_amount": 46813, "pay_unit": "month"}
TABLES = {
    "registrations": "id",
    "registration_versions": "registration_id, version",
    "season_extensions": "id, graduate_id",
    **dict.fromkeys(("destination_streams", "season_versions"), "1, 2"),
    **dict.fromkeys(("outbox", "audit_entries"), "id"),
}
CIPHERTEXTS = {*SEALED, "reason_cipher"}
REFUSED = """
    SELECT {replaced}
      FROM registrations r JOIN season_extensions e USING (graduate_id)
""".format(
    replaced="reseal_registrations(array_fill(r.id, ARRAY[3]), array_fill(r.version, ARRAY[3]), "
    + ", ".join(f"ARRAY['x', r.{name}, NULL]::bytea[]" for name in SEALED)
    + ", ARRAY['y', NULL, 'y']::bytea[]" * len(SEALED)
    + "), reseal_season_extensions(array_fill(e.id, ARRAY[3]), array_fill(e.graduate_id, ARRAY[3]),"
    " ARRAY['x', e.reason_cipher, NULL], ARRAY['y', NULL, 'y']::bytea[])"
)
"""Replaces what does not stand, replaces by nothing, and replaces nothing by something."""

CHANGED = "SELECT changed_fields FROM registration_versions WHERE graduate_id = :id ORDER BY version"

Ringed = Callable[..., Settings]


async def stored(connection: Connection, hidden: Set[str] = CIPHERTEXTS) -> list[dict[str, Any]]:
    """All rows, with whether something is sealed in place of ciphertexts."""
    queries = [text(f"SELECT * FROM {table} ORDER BY {order}") for table, order in TABLES.items()]
    return [
        {name: value is not None if name in hidden else value for name, value in row.items()}
        for query in queries
        for row in await connection.execute(query)
    ]


async def shown(school: Desk, graduate: Desk, registration: httpx.Response) -> list[Any]:
    path, of_graduate = f"/v1/registrations/{registration.json()['id']}", registration.json()["graduate_id"]
    paths = [path, f"{path}/history", "/v1/registrations", f"{SEASON}/extensions"]
    answers = [await school.get(each) for each in paths]
    copied = await graduate.get(f"/v1/graduates/{of_graduate}/data")
    assert {each.status_code for each in (*answers, copied)} == {200}
    return [answers[0].headers["etag"], *(each.json() for each in answers), copied.json()["records"]]


@pytest.fixture
def ringed(settings: Settings, tmp_path: Path) -> Ringed:
    """Settings with a ring of the key there is and two others, but for those that are out."""
    assert settings.keyring_file is not None
    ring = KeyRing.load(settings.keyring_file)
    fields = {**ring.fields, **KeyRing.generate("second").fields, **KeyRing.generate("third").fields}

    def ringed(current: str, *out: str) -> Settings:
        left = {name: key for name, key in fields.items() if name not in out}
        replace(ring, fields=left, current=current).store(tmp_path / current)
        return settings.model_copy(update={"keyring_file": tmp_path / current})

    return ringed


async def test_what_a_new_key_seals_reads_the_same_and_the_old_keys_may_go(
    settings: Settings,
    ringed: Ringed,
    database: Database,
    addresses: ServiceDatabase,
    app: FastAPI,
    seat: Seat,
    school: Desk,
    enrol: Enrolment,
) -> None:
    edited, gone, other = people = [await enrol(cohort=COHORT) for _ in range(3)]
    put = await school.http.put(SEASON, json={}, headers=school.headers | {"If-Match": '"0"'})
    assert put.status_code == 200, put.text
    leave = {"graduate_ids": [str(each) for each in people], "until": f"{COHORT}-10-31", "reason": "延长学业"}
    assert (await school.post(f"{SEASON}/extensions", leave)).status_code == 201
    first, _, last = [await school.register(each, UNIT | PRIVATE) for each in people]
    changed = await school.patch(last, {"pay_amount": 5000, "contact_phone": None})
    assert changed.status_code == 200, changed.text

    graduate = seat("graduate", graduate=other, school="10001")
    of_other = await shown(school, graduate, last)
    async with database.reading() as connection:
        before = await stored(connection)

    # part by part, each of which may be the last one
    second = FieldCipher.load(ringed("second").keyring_file)
    assert [await reseal_versions(database, second, part=1) for _ in range(2)] == [4, 0]
    assert [await reseal_reasons(database, second, part=1) for _ in range(2)] == [3, 0]
    async with database.reading() as connection:
        assert await stored(connection) == before

    # beside an edit, which carries over what an old key has sealed, and an erasure
    async with database.transaction(SCHOOL.actor) as unit:
        await commands.edit(
            unit,
            caller=SCHOOL,
            registration_id=RegistrationId(UUID(first.json()["id"])),
            expected=Versions(any=True),
            patch={"job_title": "出纳", "pay_amount": PRIVATE["pay_amount"]},
            cipher=second,
        )
        erasures = [erasure(gone, cohort=COHORT)]
        for follow in (keep_graduates, erase_registrations, erase_extensions):
            await follow(unit, erasures)
        before = await stored(unit.connection)
        old = FieldCipher.load(settings.keyring_file).current
        rotating = asyncio.ensure_future(run_rotate_keys(ringed("third"), database.patient, Namespace(retire="second")))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    assert await rotating == 0
    assert await run_rotate_keys(ringed("third"), database.patient, Namespace(retire=old)) == 0
    # nothing else can be done in its way: not to what was emptied either
    async with database.transaction(SCHOOL.actor) as unit:
        assert await stored(unit.connection) == before
        as_sealed = await stored(unit.connection, set())
        await unit.connection.execute(text(REFUSED))
        assert await stored(unit.connection, set()) == as_sealed
    assert [tuple(each) for each in (await rows(database, CHANGED, id=edited))[1:]] == [(["job_title"],)]

    with_third_alone = create_app(ringed("third", "second", old), database, {})
    with_third_alone.state.registry = app.state.registry
    transport = httpx.ASGITransport(app=with_third_alone)
    async with httpx.AsyncClient(transport=transport, base_url="http://destinations.test") as http:
        officer, person = (Desk(http, each.headers) for each in (school, graduate))
        now = await shown(officer, person, last)
        assert [now[0], now[1], now[2], now[5]] == [of_other[0], of_other[1], of_other[2], of_other[5]]
        same = await officer.patch(changed, {"contact_name": PRIVATE["contact_name"], "pay_amount": 5001})
    [*_, newest] = await rows(database, CHANGED, id=other)
    assert (same.status_code, newest.changed_fields) == (200, ["pay_amount"])
    for change in ("registration_versions SET contact_name = 'x'", "season_extensions SET reason_cipher = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(database, f"UPDATE {change}")
