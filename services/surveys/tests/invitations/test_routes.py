import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import OperationId, WaveId
from common.operations import OperationContext, OperationRunner
from surveys.invitations import commands, operations, storage
from surveys.invitations.domain import Batch, Channel
from surveys.settings import Settings

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]


async def invite(manager: httpx.AsyncClient, wave: Json, runner: OperationRunner) -> Json:
    accepted = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    assert accepted.status_code == 202
    while await runner.run_once():
        pass
    return dict((await manager.get(accepted.headers["Location"])).json())


def batch_of(wave: Json, operation: UUID) -> Batch:
    return Batch(OperationId(operation), WaveId(UUID(wave["id"])), wave["school_code"], Channel.LINK)


async def invite_one(database: Database, cipher: FieldCipher, batch: Batch) -> int:
    async with database.reading() as connection:
        graduates = await storage.uninvited(connection, batch.wave_id, 1)
    made = commands.sealed(cipher, graduates)
    return await database.act(SYSTEM, partial(commands.invite, batch=batch, made=made))


async def test_everybody_eligible_gets_one_link(
    manager: httpx.AsyncClient, wave: Json, runner: OperationRunner, graduates: list[UUID]
) -> None:
    first, second = await invite(manager, wave, runner), await invite(manager, wave, runner)
    assert (first["state"], first["result"]) == ("succeeded", {"created": 3})
    assert (second["state"], second["result"]) == ("succeeded", {"created": 0})
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    assert sorted(each["graduate_id"] for each in items) == [str(each) for each in graduates]
    assert {each["state"] for each in items} == {"created"}
    assert all(each["link"].startswith("https://survey.test/a#") for each in items)


async def test_a_run_that_was_broken_off_is_finished_by_another(
    manager: httpx.AsyncClient, wave: Json, runner: OperationRunner, database: Database, settings: Settings, rows: Rows
) -> None:
    accepted = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    batch = batch_of(wave, UUID(accepted.json()["id"]))
    assert await invite_one(database, FieldCipher.load(settings.keyring_file), batch) == 1
    before = await rows("SELECT graduate_id, token_digest FROM invitations WHERE wave_id = :id", id=wave["id"])
    await runner.run_once()
    ended = (await manager.get(accepted.headers["Location"])).json()
    after = await rows("SELECT graduate_id, token_digest FROM invitations WHERE wave_id = :id", id=wave["id"])
    assert (ended["state"], ended["result"], len(after)) == ("succeeded", {"created": 3}, 3)
    assert before[0] in after


async def test_two_runs_at_once_invite_everybody_once(
    manager: httpx.AsyncClient, wave: Json, database: Database, settings: Settings, rows: Rows
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)

    async def run() -> int:
        batch = batch_of(wave, uuid4())
        return sum([await invite_one(database, cipher, batch) for _ in range(3)])

    assert sum(await asyncio.gather(*(run() for _ in range(4)))) == 3
    assert len(await rows("SELECT id FROM invitations WHERE wave_id = :id", id=wave["id"])) == 3


async def test_only_the_survey_manager_reads_links_and_only_until_they_are_used(
    client: Client, manager: httpx.AsyncClient, wave: Json, invited: list[Json], tokens: list[str], school: str
) -> None:
    path = f"/v1/waves/{wave['id']}/invitations"
    for other in (client("school_officer", school=school), client("admin")):
        assert {each["link"] for each in (await other.get(path)).json()["items"]} == {None}
    await client(link=tokens[0]).get("/v1/answer")
    shown = {each["graduate_id"]: each for each in (await manager.get(path)).json()["items"]}
    used = shown[invited[0]["graduate_id"]]
    assert (used["state"], used["link"]) == ("opened", None)
    assert sum(each["link"] is not None for each in shown.values()) == 2


async def test_reading_links_is_audited(wave: Json, invited: list[Json], rows: Rows) -> None:
    query = "SELECT detail FROM audit_entries WHERE action = 'invitation.read_links' AND object_id = :id"
    assert [row["detail"] for row in await rows(query, id=wave["id"])] == [{"links": 3}]


async def test_a_closed_wave_invites_nobody(
    manager: httpx.AsyncClient, wave: Json, moved: Callable[[str, str], Awaitable[None]]
) -> None:
    await moved(wave["id"], "closes_at = opens_at + interval '1 second'")
    answer = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wave_closed")


async def test_an_invitation_that_was_taken_is_taken_again_when_the_wave_has_closed(
    manager: httpx.AsyncClient, wave: Json, moved: Callable[[str, str], Awaitable[None]], rows: Rows
) -> None:
    path, once = f"/v1/waves/{wave['id']}/invitations", {"Idempotency-Key": "invite"}
    first = await manager.post(path, json={"channel": "link"}, headers=once)
    await moved(wave["id"], "closes_at = opens_at + interval '1 second'")
    second = await manager.post(path, json={"channel": "link"}, headers=once)
    assert (second.status_code, second.headers["Location"]) == (202, first.headers["Location"])
    assert second.headers["Idempotency-Replayed"] == "true"
    other = await manager.post(path, json={"channel": "pigeon"}, headers=once)
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    school = wave["school_code"]
    assert len(await rows("SELECT id FROM operations WHERE school_code = :school", school=school)) == 1


async def test_making_links_is_cancelled_between_two_parts_and_those_made_stay(
    manager: httpx.AsyncClient, wave: Json, runner: OperationRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/waves/{wave['id']}/invitations"
    operation = (await manager.post(path, json={"channel": "link"})).headers["Location"]
    progress = OperationContext.progress

    async def cancelled_after_one(self: OperationContext, done: int, total: int) -> None:
        await progress(self, done, total)
        if done == 1 and operation.endswith(str(self.id)):
            assert (await manager.post(f"{operation}/cancel")).status_code == 200

    monkeypatch.setattr(operations, "CHUNK", 1)
    monkeypatch.setattr(OperationContext, "progress", cancelled_after_one)
    while await runner.run_once():
        pass
    done = (await manager.get(operation)).json()
    assert (done["state"], done["result"]) == ("cancelled", {"created": 1})
    assert len((await manager.get(path)).json()["items"]) == 1


async def test_an_unknown_channel_is_refused(manager: httpx.AsyncClient, wave: Json) -> None:
    answer = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "pigeon"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/channel")


async def test_invitations_are_listed_page_by_page(manager: httpx.AsyncClient, wave: Json, invited: list[Json]) -> None:
    seen, path = [], f"/v1/waves/{wave['id']}/invitations?limit=2"
    while path:
        answer = await manager.get(path)
        seen += [each["id"] for each in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
        assert (answer.json()["next_cursor"] is None) == (path == "")
    assert sorted(seen) == sorted(each["id"] for each in invited)


async def test_the_application_role_cannot_rewrite_who_was_eligible(database: Database, rows: Rows) -> None:
    found = await rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'surveys_app'"
    )
    rights = {(row["table_name"], row["privilege_type"]) for row in found}
    for table in ("wave_eligible", "questionnaire_versions", "audit_entries", "outbox"):
        assert (table, "INSERT") in rights
        assert not rights & {(table, "UPDATE"), (table, "DELETE"), (table, "TRUNCATE")}
