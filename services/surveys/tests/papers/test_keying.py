"""Papers over HTTP: keyed twice, equal or not, resolved."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from at_once import at_once
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.data_copies import Records
from common.database import Database
from common.identifiers import GraduateId
from surveys.data_copies.storage import collect
from surveys.papers.commands import drop_overdue
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Key = Callable[..., Awaitable[httpx.Response]]
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
VALUES = {"satisfied": "y", "match": 4, "comment": "很好"}
CONSENT = {"statement_version": 1, "agreed": True, "sensitive": False}
ONE, OTHER = "keyer-one", "keyer-other"


@pytest.fixture
def key(client: Client, school: str, wave: Json, graduates: list[UUID]) -> Key:
    """Key the paper of the first graduate."""

    async def give(subject: str, values: Json | None = None, consent: Json | None = CONSENT) -> httpx.Response:
        keyer = client("survey_manager", school=school, subject=subject)
        body = {"graduate_id": str(graduates[0]), "values": VALUES if values is None else values, "consent": consent}
        return await keyer.post(f"/v1/waves/{wave['id']}/papers", json=body)

    return give


async def resolve(manager: httpx.AsyncClient, paper: Json, values: Json, version: str = "*") -> httpx.Response:
    headers = {"If-Match": version} if version else {}
    return await manager.post(f"/v1/papers/{paper['id']}/resolve", json={"values": values}, headers=headers)


async def test_two_equal_keyings_are_one_answer_on_paper(
    key: Key, manager: httpx.AsyncClient, rows: Rows, graduates: list[UUID], wave: Json
) -> None:
    first = await key(ONE)
    assert (first.status_code, first.json()["state"], first.json()["differing"]) == (201, "keyed", [])
    second = await key(OTHER, {**VALUES, "comment": " 很好"})
    assert (second.status_code, second.json()["state"]) == (200, "submitted"), second.text
    assert second.json()["change_token"]
    [stored] = await rows(
        "SELECT response.state, response.mode, response.completed_by, response.completeness, given.means"
        " FROM responses AS response JOIN response_consents AS given ON given.response_id = response.id"
        " WHERE response.graduate_id = :id",
        id=graduates[0],
    )
    assert stored == {
        "state": "submitted", "mode": "paper", "completed_by": "respondent", "completeness": "complete",
        "means": "paper",
    }  # fmt: skip
    events = "SELECT data ->> 'mode' AS mode FROM outbox WHERE key = :key AND data ->> 'state' = 'submitted'"
    assert await rows(events, key=str(graduates[0])) == [{"mode": "paper"}]
    assert (await key("third")).json()["code"] == "already_submitted"
    listed = (await manager.get(f"/v1/waves/{wave['id']}/papers", params={"state": "submitted"})).json()["items"]
    assert [each["id"] for each in listed] == [first.json()["id"]]


async def test_keyings_that_differ_wait_for_a_manager(
    key: Key, client: Client, manager: httpx.AsyncClient, rows: Rows, graduates: list[UUID], school: str
) -> None:
    await key(ONE)
    paper = (await key(OTHER, {**VALUES, "match": 5, "comment": None})).json()
    assert (paper["state"], paper["differing"], paper["version"]) == ("differs", ["comment", "match"], 2)
    again = await key("third")
    assert (again.status_code, again.json()["code"], again.json()["allowed_transitions"]) == (
        409, "transition_not_allowed", ["resolve"],
    )  # fmt: skip
    for of_school, status in ((school, 403), ("98001", 404)):
        assert (await resolve(client("interviewer", school=of_school), paper, VALUES)).status_code == status
    assert (await resolve(manager, paper, VALUES, "")).status_code == 428
    assert (await resolve(manager, paper, VALUES, '"1"')).status_code == 412
    refused = await resolve(manager, paper, {**VALUES, "match": 9})
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [("/values/match", "scale")]
    resolved = await resolve(manager, paper, VALUES, '"2"')
    assert (resolved.status_code, resolved.json()["state"]) == (200, "submitted"), resolved.text
    assert (await resolve(manager, paper, VALUES)).json()["code"] == "transition_not_allowed"
    assert await rows("SELECT mode FROM responses WHERE graduate_id = :id", id=graduates[0]) == [{"mode": "paper"}]


async def test_nobody_sees_what_was_keyed(key: Key, manager: httpx.AsyncClient, wave: Json, rows: Rows) -> None:
    said = {**VALUES, "comment": "只有我知道"}
    paper = (await key(ONE, said)).json()
    answers = [
        await key(OTHER),
        await manager.get(f"/v1/papers/{paper['id']}"),
        await manager.get(f"/v1/waves/{wave['id']}/papers"),
    ]
    assert all("只有我知道" not in each.text for each in answers)
    [stored] = await rows("SELECT * FROM papers WHERE id = :id", id=UUID(paper["id"]))
    assert "只有我知道".encode() not in stored["first_ciphertext"]
    assert ONE not in answers[1].text


async def test_one_person_does_not_key_a_paper_twice(key: Key) -> None:
    await key(ONE)
    again = await key(ONE)
    assert (again.status_code, again.json()["code"]) == (409, "same_reviewer")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"satisfied": "z", "match": 4}, ("/values/satisfied", "single_choice")),
        ({"satisfied": "y"}, ("/values/match", "required")),
        ({**VALUES, "weather": 1}, ("/values/weather", "unknown_question")),
    ],
)
async def test_a_paper_is_refused_as_a_submission_is(key: Key, values: Json, problem: tuple[str, str]) -> None:
    refused = await key(ONE, values)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [problem]


@pytest.mark.parametrize(
    ("consent", "status", "code", "pointer"),
    [
        (None, 409, "consent_required", None),
        ({**CONSENT, "agreed": False}, 422, "invalid", "/consent/agreed"),
        ({**CONSENT, "statement_version": 7}, 422, "invalid", "/consent/statement_version"),
    ],
)
async def test_nothing_is_keyed_without_consent(
    key: Key, consent: Json | None, status: int, code: str, pointer: str | None
) -> None:
    refused = (await key(ONE, consent=consent)).json()
    assert (refused["status"], [each["pointer"] for each in refused["errors"]]) == (
        status,
        [pointer] if pointer else [],
    )
    assert pointer or refused["code"] == code


async def test_only_who_is_asked_answers_and_only_in_an_open_wave(
    client: Client, school: str, wave: Json, graduates: list[UUID], moved: Any, key: Key
) -> None:
    keyer, path = client("interviewer", school=school), f"/v1/waves/{wave['id']}/papers"
    body = {"values": VALUES, "consent": CONSENT}
    unknown = await keyer.post(path, json={**body, "graduate_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/graduate_id")
    foreign = client("survey_manager", school="98001")
    assert (await foreign.post(path, json={**body, "graduate_id": str(graduates[0])})).status_code == 404
    assert (await keyer.get(path)).status_code == 403
    college = client("college_officer", school=school, college="C1")
    assert (await college.post(path, json={**body, "graduate_id": str(graduates[0])})).status_code == 403
    await moved(wave["id"], "closes_at = opens_at + interval '1 minute'")
    assert (await key(ONE)).json()["code"] == "wave_closed"


async def test_an_earlier_answer_keeps_the_paper_out_and_a_draft_is_given_up(
    client: Client, agreed: list[str], key: Key, rows: Rows, graduates: list[UUID]
) -> None:
    link = client(link=agreed[0])
    draft = {"values": {"satisfied": "n", "comment": "草稿"}}
    assert (await link.put("/v1/answer/pages/work", json=draft, headers={"If-Match": "*"})).status_code == 200
    await key(ONE, {"satisfied": "y", "match": 4})
    assert (await key(OTHER, {"satisfied": "y", "match": 4})).json()["state"] == "submitted"
    assert (await link.get("/v1/answer")).status_code == 401
    await link.post("/v1/answer/withdraw")
    assert (await key(ONE)).json()["code"] == "transition_not_allowed"


async def test_what_was_keyed_goes_with_the_answer_and_with_the_wave(
    client: Client,
    agreed: list[str],
    key: Key,
    rows: Rows,
    graduates: list[UUID],
    wave: Json,
    moved: Any,
    database: Database,
    cipher: FieldCipher,
) -> None:
    async def copy() -> Records:
        async with database.reading() as connection:
            return await collect(connection, cipher, GraduateId(graduates[0]))

    await key(ONE)
    [paper] = (await copy())["papers"]
    assert (paper["state"], paper["keyed"][0]["values"]) == ("keyed", VALUES)
    assert (await client(link=agreed[0]).post("/v1/answer/withdraw")).status_code == 204
    query = "SELECT state, first_ciphertext FROM papers WHERE graduate_id = :id"
    assert await rows(query, id=graduates[0]) == [{"state": "dropped", "first_ciphertext": None}]
    other = {"graduate_id": str(graduates[1]), "values": VALUES, "consent": CONSENT}
    keyer = client("admin")
    assert (await keyer.post(f"/v1/waves/{wave['id']}/papers", json=other)).status_code == 201
    await moved(wave["id"], "closed_at = now()")
    await drop_overdue(database)
    assert await rows(query, id=graduates[1]) == [{"state": "dropped", "first_ciphertext": None}]


async def test_the_same_request_is_keyed_once(client: Client, school: str, wave: Json, graduates: list[UUID]) -> None:
    body = {"graduate_id": str(graduates[0]), "values": VALUES, "consent": CONSENT}
    keyer, headers = client("survey_manager", school=school, subject=ONE), {"Idempotency-Key": "paper-1"}
    path = f"/v1/waves/{wave['id']}/papers"
    one, other = [(await keyer.post(path, json=body, headers=headers)).json() for _ in range(2)]
    assert one == other


@pytest.mark.parametrize(
    ("planted", "differences"),
    [
        ("SELECT CAST(:id AS uuid)", 0),
        ("UPDATE papers SET differing = '{comment,match}' WHERE graduate_id = :id", 1),
        ("UPDATE papers SET first_ciphertext = second_ciphertext WHERE graduate_id = :id", 1),
        ("UPDATE papers SET state = 'keyed', second_ciphertext = NULL WHERE graduate_id = :id", 1),
    ],
)
async def test_verify_finds_papers_whose_keyings_say_something_else(
    key: Key, database: Database, settings: Settings, school: str, graduates: list[UUID], broken: Any, planted: str,
    differences: int,
) -> None:  # fmt: skip
    await key(ONE)
    assert (await key(OTHER, {**VALUES, "match": 1})).json()["differing"] == ["match"]
    await broken(planted, id=graduates[0])
    assert (await CHECKS["papers_sealed"](database, settings, school)).differences == differences
    # what no key opens would stop a change of keys that another test makes in this database
    await broken("DELETE FROM papers WHERE graduate_id = :id", id=graduates[0])


async def test_of_two_who_key_at_once_one_is_the_second(
    key: Key, database: Database, graduates: list[UUID], rows: Rows
) -> None:
    for _ in range(ROUNDS):
        keyed = await at_once(partial(key, ONE, {**VALUES, "match": 1}), partial(key, OTHER))
        states = [each.json()["state"] for each in keyed]
        assert sorted(states) == ["differs", "keyed"]
        async with database.transaction(SYSTEM) as unit:
            await unit.connection.execute(text("DELETE FROM papers WHERE graduate_id = :id"), {"id": graduates[0]})
            await unit.commit()
