"""Tip-offs over HTTP: sent by nobody, opened by a receipt, read by who handles the case."""

import asyncio
import hashlib
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from acting import rows
from desks import Desk, Seat
from proofs import photographed
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject, TextStringObject

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects
from common.objects.store import open_store
from destinations.settings import Settings
from destinations.tip_offs.operations import check_waiting, end_past

PATH = "/v1/tip-offs"
TEXT = "辅导员要求未就业的同学签三方协议，秘密一"
CONTACT = "秘密二 139-0000"
ADDED = "还有两名同学，秘密三"


@pytest.fixture(autouse=True)
async def schools(database: Database) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute(
            "INSERT INTO roster_schools (school_code, province_code, sequence)"
            " SELECT code, '410000', 1 FROM unnest(ARRAY['10001', '10002']) AS code"
        )
        await unit.commit()


@pytest.fixture
def objects(database: Database, settings: Settings) -> Objects:
    return Objects(database, FieldCipher.load(settings.keyring_file), open_store(settings.objects, "destinations"))


async def report(http: httpx.AsyncClient, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    """What is sent without a token; a form even without files."""
    said = {"school_code": "10001", "text": TEXT} | fields
    parts: list[Any] = [(name, (None, value)) for name, value in said.items()]
    return await http.post(PATH, files=[*parts, *(("files", each) for each in files)])


async def reported(http: httpx.AsyncClient, *files: tuple[str, bytes], **fields: str) -> str:
    answer = await report(http, *files, **fields)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"receipt"}
    assert "location" not in answer.headers
    return str(answer.json()["receipt"])


async def case_of(desk: Desk) -> dict[str, Any]:
    (case,) = (await desk.get("/v1/cases")).json()["items"]
    return dict(case)


def pdf_by(author: str) -> bytes:
    """A PDF that says everywhere who made it."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": author, "/Creator": author})
    page[NameObject("/LastModified")] = TextStringObject(author)
    writer.add_uri(0, f"https://{author}.example", RectangleObject((0, 0, 10, 10)))
    writer.add_attachment(f"{author}.txt", author.encode())
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def contents(folder: Path) -> list[bytes]:
    return [each.read_bytes() for each in folder.rglob("*") if each.is_file()]


async def test_a_tip_off_is_a_case_of_the_school(http: httpx.AsyncClient, school: Desk, seat: Seat) -> None:
    receipt = await reported(http, accused="college:C01", contact=CONTACT)
    assert len(bytes.fromhex(receipt)) == 16
    case = await case_of(school)
    assert (case["kind"], case["accused"], case["handler"], case["state"]) == (
        "tip_off",
        "college:C01",
        "school",
        "open",
    )
    assert (case["note"], case["history"][0]["by_role"]) == (TEXT, "anonymous")
    assert CONTACT not in str(case)
    for other in (seat("college_officer", school="10001", college="C01"), seat("school_officer", school="10002")):
        assert (await other.get("/v1/cases")).json()["items"] == []
        assert (await other.get(f"/v1/cases/{case['id']}/tip-off")).status_code == 404


async def test_of_an_accused_school_the_province_handles_it(http: httpx.AsyncClient, school: Desk, seat: Seat) -> None:
    await reported(http, accused="school", contact=CONTACT)
    assert (await school.get("/v1/cases")).json()["items"] == []
    province = seat("provincial_officer", province="410000", scopes=["tip-offs"])
    case = await case_of(province)
    assert (case["handler"], case["note"]) == ("province", TEXT)
    read = await province.post(f"/v1/cases/{case['id']}/reporter", **{"X-Purpose": "tip_off"})
    assert read.json() == {"contact": CONTACT}
    refused = await school.post(f"/v1/cases/{case['id']}/reporter", **{"X-Purpose": "tip_off"})
    assert refused.status_code == 404


async def test_the_receipt_shows_where_it_stands(http: httpx.AsyncClient, school: Desk) -> None:
    receipt = await reported(http)
    asked = await http.post(f"{PATH}/status", json={"receipt": receipt})
    assert (asked.status_code, asked.json()) == (200, {"state": "open", "finding": None})
    case = await case_of(school)
    found = await school.post(f"/v1/cases/{case['id']}/find", {"finding": "true"}, **{"If-Match": "*"})
    assert found.status_code == 200, found.text
    asked = await http.post(f"{PATH}/status", json={"receipt": receipt})
    assert asked.json() == {"state": "found", "finding": "true"}


async def test_what_is_said_further_is_read_by_the_handler(http: httpx.AsyncClient, school: Desk, seat: Seat) -> None:
    receipt = await reported(http)
    said = await http.post(f"{PATH}/messages", json={"receipt": receipt, "text": ADDED})
    assert (said.status_code, said.json()) == (201, {"state": "open", "finding": None})
    case = await case_of(school)
    told = (await school.get(f"/v1/cases/{case['id']}/tip-off")).json()
    assert [each["text"] for each in told["messages"]] == [ADDED]
    assert told["files"] == []


@pytest.mark.parametrize("receipt", ["0" * 32, "nonsense", "", "收据"])
async def test_an_unknown_receipt_opens_nothing(http: httpx.AsyncClient, receipt: str) -> None:
    await reported(http)
    asked = await http.post(f"{PATH}/status", json={"receipt": receipt})
    said = await http.post(f"{PATH}/messages", json={"receipt": receipt, "text": ADDED})
    for answer in (asked, said):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_how_to_reach_the_reporter_needs_scope_and_purpose(
    http: httpx.AsyncClient, seat: Seat, school: Desk, database: Database
) -> None:
    await reported(http, contact=CONTACT)
    case = await case_of(school)
    address = f"/v1/cases/{case['id']}/reporter"
    without = await school.post(address, **{"X-Purpose": "tip_off"})
    assert (without.status_code, without.json()["code"]) == (403, "scope_missing")
    allowed = seat("school_officer", school="10001", scopes=["tip-offs"])
    assert (await allowed.post(address)).json()["code"] == "purpose_required"
    assert (await allowed.post(address, **{"X-Purpose": "review"})).json()["code"] == "purpose_not_permitted"
    read = await allowed.post(address, **{"X-Purpose": "tip_off"})
    assert (read.status_code, read.json()) == (200, {"contact": CONTACT})
    trail = await rows(database, "SELECT role FROM audit_entries WHERE action = 'case.reporter'")
    assert [row[0] for row in trail] == ["school_officer"]
    assert await rows(database, "SELECT 1 FROM accesses") == []
    check = await school.post("/v1/cases", {"school_code": "10001", "registrations": []})
    other = await allowed.post(f"/v1/cases/{check.json()['id']}/reporter", **{"X-Purpose": "tip_off"})
    assert other.status_code == 404


async def test_the_form_is_judged(http: httpx.AsyncClient) -> None:
    too_long = await report(http, text="字" * 4_001)
    assert (too_long.status_code, too_long.json()["errors"][0]["pointer"]) == (422, "/text")
    assert (await report(http, text="字" * 4_000)).status_code == 201
    unknown = await report(http, school_code="99999")
    assert unknown.json()["errors"][0]["rule"] == "unknown_school"
    for name in ("accused", "text", "contact"):
        null = await report(http, **{name: "college:\0"})
        assert (null.status_code, null.json()["errors"][0]["pointer"]) == (422, f"/{name}")
    wrong = await report(http, accused="somebody")
    assert wrong.json()["errors"][0]["pointer"] == "/accused"
    four = await report(http, *(("a.jpg", photographed()) for _ in range(4)))
    assert (four.status_code, four.json()["errors"][0]["rule"]) == (422, "too_many_files")
    program = await report(http, ("a.jpg", photographed()), ("b.pdf", b"MZ\x90\x00"))
    assert (program.status_code, program.json()["errors"][0]["pointer"]) == (422, "/files/1")
    large = await report(http, ("a.jpg", photographed() + b"\0" * 10 * 1024 * 1024))
    assert large.status_code == 413


async def test_files_are_kept_without_what_names_their_maker(
    http: httpx.AsyncClient, school: Desk, database: Database, objects: Objects
) -> None:
    photo, document = photographed(), pdf_by("SECRETAUTHOR")
    assert b"SECRETAUTHOR" in document
    await reported(http, ("秘密四.jpg", photo), ("b.pdf", document), ("c.pdf", b"%PDF-1.7\n%%EOF\n"))
    case = await case_of(school)
    address = f"/v1/cases/{case['id']}/tip-off"
    assert [each["state"] for each in (await school.get(address)).json()["files"]] == ["checking"] * 3
    early = await school.post(f"{address}/files/1/link", **{"X-Purpose": "tip_off"})
    assert early.status_code == 404
    assert await check_waiting(database, objects) == 3
    files = (await school.get(address)).json()["files"]
    assert [each["state"] for each in files] == ["kept", "kept", "refused"]
    contents = []
    for n in (1, 2):
        link = await school.post(f"{address}/files/{n}/link", **{"X-Purpose": "tip_off"})
        assert link.status_code == 200, link.text
        contents.append((await http.get(link.json()["url"])).content)
    assert b"Exif" in photo
    assert b"Exif" not in contents[0]
    assert b"SECRETAUTHOR" not in contents[1]
    kept = PdfReader(io.BytesIO(contents[1]))
    assert len(kept.pages) == 1
    assert "SECRETAUTHOR" not in f"{kept.metadata} {kept.pages[0]} {kept.trailer} {kept.attachments}"
    states = await rows(database, "SELECT state, count(*) FROM objects GROUP BY state ORDER BY state")
    assert [tuple(row) for row in states] == [("dropped", 3), ("kept", 2)]


async def test_nothing_of_a_tip_off_stands_in_clear(
    http: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    receipt = await reported(http, ("秘密四.jpg", photographed()), contact=CONTACT)
    given = {"Idempotency-Key": "key-of-who-reports", "X-Request-ID": "request-of-who-reports"}
    await http.post(f"{PATH}/messages", json={"receipt": receipt, "text": ADDED}, headers=given)
    tables = [row[0] for row in await rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    found = [row[0] for table in tables for row in await rows(database, f'SELECT t::text FROM "{table}" t')]
    stored = " ".join(map(str, found))
    for secret in ("秘密", "139-0000", receipt, "127.0.0.1", "of-who-reports"):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    assert hashlib.sha256(receipt.encode()).hexdigest() in stored
    trail = await rows(database, "SELECT DISTINCT subject, role FROM audit_entries")
    assert [tuple(row) for row in trail] == [("anonymous", "anonymous")]
    assert await rows(database, "SELECT 1 FROM idempotency_keys") == []
    kept = await asyncio.to_thread(contents, Path(settings.objects.removeprefix("file://")))
    assert not any(photographed()[:64] in each for each in kept)


async def test_beyond_a_days_number_the_telephone_is_named(
    http: httpx.AsyncClient, school: Desk, database: Database
) -> None:
    await reported(http)
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("UPDATE tip_off_days SET received = 1999")
        await unit.commit()
    answers = await asyncio.gather(*(report(http) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 429, 429]
    refused = next(each for each in answers if each.status_code == 429)
    assert (refused.json()["code"], "retry-after" in refused.headers) == ("too_many_tip_offs", True)
    assert "举报电话" in refused.text
    assert "寄信" in refused.text
    assert (await report(http, ("a.jpg", photographed()))).status_code == 429
    assert await rows(database, "SELECT 1 FROM objects") == [], "no file is stored of what is not taken"
    await reported(http, school_code="10002")
    assert len((await school.get("/v1/cases")).json()["items"]) == 2


async def test_three_years_later_nothing_is_left(
    http: httpx.AsyncClient, school: Desk, seat: Seat, database: Database, objects: Objects
) -> None:
    receipt = await reported(http, ("a.jpg", photographed()), contact=CONTACT)
    await http.post(f"{PATH}/messages", json={"receipt": receipt, "text": ADDED})
    await check_waiting(database, objects)
    case = await case_of(school)
    assert await end_past(database) == 0
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("UPDATE tip_offs SET received_on = current_date - interval '5 years'")
        await unit.commit()
    assert [await end_past(database) for _ in range(2)] == [1, 0]
    trail = "SELECT object_id, school_code, detail FROM audit_entries WHERE action = 'retention.end'"
    assert [tuple(row) for row in await rows(database, trail)] == [("tip_off", case["school_code"], {"count": 1})]
    told = (await school.get(f"/v1/cases/{case['id']}/tip-off")).json()
    assert ([each["text"] for each in told["messages"]], (await case_of(school))["note"]) == ([None], None)
    allowed = seat("school_officer", school="10001", scopes=["tip-offs"])
    read = await allowed.post(f"/v1/cases/{case['id']}/reporter", **{"X-Purpose": "tip_off"})
    assert read.json() == {"contact": None}
    assert await rows(database, "SELECT 1 FROM tip_off_files WHERE name IS NOT NULL") == []
    asked = await http.post(f"{PATH}/status", json={"receipt": receipt})
    assert asked.json() == {"state": "open", "finding": None}
    assert (await http.post(f"{PATH}/status", json={"receipt": f"{uuid4().hex}"})).status_code == 404
