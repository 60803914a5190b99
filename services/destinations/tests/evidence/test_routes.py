"""The life of evidence over HTTP: sent, checked, read by a link, decided once, held, deleted."""

import asyncio
import hashlib
import os
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest
from acting import rows
from desks import UNIT, Desk, Seat, code_of
from enrolling import Enrolment
from proofs import COMMENT, pdf, photographed
from sending import CONTRACT, Checked, delete, on, seen, send

from common.database import Database
from testing.databases import ServiceDatabase

Json = dict[str, Any]
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6
REVIEW = {"X-Purpose": "review"}


@pytest.fixture
async def own(seat: Seat, enrol: Enrolment) -> Desk:
    """A graduate of class K1."""
    graduate_id = await enrol()
    desk = seat("graduate", graduate=graduate_id)
    desk.id = graduate_id  # type: ignore[attr-defined]
    return desk


@pytest.fixture
async def draft(own: Desk) -> httpx.Response:
    return await own.register(own.id, UNIT)  # type: ignore[attr-defined]


async def test_a_piece_from_its_upload_to_its_decision(
    own: Desk, draft: httpx.Response, college: Desk, school: Desk, seat: Seat, checked: Checked, database: Database
) -> None:
    sent = photographed()
    first = await send(own, draft, sent, issued_on="2024-06-15", once="k1")
    assert first.status_code == 201, first.text
    piece = first.json()
    assert first.headers["location"] == f"/v1/evidence/{piece['id']}"
    assert (piece["state"], piece["version"], piece["kind"]) == ("checking", 1, "agreement_form")
    assert (piece["title"], piece["issued_on"], piece["media_type"]) == ("三方协议", "2024-06-15", "image/jpeg")
    assert piece["sha256"] == hashlib.sha256(sent).hexdigest()
    today = date.fromisoformat((await rows(database, "SELECT (quxiang_now() + '8h')::date AS d"))[0].d.isoformat())
    assert piece["keep_until"] == today.replace(year=today.year + 3).isoformat()
    again = await send(own, draft, sent, issued_on="2024-06-15", once="k1")
    assert (again.status_code, again.json()["id"]) == (201, piece["id"])
    assert (await own.get(f"/v1/registrations/{draft.json()['id']}")).headers["etag"] == draft.headers["etag"]
    # what was not checked is opened to nobody
    assert code_of(await on(own, first, "link")) == (409, "transition_not_allowed")
    assert code_of(await on(college, first, "accept")) == (409, "transition_not_allowed")

    assert await checked() == 1
    assert await checked() == 0
    pending = await seen(own, first)
    assert (pending.json()["state"], pending.json()["version"]) == ("pending", 2)

    assert code_of(await on(college, pending, "link")) == (422, "purpose_required")
    assert code_of(await on(college, pending, "link", **{"X-Purpose": "gossip"})) == (422, "purpose_unknown")
    assert code_of(await on(college, pending, "link", **{"X-Purpose": "filing"})) == (403, "purpose_not_permitted")
    link = (await on(college, pending, "link", **REVIEW)).json()
    shown = await own.http.get(link["url"])
    assert hashlib.sha256(shown.content).hexdigest() == pending.json()["stored_sha256"] != piece["sha256"]
    assert shown.headers["content-disposition"].startswith("attachment")
    assert not any(each in shown.content for each in (b"Exif", COMMENT))
    assert (await on(own, pending, "link")).status_code == 200
    accesses = (await own.get("/v1/accesses")).json()["items"]
    assert [(each["kind"], each["role"], each["unit"], each["purpose"]) for each in accesses] == [
        ("evidence", "college_officer", "C01", "review")
    ]
    listed = await school.get(f"/v1/graduates/{piece['graduate_id']}/accesses")
    assert listed.json()["items"] == accesses

    assert (await college.post(f"/v1/evidence/{piece['id']}/accept")).status_code == 428
    assert (await on(college, first, "accept")).status_code == 412
    assert code_of(await on(seat("counsellor", school="10001", class_="K1"), pending, "accept")) == (403, "forbidden")
    accepted = await on(college, pending, "accept")
    assert (accepted.status_code, accepted.json()["state"], accepted.json()["version"]) == (200, "accepted", 3)
    assert accepted.json()["decided_by_role"] == "college_officer"
    assert code_of(await on(school, accepted, "reject", {"reason": "看错了"})) == (409, "already_decided")
    assert code_of(await on(own, accepted, "hold")) == (403, "forbidden")
    held = await on(school, accepted, "hold")
    assert (held.json()["hold"], held.json()["version"]) == (True, 4)
    assert (await on(school, held, "release-hold")).json()["hold"] is False
    assert code_of(await delete(own, first)) == (
        409,
        "already_decided",
    )

    mine = await send(college, draft, pdf(), kind="acceptance_letter")
    assert await checked() == 1
    waiting = await seen(college, mine)
    assert waiting.json()["stored_sha256"] == waiting.json()["sha256"]
    assert code_of(await on(college, waiting, "reject", {"reason": "无章"})) == (409, "own_record")
    rejected = await on(school, waiting, "reject", {"reason": "无章"})
    assert (rejected.json()["state"], rejected.json()["reason"]) == ("rejected", "无章")
    pieces = (await own.get(f"/v1/registrations/{draft.json()['id']}/evidence")).json()["items"]
    assert [each["state"] for each in pieces] == ["accepted", "rejected"]
    assert all("subject" not in each and "uploaded_by" not in each for each in pieces)
    # titles and reasons lie sealed; what was stored for a repeated request is swept
    kept = await rows(database, "SELECT * FROM evidence")
    assert not any("协议" in str(value) for row in kept for value in row)
    states = await rows(database, "SELECT state, count(*) AS n FROM objects GROUP BY state ORDER BY state")
    assert [tuple(row) for row in states] == [("dropped", 1), ("kept", 2), ("pending", 1)]


async def test_what_a_file_must_be(own: Desk, draft: httpx.Response, checked: Checked, database: Database) -> None:
    for kind in ("internship_proof", "probation_proof", "labour_contract", "visa"):
        refused = await send(own, draft, kind=kind)
        assert code_of(refused) == (422, "evidence_kind_refused")
        assert "agreement_form" in refused.json()["errors"][0]["message"]
    wrong = {b"MZ\x90\0" + bytes(80): "file_kind", b"": "file_empty", b"GIF89a" + bytes(50): "file_kind"}
    zipped = b"PK\x05\x06" + bytes(18)
    for content, code in (wrong | {pdf() + zipped: "file_kind", photographed() + zipped: "file_kind"}).items():
        assert code_of(await send(own, draft, content)) == (422, code)
    for beyond in (1, 10 * 1024 * 1024):
        large = await send(own, draft, b"%PDF-1.7".ljust(10 * 1024 * 1024 + beyond, b"\0"))
        assert code_of(large) == (422, "file_too_large")
        assert [(each["pointer"], each["rule"]) for each in large.json()["errors"]] == [("/file", "file_too_large")]
    assert code_of(await send(own, draft, title="")) == (422, "invalid")
    assert await rows(database, "SELECT 1 FROM objects") == []

    faulty = {
        "unreadable": [b"%PDF-1.7\n%%EOF\n"],
        "encrypted": [pdf(password="geheim")],
    }
    for content in (each for files in faulty.values() for each in files):
        assert (await send(own, draft, content)).status_code == 201
    assert await checked() == 2
    path = f"/v1/registrations/{draft.json()['id']}/evidence"
    found = (await own.get(path)).json()["items"]
    assert [each["rule"] for each in found] == [rule for rule, files in faulty.items() for _ in files]
    assert {(each["state"], each["stored_sha256"]) for each in found} == {("refused", None)}
    # nothing of a file that could not be checked stays
    assert {each.state for each in await rows(database, "SELECT state FROM objects")} == {"dropped"}

    for _ in range(10):
        assert (await send(own, draft, pdf())).status_code == 201
    assert code_of(await send(own, draft, pdf())) == (409, "too_many_pieces")
    first = (await own.get(path, limit=11)).json()
    rest = (await own.get(path, limit=11, cursor=first["next_cursor"])).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (11, 1, None)


async def test_who_sends_deletes_while_it_is_a_draft(
    own: Desk, draft: httpx.Response, college: Desk, checked: Checked, database: Database
) -> None:
    piece = await send(own, draft)
    path = f"/v1/evidence/{piece.json()['id']}"
    assert (await delete(college, piece)).status_code == 403
    assert (await delete(own, piece)).status_code == 204
    assert (await own.get(path)).status_code == 404
    assert [each.state for each in await rows(database, "SELECT state FROM objects")] == ["dropped"]
    assert await checked() == 0

    sent = await send(own, draft)
    await own.act(draft, "submit")
    assert code_of(await delete(own, sent)) == (409, "transition_not_allowed")


async def test_a_piece_is_hidden_from_who_does_not_see_the_record(
    own: Desk, draft: httpx.Response, seat: Seat, enrol: Enrolment, checked: Checked, school: Desk
) -> None:
    piece = await send(own, draft)
    await checked()
    pending = await seen(own, piece)
    strangers = (
        seat("school_officer", school="10002"),
        seat("college_officer", school="10001", college="C02"),
        seat("counsellor", school="10001", class_="K2"),
        seat("graduate", graduate=await enrol()),
        seat("provincial_officer", province="110000"),
    )
    for stranger in strangers:
        assert (await send(stranger, draft)).status_code == 404
        assert (await seen(stranger, piece)).status_code == 404
        assert (await stranger.get(f"/v1/registrations/{draft.json()['id']}/evidence")).status_code == 404
        for act in ("accept", "hold", "release-hold"):
            assert (await on(stranger, pending, act)).status_code == 404
        assert (await on(stranger, pending, "link", **REVIEW)).status_code == 404
        assert (await delete(stranger, piece)).status_code == 404
    for role in ("admin", "employer", "auditor", "ministry"):
        other = await seat(role, school="10001").get(f"/v1/registrations/{draft.json()['id']}/evidence")
        assert other.status_code == 403
    nothing = "/v1/evidence/00000000-0000-7000-8000-000000000000"
    assert (await school.get(nothing)).status_code == 404


async def test_of_decisions_at_once_one_wins_and_is_named(
    own: Desk, draft: httpx.Response, college: Desk, school: Desk, checked: Checked, addresses: ServiceDatabase
) -> None:
    piece = await send(own, draft)
    await checked()
    owner = await asyncpg.connect(addresses.admin_url)
    for _ in range(ROUNDS):
        pending = await seen(own, piece)
        assert pending.json()["state"] == "pending"
        answers = await asyncio.gather(
            on(college, pending, "accept"),
            on(school, pending, "reject", {"reason": "无章"}),
            on(school.colleague, pending, "accept"),
        )
        assert sorted(each.status_code for each in answers) == [200, 412, 412]
        won = next(each for each in answers if each.status_code == 200)
        decided = (await seen(own, piece)).json()
        assert (decided["version"], decided["state"]) == (pending.json()["version"] + 1, won.json()["state"])
        by = await owner.fetchval("SELECT subject FROM audit_entries ORDER BY id DESC LIMIT 1")
        assert await owner.fetchval("SELECT decided_by FROM evidence") == by
        await owner.execute("UPDATE evidence SET outcome = 'pending', decided_by = NULL, reason_cipher = NULL")
    await owner.close()
    assert CONTRACT["title"] == decided["title"]
