"""The life of an erasure over HTTP: asked, decided by another person, taken back, done, and what is left by then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from erased import erase_now
from fastapi import FastAPI
from living import ASKED, CANARY, PDF, Life, begun

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from registry.erasures.operations import erase_due
from registry.settings import Settings
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]

PATH = "/v1/erasures"
FIRST = {"If-Match": '"1"'}
OF_GRADUATES = """
    SELECT table_name, column_name FROM information_schema.columns c
     WHERE table_schema = 'public' AND data_type = 'bytea' AND EXISTS (
        SELECT FROM information_schema.columns o
         WHERE o.table_schema = 'public' AND o.table_name = c.table_name AND o.column_name = 'graduate_id')
"""
NOTES = """
    SELECT note_cipher::text FROM reveals WHERE note_cipher IS NOT NULL
       AND id IN (SELECT occasion_id FROM accesses WHERE graduate_id = $1)
"""
FILES = """
    SELECT name::text FROM photos WHERE graduate_id = $1 UNION ALL
    SELECT name::text FROM correction_proofs WHERE correction_id IN (SELECT id FROM corrections WHERE graduate_id = $1)
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


def shown(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def filled(client: Client, school: str, imported: Imported) -> Life:
    """A graduate with something in every area, and requests that wait for an answer."""
    life = await begun(client, school, imported)
    await life.entry()
    await life.photo()
    await life.correction()
    await life.talents()
    officer, own = client("school_officer", school=school), life.own
    wish = {"graduate_id": life.id, "field": "qualification", "value": CANARY, "reason": CANARY}
    asked = await own.post("/v1/corrections", json=wish)
    profile = (await own.get(f"/v1/graduates/{life.id}/talent-profile")).json()["profile_id"]
    revealed = {"purpose": "review", "graduate_ids": [life.id, life.id], "fields": ["name"], "note": CANARY}
    answers = [
        asked,
        await own.post(f"{asked.headers['location']}/proofs", data={"kind": "other"}, files={"file": ("a.pdf", PDF)}),
        await client("employer", employer=uuid4()).post(f"/v1/talents/{profile}/contact-requests", json=ASKED),
        await officer.post("/v1/graduates/reveal", json=revealed),
    ]
    assert [each.text for each in answers if not each.is_success] == []
    return life


async def traces(owner: asyncpg.Connection, graduate_id: str) -> set[str]:
    """All bytes that stand in rows of a graduate, as PostgreSQL shows them."""
    columns = [(row[0], row[1], "graduate_id") for row in await owner.fetch(OF_GRADUATES)]
    own = await owner.fetch(OF_GRADUATES.replace("o.column_name = 'graduate_id'", "c.table_name = 'graduates'"))
    found: set[str] = set()
    for table, column, key in [*columns, *((row[0], row[1], "id") for row in own)]:
        stored = await owner.fetch(f"SELECT {column}::text FROM {table} WHERE {key} = $1", graduate_id)
        found |= {row[0] for row in stored if row[0] is not None}
    return found | {row[0] for row in await owner.fetch(NOTES, graduate_id)}


async def dump(owner: asyncpg.Connection, school: str) -> str:
    """Every row of every table as text, but for graduates of other schools, who may have the same numbers and photo."""
    tables = [row[0] for row in await owner.fetch(TABLES)]
    of_school = f"WHERE school_code = '{school}'"
    own = {"graduates": of_school, "photos": f"WHERE graduate_id IN (SELECT id FROM graduates {of_school})"}
    queries = [f'SELECT t::text FROM public."{table}" AS t {own.get(table, "")}' for table in tables]
    lines = [row[0] for query in queries for row in await owner.fetch(query)]
    return "\n".join(lines)


def in_store(folder: Path, names: Sequence[str]) -> list[Path]:
    """The files of these names in the store."""
    return [path for name in names for path in folder.rglob(name.replace("-", ""))]


async def test_a_graduate_is_erased_by_two_people(
    client: Client,
    application: FastAPI,
    addresses: ServiceDatabase,
    database: Database,
    cipher: FieldCipher,
    imported: Imported,
    settings: Settings,
    school: str,
    rows: Rows,
) -> None:
    folder = Path(urlsplit(settings.objects or "").path)
    life = await filled(client, school, imported)
    officer, other = (client("school_officer", school=school, subject=name) for name in ("one", "other"))
    own, path = life.own, f"/v1/graduates/{life.id}"

    # what a graduate asks for waits for the end of retention, and may be taken back until then
    wish = {"graduate_id": life.id, "ground": "graduate_request", "reason": f"{CANARY}不再需要"}
    asked = await own.post(PATH, json=wish, headers={"Idempotency-Key": f"ask-{school}"})
    made = asked.json()
    assert made == {
        **wish,
        **dict.fromkeys(("decided_by_role", "decided_at", "decision_reason", "erase_on", "college_code")),
        **{name: made[name] for name in ("id", "requested_at", "due_on")},
        "version": 1,
        "state": "open",
        "school_code": school,
        "cohort": 2024,
        "requested_by_role": "graduate",
        "allowed_transitions": ["withdraw"],
    }
    assert (await own.post(PATH, json=wish, headers={"Idempotency-Key": f"ask-{school}"})).json() == made
    assert shown(await officer.post(PATH, json={**wish, "ground": "court_order"})) == (409, "erasure_open")
    place = asked.headers["location"]
    assert shown(await own.post(f"{place}/approve", headers=FIRST)) == (403, "forbidden")
    assert shown(await client("admin").post(f"{place}/approve", headers=FIRST)) == (403, "forbidden")
    decisions = await asyncio.gather(
        officer.post(f"{place}/approve", headers=FIRST), other.post(f"{place}/approve", headers=FIRST)
    )
    assert sorted(each.status_code for each in decisions) == [200, 412]
    approved = next(each.json() for each in decisions if each.is_success)
    assert (approved["state"], approved["erase_on"]) == ("approved", "2030-12-31")
    assert (await own.get(f"{path}/notices")).json()["items"][0]["kind"] == "erasure_decided"
    # not yet
    await erase_due(database, cipher)
    entry = (await officer.get(path)).json()
    assert (entry["restricted"], entry["erased_at"], entry["version"]) == (True, None, 3)
    reveal = {"purpose": "review", "graduate_ids": [life.id], "fields": ["name"]}
    opened = await officer.post("/v1/graduates/reveal", json=reveal)
    assert opened.json()["items"] == [{"graduate_id": life.id, "problem": "restricted"}]
    profile = (await own.get(f"{path}/talent-profile")).json()["profile_id"]
    contact = client("employer", employer=uuid4()).post(f"/v1/talents/{profile}/contact-requests", json=ASKED)
    assert shown(await contact) == (404, "not_found")
    back = await own.post(f"{place}/withdraw", headers={"If-Match": '"2"'})
    assert (back.json()["state"], back.json()["erase_on"]) == ("withdrawn", None)
    assert (await officer.get(path)).json()["restricted"] is False

    # on another ground it is done on the day of the approval
    body = {"graduate_id": life.id, "ground": "court_order", "reason": f"{CANARY}裁定"}
    assert shown(await own.post(PATH, json=body)) == (403, "ground_not_permitted")
    place = (await officer.post(PATH, json=body)).headers["location"]
    assert shown(await officer.post(f"{place}/approve", headers=FIRST)) == (409, "same_reviewer")
    approved = (await other.post(f"{place}/approve", headers=FIRST)).json()
    assert (approved["state"], approved["erase_on"]) == ("approved", f"{clock.today()}")
    late = await officer.post(f"{place}/withdraw", headers={"If-Match": '"2"'})
    assert shown(late) == (409, "transition_not_allowed")

    owner = await asyncpg.connect(addresses.owner_url)
    before = await traces(owner, life.id)
    # 4 of versions, 5 indexes, 5 of corrections, 3 of contacts, 2 of the photo, 2 of erasures, a profile, a note
    assert len(before) == 23
    files = [row[0] for row in await owner.fetch(FILES, life.id)]
    assert len(in_store(folder, files)) == 3
    events = "SELECT type, sequence, decided_on, data FROM outbox WHERE key = :id ORDER BY sequence"
    (*_, counted) = await rows(events, id=life.id)
    await erase_due(database, cipher)
    await application.state.objects.sweep()
    left = await dump(owner, school)
    await owner.close()
    assert {trace for trace in before if trace.removeprefix("\\x") in left} == set()
    # in clear they were nowhere before
    assert [
        text for text in (CANARY, "欧阳", "o@example.cn", "13812345678", "11010119900307002X") if text in left
    ] == []
    assert [name for name in files if name in left] == in_store(folder, files) == []

    done = (await officer.get(place)).json()
    assert (done["state"], done["reason"], done["erase_on"]) == ("erased", None, f"{clock.today()}")
    (*_, said) = await rows(events, id=life.id)
    assert said["type"] == "quxiang.graduate.erased"
    same = ("decided_on", "counted", "status", "education_level_code")
    assert [said["data"][name] for name in same] == [counted["data"][name] for name in same]
    assert (said["data"]["erased"], said["sequence"]) == (True, counted["sequence"] + 1)
    corrections = (await own.get("/v1/corrections")).json()["items"]
    assert [(each["state"], each["value"], each["reason"]) for each in corrections] == [
        ("refused", None, None),
        ("withdrawn", None, None),
    ]
    assert (await own.get("/v1/contact-requests")).json()["items"] == []
    copy = (await own.get(f"{path}/data")).json()["records"]
    assert (copy["entry"][0]["name"], copy["entry"][0]["education_level_code"]) == (None, "31")
    assert [each["state"] for each in copy["erasures"]] == ["withdrawn", "erased"]
    accesses = [each["kind"] for each in (await own.get("/v1/accesses")).json()["items"]]
    assert accesses == ["reveal", "photo"]
    assert shown(await officer.post(PATH, json=body)) == (409, "erased_person")
    audit = "SELECT action, object_id, detail FROM audit_entries WHERE action = 'erasure.erase' AND object_id = :id"
    assert [each["detail"]["ground"] for each in await rows(audit, id=done["id"])] == ["court_order"]


async def test_requests_are_listed_for_who_asks_decides_or_audits(
    client: Client, graduate: Json, officer: httpx.AsyncClient, school: str
) -> None:
    body = {"graduate_id": graduate["id"], "ground": "entered_in_error"}
    made = (await officer.post(PATH, json=body)).json()
    for reader in (officer, client("graduate", graduate=graduate["id"]), client("auditor", school=school)):
        for query, found in (({}, [made["id"]]), ({"state": "erased"}, []), ({"overdue": "true"}, [])):
            listed = await reader.get(PATH, params={**query, "cohort": "2024"})
            assert [each["id"] for each in listed.json()["items"]] == found
    assert shown(await client("college_officer", school=school, college="C1").get(f"{PATH}/{made['id']}")) == (
        *(403, "forbidden"),
    )
    assert shown(await client("school_officer", school="10001").get(f"{PATH}/{made['id']}")) == (404, "not_found")
    for role, scope, answer in (
        ("school_officer", {"school": "10001"}, (422, "unknown_graduate")),
        ("graduate", {"graduate": str(uuid4())}, (422, "unknown_graduate")),
        ("college_officer", {"school": school, "college": "C1"}, (404, "not_found")),
    ):
        assert shown(await client(role, **scope).post(PATH, json=body)) == answer
    digits = await officer.post(PATH, json={**body, "reason": "证件号110101199003074514有误"})
    assert shown(digits) == (422, "identifying_text")
    refused = await client("school_officer", school=school, subject="other").post(
        f"{PATH}/{made['id']}/refuse", json={"reason": "记录无误"}, headers=FIRST
    )
    assert (refused.json()["state"], refused.json()["decision_reason"]) == ("refused", "记录无误")
    assert date.fromisoformat(made["due_on"]) > clock.today()


@pytest.mark.parametrize("is_approved", [True, False])
async def test_a_request_that_is_older_than_the_erasure_comes_to_an_end(
    client: Client, database: Database, cipher: FieldCipher, graduate: Json, school: str, rows: Rows, is_approved: bool
) -> None:
    """As after a restore, which erases again who was erased in the lost time."""
    officer, other = (client("school_officer", school=school, subject=name) for name in ("one", "other"))
    body = {"graduate_id": graduate["id"], "ground": "graduate_request"}
    place = (await officer.post(PATH, json=body)).headers["location"]
    if is_approved:
        assert (await other.post(f"{place}/approve", headers=FIRST)).json()["erase_on"] == "2030-12-31"
    await erase_now(database, cipher, graduate["id"])
    if is_approved:
        back = await officer.post(f"{place}/withdraw", headers={"If-Match": '"2"'})
        assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
    else:
        refused = await other.post(f"{place}/refuse", json={"reason": "记录无误"}, headers=FIRST)
        assert shown(refused) == (409, "erased_person")
        approved = (await other.post(f"{place}/approve", headers=FIRST)).json()
        assert (approved["state"], approved["erase_on"]) == ("approved", f"{clock.today()}")
        assert await erase_due(database, cipher) >= 1
        assert (await officer.get(place)).json()["state"] == "erased"
    assert (await officer.get(f"/v1/graduates/{graduate['id']}")).json()["restricted"] is True
    assert await rows("SELECT id FROM notices WHERE graduate_id = :id", id=graduate["id"]) == []
