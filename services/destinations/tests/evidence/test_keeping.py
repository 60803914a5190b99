"""`verify` finds what no longer fits; `retention` and an erasure delete what is past its day, and nothing else."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from acting import UNIT, approved, rows
from describing import entered
from desks import Desk
from enrolling import Enrolment, erasure
from proofs import pdf
from sending import Checked, on, seen, send

from common.consuming import Handle
from common.crypto import FieldCipher, KeyRing, UndecryptableError
from common.database import Database
from common.identifiers import GraduateId
from common.verifying import DIFFERENT
from destinations.evidence.domain import EvidenceId
from destinations.evidence.storage import get
from destinations.maintenance import run_retention, run_rotate_keys, run_verify
from destinations.settings import Settings
from testing.databases import ServiceDatabase

VERIFY = Namespace(json=True)


async def lines(settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[Any]]:
    code = await run_verify(settings, database, VERIFY)
    out = capsys.readouterr().out.splitlines()
    return code, [json.loads(line) for line in out if line.startswith("{")]


async def owned(addresses: ServiceDatabase, statement: str) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute(statement)
    await owner.close()


def file_of(settings: Settings, name: UUID) -> Path:
    folder = Path(settings.objects.removeprefix("file://"))
    return folder / "destinations" / name.hex[:2] / name.hex


async def test_a_changed_row_and_a_changed_file_are_found(
    settings: Settings,
    database: Database,
    addresses: ServiceDatabase,
    college: Desk,
    checked: Checked,
    capsys: pytest.CaptureFixture[str],
    enter: Any,
) -> None:
    people = [GraduateId(uuid4()), GraduateId(uuid4())]
    await enter(*(entered(each, 1) for each in people))
    first, second = [await approved(database, UNIT, graduate_id=each) for each in people]
    pieces = [await send(college, each.id, pdf()) for each in (first, second)]
    await checked()
    code, clean = await lines(settings, database, capsys)
    assert code == 0
    assert {each["check"]: each["compared"] for each in clean if each["compared"]} == {
        "current_rows": 2,
        "employers": 2,
        "roster": 2,
        "coverage": 1,
        "objects": 2,
    }
    assert all((each["differences"], each["named"]) == (0, []) for each in clean)

    await owned(addresses, f"UPDATE registrations SET employer_name = '别的公司' WHERE id = '{first.id}'")
    none = "effective_version = NULL, effective_decided_on = NULL"
    await owned(addresses, f"UPDATE registrations SET {none} WHERE id = '{second.id}'")
    names = {row.id: row.name for row in await rows(database, "SELECT id, name FROM evidence")}
    changed, lost = (file_of(settings, names[UUID(piece.json()["id"])]) for piece in pieces)
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    lost.unlink()
    code, found = await lines(settings, database, capsys)
    assert code == DIFFERENT
    assert {each["check"]: (each["differences"], each["named"]) for each in found if each["differences"]} == {
        "current_rows": (2, [f"{first.id}", f"{second.id}"]),
        "coverage": (1, ["10001 2024"]),
        "objects": (2, [piece.json()["id"] for piece in pieces]),
    }


async def test_a_file_that_cannot_be_read_keeps_no_other_waiting(
    settings: Settings, database: Database, college: Desk, checked: Checked
) -> None:
    registration = await approved(database, UNIT)
    changed, whole = [await send(college, registration.id, pdf()) for _ in range(2)]
    [row] = await rows(database, f"SELECT name FROM evidence WHERE id = '{changed.json()['id']}'")
    file = file_of(settings, row.name)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(UndecryptableError):
        await checked()
    assert [(await seen(college, each)).json()["state"] for each in (changed, whole)] == ["checking", "pending"]


async def test_what_is_past_its_day_goes_and_nothing_else(
    settings: Settings,
    database: Database,
    addresses: ServiceDatabase,
    college: Desk,
    school: Desk,
    checked: Checked,
    apply: Handle,
    enrol: Enrolment,
) -> None:
    graduate_id = await enrol()
    registration = await approved(database, UNIT, graduate_id=graduate_id)
    past, held, kept = [await send(college, registration.id, pdf()) for _ in range(3)]
    encrypted = await send(college, registration.id, pdf(password="geheim"))
    await checked()
    await on(school, await seen(school, past), "reject", {"reason": "过期"})
    await on(school, await seen(school, held), "hold")
    await owned(
        addresses,
        "UPDATE evidence SET keep_until = (quxiang_now() AT TIME ZONE 'Asia/Shanghai')::date - 1"
        f" WHERE id IN ('{past.json()['id']}', '{held.json()['id']}', '{encrypted.json()['id']}')",
    )
    assert await run_retention(settings, database, Namespace(dry_run=True)) == 0
    assert (await seen(school, past)).json()["deleted_on"] is None
    assert await run_retention(settings, database, Namespace(dry_run=False)) == 0
    gone = (await seen(school, past)).json()
    assert (gone["state"], gone["title"], gone["reason"]) == ("rejected", None, None)
    assert gone["deleted_on"] is not None
    assert gone["stored_sha256"] == past.json()["sha256"]
    assert (await on(school, await seen(school, past), "link", **{"X-Purpose": "review"})).status_code == 409
    refused = (await seen(school, encrypted)).json()
    assert (refused["state"], refused["rule"], refused["title"]) == ("refused", "encrypted", None)
    assert [(await seen(school, each)).json()["title"] for each in (held, kept)] == ["三方协议"] * 2
    entries = await rows(database, "SELECT object_id, detail FROM audit_entries WHERE action = 'retention.end'")
    assert [(each.object_id, each.detail) for each in entries] == [("evidence", {"count": 2})]

    # the application itself deletes nothing before its day
    for forbidden in ("keep_until = '2020-01-01'", "deleted_on = '2020-01-01'", "uploaded_by = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(database, f"UPDATE evidence SET {forbidden}")

    # of an erased person the texts go at once, a file on its day
    assert (await on(school, await seen(school, held), "release-hold")).status_code == 200
    await apply([erasure(graduate_id)])
    after = {each: (await seen(school, each)).json() for each in (held, kept)}
    assert [each["title"] for each in after.values()] == [None, None]
    assert [each["deleted_on"] is None for each in after.values()] == [False, True]
    states = await rows(database, "SELECT state, count(*) AS n FROM objects GROUP BY state ORDER BY state")
    assert [tuple(each) for each in states] == [("dropped", 3), ("kept", 1)]


async def test_a_new_key_seals_titles_anew_and_the_old_one_may_go(
    settings: Settings, database: Database, college: Desk, cipher: FieldCipher, tmp_path: Path
) -> None:
    registration = await approved(database, UNIT)
    piece = EvidenceId(UUID((await send(college, registration.id, pdf())).json()["id"]))
    assert settings.keyring_file is not None
    ring, new = KeyRing.load(settings.keyring_file), KeyRing.generate("new").fields
    both = replace(ring, fields={**ring.fields, **new})

    async def rotated(used: KeyRing, retire: str | None) -> int:
        used.store(tmp_path / "ring")
        by_ring = settings.model_copy(update={"keyring_file": tmp_path / "ring"})
        return await run_rotate_keys(by_ring, database, Namespace(retire=retire))

    assert [await rotated(both, each) for each in ("gone", cipher.current, "new", None)] == [1, 1, 0, 0]
    assert await rotated(replace(both, current="new"), cipher.current) == 0
    replace(ring, fields=new, current="new").store(tmp_path / "ring")
    async with database.reading() as connection:
        read = await get(connection, FieldCipher.load(tmp_path / "ring"), piece)
    assert read.title == "三方协议"
