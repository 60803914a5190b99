"""What the team of an unlinkable wave can do and see, from its creation to its frozen data."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from at_once import at_once
from ballot_holders import ANY, CONSENT, LINK, complete, save, submit

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import SchoolCode, WaveId
from surveys.answers import commands
from surveys.ballots import storage
from surveys.ballots.commands.printing import codes_for, make_sheets
from surveys.ballots.domain import NotForUnlinkable
from surveys.ballots.storage.sendings import promises
from surveys.calls import commands as calls

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]


async def over(moved: Moved, wave: Json, database: Database, cipher: FieldCipher) -> None:
    await moved(wave["id"], "opens_at = opens_at - interval '9 h', closes_at = opens_at")
    await commands.close_due_waves(database, cipher)


async def test_too_few_are_refused_and_nothing_is_left(
    manager: httpx.AsyncClient, graduates: list[UUID], plan: Json, school: str, rows: Rows
) -> None:
    answer = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_few_for_unlinkable")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/anonymity"]
    assert len(graduates) < 30
    assert await rows("SELECT id FROM waves WHERE school_code = :school", school=school) == []


async def test_what_cannot_be_had_is_refused_with_its_pointers(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json
) -> None:
    answer = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "edit_hours": 5})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_for_unlinkable")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/edit_hours"]
    assert crowd


async def test_nobody_is_announced_and_no_link_is_made(
    manager: httpx.AsyncClient, client: Client, secret: Json, codes: list[str], rows: Rows, moved: Moved,
    database: Database, cipher: FieldCipher,
) -> None:  # fmt: skip
    refused = await manager.post(f"/v1/waves/{secret['id']}/invitations", json={"channel": "link"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_for_unlinkable")
    assert secret["change_token"] is None
    await complete(client(link=codes[0]))
    await submit(client(link=codes[0]))
    await over(moved, secret, database, cipher)
    assert (await manager.get(f"/v1/waves/{secret['id']}")).json()["phase"] == "closed"
    assert await rows("SELECT 1 FROM outbox WHERE data ->> 'wave_id' = :id", id=secret["id"]) == []
    audited = await rows(
        "SELECT action FROM audit_entries WHERE object_id = :id OR detail ->> 'wave_id' = :id ORDER BY id",
        id=secret["id"],
    )
    assert [each["action"] for each in audited] == ["wave.create", "wave.print_codes", "wave.close"]
    assert await rows("SELECT 1 FROM audit_entries WHERE subject = 'ballot'") == []


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("school_officer", 200), ("admin", 200)])
async def test_only_managers_print_codes(client: Client, school: str, secret: Json, role: str, status: int) -> None:
    answer = await client(role, school=school).post(f"/v1/waves/{secret['id']}/code-sheets")
    assert answer.status_code == status
    elsewhere = await client("survey_manager", school="10999").post(f"/v1/waves/{secret['id']}/code-sheets")
    assert elsewhere.status_code == 404


async def test_waves_with_links_have_no_codes(manager: httpx.AsyncClient, wave: Json) -> None:
    answer = await manager.post(f"/v1/waves/{wave['id']}/code-sheets")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_unlinkable")


async def test_the_list_tells_states_and_weeks_but_no_person_and_no_time(
    manager: httpx.AsyncClient, client: Client, secret: Json, codes: list[str], rows: Rows
) -> None:
    await complete(client(link=codes[0]))
    await submit(client(link=codes[0]))
    await client(link=codes[1]).put("/v1/answer/consent", json=CONSENT, headers=ANY)
    items = (await manager.get("/v1/responses", params={"wave": secret["id"]})).json()["items"]
    [week] = [
        row["week"] for row in await rows("SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'IYYY-\"W\"IW') AS week")
    ]
    assert sorted((each["state"], each["completeness"], each["week"]) for each in items) == sorted(
        [("submitted", "complete", week), ("open", None, None)], key=lambda each: each[0]
    )
    for each in items:
        unknown = ("graduate_id", "created_at", "recorded_at", "submitted_at", "change_token")
        assert [each[name] for name in unknown] == [None] * 5
        assert UUID(each["id"]).version == 4
        assert (await manager.get(f"/v1/responses/{each['id']}")).json() == each
        revealed = await manager.post(f"/v1/responses/{each['id']}/reveal", headers={"X-Purpose": "support"})
        assert (revealed.status_code, revealed.json()["code"]) == (409, "not_identified")
        taken = await manager.post(f"/v1/responses/{each['id']}/withdraw", headers=ANY)
        assert (taken.status_code, taken.json()["code"]) == (409, "transition_not_allowed")
    other = client("survey_manager", school="10999")
    assert (await other.get("/v1/responses", params={"wave": secret["id"]})).json()["items"] == []
    assert (await other.get(f"/v1/responses/{items[0]['id']}")).status_code == 404


async def test_the_close_submits_what_has_its_consent_and_each_core_question(
    client: Client, secret: Json, codes: list[str], moved: Moved, database: Database, cipher: FieldCipher, rows: Rows
) -> None:
    await complete(client(link=codes[0]))
    started = client(link=codes[1])
    await started.put("/v1/answer/consent", json=CONSENT, headers=ANY)
    await save(started, "work", {"comment": "…"})
    await client(link=codes[2]).get("/v1/answer")
    await over(moved, secret, database, cipher)
    found = await rows(
        "SELECT state, completed_by, week IS NULL AS open FROM ballots WHERE wave_id = :id AND is_opened ORDER BY 1",
        id=secret["id"],
    )
    assert [tuple(row.values()) for row in found] == [
        ("open", None, True),
        ("open", None, True),
        ("submitted", "close", False),
    ]


async def test_a_frozen_wave_keeps_a_hash_of_rows_that_withdrawal_takes_out(
    manager: httpx.AsyncClient, client: Client, secret: Json, codes: list[str], moved: Moved, database: Database,
    cipher: FieldCipher, rows: Rows,
) -> None:  # fmt: skip
    for code in codes[:2]:
        await complete(client(link=code))
        await submit(client(link=code))
    await over(moved, secret, database, cipher)
    frozen = await manager.post(f"/v1/waves/{secret['id']}/freeze", headers=ANY)
    assert frozen.status_code == 200, frozen.text
    kept = await rows(
        "SELECT frozen_digest, frozen_salt FROM ballots WHERE wave_id = :id AND state = 'submitted'", id=secret["id"]
    )
    digests = sorted(bytes(row["frozen_digest"]) for row in kept)
    assert frozen.json()["dataset_hash"] == sha256(b"".join(digests)).hexdigest()
    assert {len(row["frozen_salt"]) for row in kept} == {16}
    assert (await client(link=codes[0]).post("/v1/answer/withdraw")).status_code == 204
    after = (await manager.get(f"/v1/waves/{secret['id']}")).json()
    assert (after["withdrawn_after_freeze"], after["dataset_hash"]) == (1, frozen.json()["dataset_hash"])
    kept = await rows("SELECT frozen_salt FROM ballots WHERE wave_id = :id AND state = 'withdrawn'", id=secret["id"])
    assert [row["frozen_salt"] for row in kept] == [None]


async def test_anonymity_changes_before_the_wave_opens_and_before_anything_was_promised(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, moved: Moved, rows: Rows
) -> None:
    plan = plan | {"opens_at": plan["closes_at"], "closes_at": "2099-01-01T00:00:00Z", "anonymity": "unlinkable"}
    wave = (await manager.post("/v1/waves", json=plan)).json()
    path = f"/v1/waves/{wave['id']}"
    known = await manager.patch(path, json={"anonymity": "identified"}, headers=ANY)
    assert (known.status_code, known.json()["anonymity"]) == (200, "identified")
    asked = await rows("SELECT 1 FROM outbox WHERE data ->> 'wave_id' = :id", id=wave["id"])
    assert len(asked) == len(crowd)
    fewer = {"anonymity": "unlinkable", "population": {"kind": "sample", "size": 29}}
    refused = await manager.patch(path, json=fewer, headers=ANY)
    assert refused.json()["code"] == "too_few_for_unlinkable"
    assert (await manager.patch(path, json={"anonymity": "unlinkable"}, headers=ANY)).status_code == 200
    assert (await manager.post(f"{path}/code-sheets")).status_code == 200
    refused = await manager.patch(path, json={"anonymity": "pseudonymous"}, headers=ANY)
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "links_made")
    refused = await manager.patch(path, json={"population": {"kind": "sample", "size": 30}}, headers=ANY)
    assert refused.json()["errors"][0] | {"message": ""} == {
        "pointer": "/population",
        "rule": "links_made",
        "message": "",
    }
    assert (await manager.patch(path, json={"edit_hours": 2}, headers=ANY)).json()["code"] == "not_for_unlinkable"


async def test_ballots_are_sealed_anew(
    client: Client, codes: list[str], secret: Json, database: Database, cipher: FieldCipher
) -> None:
    await complete(client(link=codes[0]))
    await submit(client(link=codes[0]))
    async with database.reading() as connection:
        [given] = await storage.given(connection, secret["id"])
    assert storage.values_of(cipher, given) == {"satisfied": "y", "comment": "好", "match": 4}
    assert await storage.reseal_ballots(database, cipher) == 0


async def test_two_managers_print_codes_once(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, rows: Rows, database: Database, school: str
) -> None:
    for _ in range(ROUNDS):
        wave = (await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable"})).json()["id"]
        post = partial(manager.post, f"/v1/waves/{wave}/code-sheets")
        answers = await at_once(*[post] * 3)
        # a lock that is not had in time prints nothing
        assert sorted(each.status_code for each in answers if each.status_code != 503)[0] == 200
        [sheets] = [each for each in answers if each.status_code == 200]
        assert {each.status_code for each in answers} <= {200, 409, 503}
        stored = await rows("SELECT digest FROM ballots WHERE wave_id = CAST(CAST(:id AS text) AS uuid)", id=wave)
        printed = {sha256(f"ballot:{code}".encode()).digest() for code in LINK.findall(sheets.text)}
        assert ({bytes(each["digest"]) for each in stored}, len(stored)) == (printed, len(crowd))
    async with database.reading() as connection:
        assert not any(broken for _, broken in await promises(connection, SchoolCode(school)))


@pytest.mark.parametrize("before", [-3, 4])
async def test_as_many_codes_are_printed_as_people_are_asked_by_then(
    secret: Json, crowd: list[UUID], rows: Rows, database: Database, school: str, before: int
) -> None:
    """Codes are made ready before the wave is locked, when it may ask others still."""
    caller = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=SchoolCode(school))
    ready = codes_for(len(crowd) + before)
    act = partial(make_sheets, caller=caller, wave_id=WaveId(UUID(secret["id"])), codes=ready)
    sheets = await database.act(caller.actor, act)
    stored = await rows("SELECT digest FROM ballots WHERE wave_id = CAST(CAST(:id AS text) AS uuid)", id=secret["id"])
    printed = {sha256(f"ballot:{code}".encode()).digest() for code in sheets.codes}
    assert ({bytes(each["digest"]) for each in stored}, len(stored)) == (printed, len(crowd))


async def test_ballots_take_places_under_caps_and_give_them_back(
    manager: httpx.AsyncClient, client: Client, crowd: list[UUID], plan: Json
) -> None:
    caps = [{"id": "content", "condition": "${satisfied} = 'y'", "limit": 1}]
    wave = (await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "caps": caps})).json()
    sheets = await manager.post(f"/v1/waves/{wave['id']}/code-sheets")
    first, second, third = (client(link=code) for code in LINK.findall(sheets.text)[:3])
    for holder in (first, second, third):
        await complete(holder)
    assert (await submit(first)).status_code == 200
    full = await submit(second)
    assert (full.status_code, full.json()["code"], full.json()["cap"]) == (409, "cap_full", "content")
    assert (await submit(second)).status_code == 401
    assert (await second.post("/v1/answer/withdraw")).status_code == 204
    assert (await manager.get(f"/v1/waves/{wave['id']}")).json()["caps"][0]["taken"] == 1
    assert (await first.post("/v1/answer/withdraw")).status_code == 204
    assert (await manager.get(f"/v1/waves/{wave['id']}")).json()["caps"][0]["taken"] == 0
    assert (await submit(third)).status_code == 200
    states = (await manager.get("/v1/responses", params={"wave": wave["id"]})).json()["items"]
    assert sorted(each["state"] for each in states) == ["screened_out", "submitted", "withdrawn"]
    assert len(crowd) == wave["eligible"]


@pytest.mark.parametrize(
    "planted",
    [
        "INSERT INTO invitations (id, wave_id, graduate_id, school_code, channel, token_digest)"
        " SELECT uuidv7(), wave_id, graduate_id, school_code, 'link', sha256('a') FROM wave_eligible"
        "  WHERE wave_id = :id LIMIT 1",
        "DELETE FROM ballots WHERE id = (SELECT id FROM ballots WHERE wave_id = :id LIMIT 1)",
        "INSERT INTO ballots (wave_id, school_code, digest) SELECT id, school_code, sha256('a') FROM waves"
        " WHERE id = :id",
    ],
)
async def test_verify_finds_what_breaks_the_promise(
    secret: Json, codes: list[str], database: Database, school: str, broken: Any, planted: str
) -> None:
    async def differing() -> list[tuple[UUID, bool]]:
        async with database.reading() as connection:
            return list(await promises(connection, SchoolCode(school)))

    assert len(codes) == secret["eligible"]
    assert await differing() == [(UUID(secret["id"]), False)]
    await broken(planted, id=UUID(secret["id"]))
    assert await differing() == [(UUID(secret["id"]), True)]


async def test_nobody_is_called_for_an_unlinkable_wave(
    secret: Json, school: str, database: Database, cipher: FieldCipher
) -> None:
    caller = Principal(subject="voice", role=Role.INTERVIEWER, school_code=school)
    wave_id = WaveId(UUID(secret["id"]))
    act = partial(calls.claim, caller=caller, cipher=cipher, wave_id=wave_id, person=None, without=())
    with pytest.raises(NotForUnlinkable):
        await database.act(caller.actor, act)
