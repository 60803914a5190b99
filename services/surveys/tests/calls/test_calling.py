"""Interviewers over HTTP: claim, answer, outcome."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from registry_book import Book

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]


async def claimed(client: httpx.AsyncClient, wave: Json, **headers: str) -> httpx.Response:
    return await client.post(f"/v1/waves/{wave['id']}/calls", headers=headers)


async def said(client: httpx.AsyncClient, call: Json, outcome: str, **further: object) -> httpx.Response:
    return await client.post(f"/v1/calls/{call['id']}/outcome", json={"outcome": outcome, **further})


async def test_a_case_is_claimed_answered_by_phone_and_told_of(
    at_ten: Client, wave: Json, people: list[UUID], book: Book, school: str, rows: Rows
) -> None:
    interviewer = at_ten("interviewer", school=school)
    answer = await claimed(interviewer, wave)
    assert answer.status_code == 201, answer.text
    call = answer.json()
    assert book.revealed == [next(each for each in people if book.people[each]["name"] == call["name"])]
    assert call["phone"] == book.people[book.revealed[0]]["phone"]
    assert call["attempt"] == 1
    link = at_ten(link=call["token"])
    shown = (await link.get("/v1/answer")).json()
    consent = {"statement_version": shown["consent"]["statement_version"], "agreed": True, "sensitive": False}
    assert (await link.put("/v1/answer/consent", json=consent, headers={"If-Match": "*"})).status_code == 200
    body = {"values": {"satisfied": "y", "match": 4}}
    submitted = await link.post("/v1/answer/submit", json=body, headers={"If-Match": "*"})
    assert submitted.status_code == 200, submitted.text
    ended = await said(interviewer, call, "completed")
    assert (ended.status_code, ended.json()["outcome"]) == (200, "completed")
    query = (
        "SELECT response.mode, given.means FROM responses AS response"
        " JOIN response_consents AS given ON given.response_id = response.id WHERE response.graduate_id = :id"
    )
    assert await rows(query, id=book.revealed[0]) == [{"mode": "phone", "means": "oral"}]
    accesses = await at_ten("graduate", graduate=book.revealed[0]).get("/v1/accesses")
    [access] = accesses.json()["items"]
    assert (access["kind"], access["role"], access["unit"], access["purpose"], access["fields"]) == (
        "call", "interviewer", school, "survey_contact", ["name", "phone"],
    )  # fmt: skip


async def test_who_called_stands_in_the_audit_trail_only(
    at_ten: Client, wave: Json, people: list[UUID], school: str, rows: Rows
) -> None:
    call = (await claimed(at_ten("interviewer", school=school, subject="voice-7"), wave)).json()
    [stored] = await rows("SELECT * FROM calls WHERE id = :id", id=UUID(call["id"]))
    assert "voice-7" not in str(stored)
    [entry] = await rows("SELECT subject FROM audit_entries WHERE object_id = :id", id=call["id"])
    assert entry == {"subject": "voice-7"}


async def test_an_outcome_is_said_once_and_by_who_called(
    at_ten: Client, wave: Json, people: list[UUID], school: str
) -> None:
    one, other = (at_ten("interviewer", school=school, subject=each) for each in ("one", "other"))
    call = (await claimed(one, wave)).json()
    assert (await said(other, call, "busy")).status_code == 404
    elsewhere = at_ten("interviewer", school="98001", subject="one")
    assert (await said(elsewhere, call, "busy")).status_code == 404, "who called works for another school now"
    assert (await said(one, {"id": uuid4()}, "busy")).status_code == 404
    assert (await said(one, call, "engaged")).status_code == 422
    for outcome, time in (("busy", {"callback_at": "2199-01-01T10:00:00+08:00"}), ("callback", {})):
        refused = await said(one, call, outcome, **time)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/callback_at")
    assert (await said(one, call, "busy")).status_code == 200
    again = await said(one, call, "refused")
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "outcome_given", "busy")


async def test_each_case_is_one_interviewers_until_none_is_left(
    at_ten: Client, wave: Json, people: list[UUID], school: str
) -> None:
    names = set()
    for number in range(len(people)):
        answer = await claimed(at_ten("interviewer", school=school, subject=f"{number}"), wave)
        names.add(answer.json()["name"])
    assert len(names) == len(people)
    left = await claimed(at_ten("interviewer", school=school), wave)
    assert (left.status_code, left.content) == (204, b"")


async def test_of_a_frozen_wave_no_case_is_claimed_and_no_outcome_taken(
    at_ten: Client, wave: Json, people: list[UUID], school: str, moved: Moved, database: Database, cipher: FieldCipher
) -> None:
    manager = at_ten("survey_manager", school=school)
    call = (await claimed(manager, wave)).json()
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    await close_due_waves(database, cipher)
    assert (await claimed(manager, wave)).status_code == 204
    assert (await manager.post(f"/v1/waves/{wave['id']}/freeze", headers={"If-Match": "*"})).status_code == 200
    for refused in (await claimed(manager, wave), await said(manager, call, "refused")):
        assert (refused.status_code, refused.json()["code"]) == (409, "frozen")


async def test_who_has_no_phone_is_not_called(
    at_ten: Client, wave: Json, people: list[UUID], book: Book, school: str
) -> None:
    for each in people[1:]:
        book.people[each]["phone"] = None
    answer = await claimed(at_ten("interviewer", school=school), wave)
    assert answer.json()["name"] == "张0"
    assert (await claimed(at_ten("interviewer", school=school), wave)).status_code == 204


async def test_while_registry_is_down_nothing_is_claimed(
    at_ten: Client, wave: Json, people: list[UUID], book: Book, school: str, rows: Rows
) -> None:
    book.down = True
    answer = await claimed(at_ten("interviewer", school=school), wave)
    assert (answer.status_code, answer.json()["code"]) == (503, "registry_unavailable")
    assert await rows("SELECT FROM calls WHERE school_code = :school", school=school) == []


async def test_the_same_request_gets_the_same_case_with_another_token(
    at_ten: Client, wave: Json, people: list[UUID], school: str
) -> None:
    interviewer = at_ten("interviewer", school=school)
    first, again = [(await claimed(interviewer, wave, **{"Idempotency-Key": "k1"})).json() for _ in range(2)]
    assert (first["id"], first["name"]) == (again["id"], again["name"])
    for token in (first["token"], again["token"]):
        assert (await at_ten(link=token).get("/v1/answer")).status_code == 200


async def test_only_the_own_college_and_school_are_called(
    at_ten: Client, wave: Json, people: list[UUID], school: str, situate: Any, graduate_event: Any
) -> None:
    await situate([graduate_event(school, people[0], college_code="C1")])
    own = at_ten("interviewer", school=school, college="C1")
    assert (await claimed(own, wave)).json()["name"] == "张0"
    assert (await claimed(own, wave)).status_code == 204
    for scope in ({"school": "98001"}, {}):
        assert (await claimed(at_ten("interviewer", **scope), wave)).status_code == 404
    assert (await claimed(at_ten("school_officer", school=school), wave)).status_code == 403
    assert (await claimed(at_ten("survey_manager", school=school), wave)).status_code == 201
