"""Who may have a file: managers and colleges without the persons, with the persons two people, once."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from exported import exported, rows_of_csv
from registry_book import Book
from sqlalchemy import text
from three_versions import EXPECTED

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.operations.files import PURPOSE, place_of
from surveys.exports.operations import delete_overdue
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
SUPPORT = {"X-Purpose": "support"}
ASKED = {"identified": True, "reason": "回访需要"}
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 8


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave that may show persons."""
    return plan | {"anonymity": "identified"}


async def asked(client: httpx.AsyncClient, wave: str, **given: Any) -> Json:
    answer = await client.post(f"/v1/waves/{wave}/exports", json=ASKED | given, headers=SUPPORT)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def acted(client: httpx.AsyncClient, export: Json, action: str, **given: Any) -> httpx.Response:
    headers = {"If-Match": f'"{export["version"]}"'}
    return await client.post(f"/v1/exports/{export['id']}/{action}", headers=headers, **given)


@pytest.fixture
def people(book: Book, graduates: list[UUID]) -> list[UUID]:
    """The graduates, as registry knows them."""
    for place, each in enumerate(graduates):
        book.write(each, f"2020{place:04}", f"=张{place}")
    return graduates


async def test_two_people_make_a_file_with_the_persons_that_one_fetches_once(
    client: Client, manager: httpx.AsyncClient, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json,
    people: list[UUID], school: str, rows: Rows,
) -> None:  # fmt: skip
    export = await asked(manager, answered["id"])
    place = f"/v1/exports/{export['id']}/file"
    assert (export["state"], export["allowed_transitions"], export["operation_id"]) == ("open", ["withdraw"], None)
    assert (await manager.get(place)).json()["code"] == "file_not_ready"
    assert (await acted(manager, export, "approve")).status_code == 403
    assert (await acted(client("admin"), export, "approve")).status_code == 403
    approved = (await acted(officer, export, "approve")).json()
    assert (approved["state"], approved["rows"]) == ("approved", None)
    await worker.run_once()
    work = (await officer.get(f"/v1/operations/{approved['operation_id']}")).json()
    assert (work["state"], work["result"]) == ("succeeded", {"export_id": export["id"], "rows": 3})
    assert (await manager.get(f"/v1/operations/{approved['operation_id']}")).json() == work, "who asked sees it, too"
    for person in people:
        [access] = (await officer.get(f"/v1/graduates/{person}/accesses")).json()["items"]
        assert (access["kind"], access["purpose"], access["role"]) == ("export", "support", "survey_manager")
        assert {"name", "graduate_id", "work", "boss"} <= set(access["fields"])
    assert (await officer.get(place)).status_code == 403
    assert (await manager.head(place)).status_code == 200
    answer = await manager.get(place)
    found = {row["graduate_id"]: row for row in rows_of_csv(answer.content)}
    assert found.keys() == {str(each) for each in people}
    for person, expected in zip(people, EXPECTED, strict=True):
        row = found[str(person)]
        told = {name: "" if cell is None else str(cell) for name, cell in expected.items()}
        assert {name: row[name] for name in told} == told
    first = found[str(people[0])]
    assert (first["name"], first["why"], first["boss_name"]) == ("'=张0", "'=1+1", "某某公司")
    assert (first["many_other"], first["many_other_text"]) == ("1", "自由")
    assert found[str(people[1])]["many_other_text"] == "-97"
    again = await manager.get(place)
    assert (again.status_code, again.json()["code"]) == (410, "file_gone")
    stored = "SELECT 1 FROM operation_file_parts WHERE operation_id = CAST(CAST(:id AS text) AS uuid)"
    assert await rows(stored, id=approved["operation_id"]) == []
    trail = "SELECT action FROM audit_entries WHERE object_id = :id AND object_kind = 'export' ORDER BY id"
    done = [each["action"].removeprefix("export.") for each in await rows(trail, id=export["id"])]
    assert done == ["ask", "approve", "make", "fetch"]


async def test_of_many_who_fetch_at_once_one_has_the_file(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json, people: list[UUID]
) -> None:
    for number in range(ROUNDS):
        export = await asked(manager, answered["id"], reason=f"回访 {number}")
        assert (await acted(officer, export, "approve")).status_code == 200
        await worker.run_once()
        place = f"/v1/exports/{export['id']}/file"
        answers = await asyncio.gather(*(manager.get(place) for _ in range(6)))
        given = [each for each in answers if each.status_code == 200]
        assert [len(rows_of_csv(each.content)) for each in given] == [len(people)]
        assert {each.status_code for each in answers} == {200, 410}


async def test_who_may_not_be_given_away_is_not_in_a_file_with_the_persons(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json,
    people: list[UUID], book: Book,
) -> None:  # fmt: skip
    del book.people[people[2]]
    export = await asked(manager, answered["id"])
    assert (await acted(officer, export, "approve")).status_code == 200
    await worker.run_once()
    answer = await manager.get(f"/v1/exports/{export['id']}/file")
    assert {row["graduate_id"] for row in rows_of_csv(answer.content)} == {str(each) for each in people[:2]}


async def test_a_request_is_refused_or_taken_back(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, answered: Json, school: str
) -> None:
    refused = await asked(officer, answered["id"])
    assert (await acted(officer, refused, "approve")).json()["code"] == "same_reviewer"
    assert (await acted(manager, refused, "withdraw")).status_code == 403
    assert (await acted(officer, refused, "withdraw")).json()["state"] == "withdrawn"
    export = await asked(manager, answered["id"])
    no = await acted(officer, export, "refuse", json={"reason": "学号 202000123"})
    assert (no.status_code, no.json()["code"]) == (422, "identifying_text")
    ended = await acted(officer, export, "refuse", json={"reason": "范围过大"})
    assert (ended.json()["state"], ended.json()["decision_reason"]) == ("refused", "范围过大")
    assert (await acted(officer, ended.json(), "approve")).json()["code"] == "transition_not_allowed"
    assert (await acted(officer, export, "approve")).status_code == 412
    listed = (await officer.get("/v1/exports", params={"school": school, "state": "refused"})).json()["items"]
    assert [(each["id"], each["reason"]) for each in listed] == [(export["id"], "回访需要")]


async def test_of_an_approval_and_a_refusal_the_first_counts(
    client: Client, manager: httpx.AsyncClient, officer: httpx.AsyncClient, answered: Json, school: str
) -> None:
    other = client("school_officer", school=school, subject="another")
    for _ in range(ROUNDS):
        export = await asked(manager, answered["id"])
        barrier = asyncio.Barrier(2)

        async def decide(
            who: httpx.AsyncClient, action: str, barrier: asyncio.Barrier = barrier, export: Json = export, **given: Any
        ) -> httpx.Response:
            await barrier.wait()
            return await acted(who, export, action, **given)

        decided = await asyncio.gather(decide(officer, "approve"), decide(other, "refuse", json={"reason": "不必要"}))
        assert sorted(each.status_code for each in decided) == [200, 412]
        [won] = [each.json()["state"] for each in decided if each.status_code == 200]
        shown = (await manager.get(f"/v1/exports/{export['id']}")).json()
        assert (shown["state"], shown["operation_id"] is not None) == (won, won == "approved")


@pytest.mark.parametrize(
    ("given", "headers", "status", "code"),
    [
        ({"reason": "回访"}, {}, 422, "purpose_required"),
        ({"reason": "回访"}, {"X-Purpose": "curiosity"}, 422, "purpose_unknown"),
        ({"reason": "回访"}, {"X-Purpose": "correction"}, 403, "purpose_not_permitted"),
        ({}, SUPPORT, 422, "reason_required"),
        ({"reason": "学号 202000123"}, SUPPORT, 422, "identifying_text"),
    ],
)
async def test_what_persons_are_asked_for_is_said(
    manager: httpx.AsyncClient, answered: Json, given: Json, headers: Json, status: int, code: str
) -> None:
    body = {"identified": True} | given
    answer = await manager.post(f"/v1/waves/{answered['id']}/exports", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_who_may_export(client: Client, answered: Json, school: str, worker: OperationRunner) -> None:
    place = f"/v1/waves/{answered['id']}/exports"
    for role, scope, plain, persons in (
        ("survey_manager", {"school": school}, 202, 201),
        ("school_officer", {"school": school}, 202, 201),
        ("admin", {}, 202, 403),
        ("college_officer", {"school": school, "college": "C1"}, 202, 403),
        ("counsellor", {"school": school, "class_": "K1"}, 403, 403),
        ("interviewer", {"school": school}, 403, 403),
        ("auditor", {"school": school}, 403, 403),
        ("survey_manager", {"school": "98765"}, 404, 404),
        ("college_officer", {"school": "98765", "college": "C1"}, 404, 404),
        ("graduate", {"graduate": uuid4()}, 404, 404),
    ):
        caller = client(role, **scope)
        assert (await caller.post(place, json={})).status_code == plain, role
        assert (await caller.post(place, json=ASKED, headers=SUPPORT)).status_code == persons, role
        assert (await caller.post(f"/v1/waves/{uuid4()}/exports", json={})).status_code == 404, role


async def test_an_open_wave_is_not_exported(manager: httpx.AsyncClient, wave: Json) -> None:
    answer = await manager.post(f"/v1/waves/{wave['id']}/exports", json={})
    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "not_closed", "open")


async def test_a_college_officer_gets_the_own_college(
    client: Client, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json, school: str,
    graduates: list[UUID], situate: Any, graduate_event: Any,
) -> None:  # fmt: skip
    await situate([graduate_event(school, each, college_code=f"C{n}") for n, each in enumerate(graduates)])
    caller, other = (client("college_officer", school=school, college=each) for each in ("C1", "C2"))
    done = await exported(caller, worker, answered["id"])
    place = f"/v1/exports/{done['result']['export_id']}"
    [row] = rows_of_csv((await caller.get(f"{place}/file")).content)
    assert (row["work"], row["college"]) == ("2", "")
    assert (await other.get(place)).status_code == (await other.get(f"{place}/file")).status_code == 404
    assert (await other.get("/v1/exports")).json()["items"] == []
    assert (await officer.get(place)).json()["college_code"] == "C1"
    assert (await client("auditor", school=school).get(f"{place}/file")).status_code == 403
    # the key is the same in every file of the school, and says nothing
    whole = await exported(officer, worker, answered["id"])
    rows = rows_of_csv((await officer.get(f"/v1/exports/{whole['result']['export_id']}/file")).content)
    assert row["respondent"] in {each["respondent"] for each in rows}


async def test_a_file_goes_once_an_answer_in_it_is_withdrawn(
    client: Client, manager: httpx.AsyncClient, worker: OperationRunner, agreed: list[str], answered: Json,
    database: Database, rows: Rows,
) -> None:  # fmt: skip
    done = await exported(manager, worker, answered["id"])
    place = f"/v1/exports/{done['result']['export_id']}/file"
    # as often as one likes
    assert [(await manager.get(place)).status_code for _ in range(2)] == [200, 200]
    await delete_overdue(database)
    assert (await manager.get(place)).status_code == 200
    assert (await client(link=agreed[1]).post("/v1/answer/withdraw")).status_code == 204
    gone = await manager.get(place)
    assert (gone.status_code, gone.json()["code"]) == (410, "file_gone")
    await delete_overdue(database)
    parts = "SELECT count(*) AS n FROM operation_file_parts WHERE operation_id = CAST(CAST(:id AS text) AS uuid)"
    assert await rows(parts, id=done["id"]) == [{"n": 0}]
    anew = await exported(manager, worker, answered["id"])
    found = rows_of_csv((await manager.get(f"/v1/exports/{anew['result']['export_id']}/file")).content)
    assert sorted(each["work"] for each in found) == ["1", "1"]


async def test_work_that_was_killed_after_its_file_makes_no_second_one(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json,
    people: list[UUID], database: Database,
) -> None:  # fmt: skip
    export = await asked(manager, answered["id"])
    approved = (await acted(officer, export, "approve")).json()
    await worker.run_once()
    undone = (
        "UPDATE operations SET state = 'running', file = NULL, finished_at = NULL, lease_until = quxiang_now()"
        " WHERE id = CAST(CAST(:id AS text) AS uuid)"
    )
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text(undone), {"id": approved["operation_id"]})
        await unit.commit()
    place = f"/v1/exports/{export['id']}/file"
    assert (await manager.get(place)).json()["code"] == "file_not_ready"
    await worker.run_once()
    assert len((await officer.get(f"/v1/graduates/{people[0]}/accesses")).json()["items"]) == 1
    assert (await manager.get(place)).status_code == 200


async def test_reasons_are_sealed_anew_by_the_current_key(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, answered: Json, cipher: FieldCipher, rows: Rows
) -> None:
    export = await asked(manager, answered["id"])
    [kept] = await rows("SELECT reason_cipher FROM exports WHERE id = CAST(CAST(:id AS text) AS uuid)", id=export["id"])
    assert "回访".encode() not in kept["reason_cipher"]
    assert cipher.decrypt("exports.reason", UUID(export["id"]), kept["reason_cipher"]) == "回访需要"


async def test_no_answer_of_a_wave_that_shows_nobody_is_given_away_with_the_person(
    manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], close: Callable[[str], Awaitable[None]]
) -> None:
    made = await manager.post("/v1/waves", json=plan | {"anonymity": "pseudonymous"})
    await close(made.json()["id"])
    answer = await manager.post(f"/v1/waves/{made.json()['id']}/exports", json=ASKED, headers=SUPPORT)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_identified")


@pytest.mark.parametrize(
    ("planted", "differences"),
    [
        (None, 0),
        ("DELETE FROM operation_file_parts WHERE operation_id = :operation", 1),
        ("UPDATE exports SET deleted_at = quxiang_now() WHERE id = :id", 1),
        ("INSERT INTO accesses (graduate_id, school_code, occasion_id, kind, role, fields)"
         " SELECT gen_random_uuid(), school_code, id, 'export', 'admin', '{}' FROM exports, generate_series(1, 4)"
         " WHERE id = :id", 1),
    ],
)  # fmt: skip
async def test_verify_finds_files_that_are_not_as_noted(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, worker: OperationRunner, answered: Json,
    people: list[UUID], database: Database, settings: Settings, school: str, broken: Any,
    planted: str | None, differences: int,
) -> None:  # fmt: skip
    assert len(people) == 3
    export = await asked(manager, answered["id"])
    approved = (await acted(officer, export, "approve")).json()
    await worker.run_once()
    if planted is not None:
        named = {"id": UUID(export["id"]), "operation": UUID(approved["operation_id"])}
        await broken(planted, **{name: value for name, value in named.items() if f":{name}" in planted})
    verified = await CHECKS["exports"](database, settings, school)
    assert (verified.compared, verified.differences) == (1, differences)


async def test_verify_finds_a_group_of_too_few_in_a_kept_file(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json, database: Database, settings: Settings,
    school: str, cipher: FieldCipher, broken: Any, rows: Rows,
) -> None:  # fmt: skip
    done = await exported(manager, worker, answered["id"])
    verified = await CHECKS["groups"](database, settings, school)
    assert (verified.compared, verified.differences) == (1, 0)
    lines = ["respondent,origin_province,sex,major,college", *[",,1,M1,C1"] * 5, *[",,2,M1,C1"] * 4]
    [part] = await rows("SELECT file_id FROM operation_file_parts WHERE operation_id = :id", id=UUID(done["id"]))
    sealed = cipher.encrypt_blob(PURPOSE, place_of(part["file_id"], 0), "\r\n".join(lines).encode())
    await broken("UPDATE operation_file_parts SET sealed = :sealed WHERE file_id = :id", sealed=sealed,
                 id=part["file_id"])  # fmt: skip
    assert (await CHECKS["groups"](database, settings, school)).named == [done["result"]["export_id"]]


async def test_a_withdrawal_a_freeze_and_an_export_meet(
    client: Client, manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], runner: OperationRunner, agree: Any,
    worker: OperationRunner, close: Callable[[str], Awaitable[None]],
) -> None:  # fmt: skip
    for _ in range(ROUNDS):
        wave = (await manager.post("/v1/waves", json=plan)).json()["id"]
        await manager.post(f"/v1/waves/{wave}/invitations", json={"channel": "link"})
        await runner.run_once()
        links = [each["link"] for each in (await manager.get(f"/v1/waves/{wave}/invitations")).json()["items"]]
        holders = [client(link=link.split("#")[1]) for link in links]
        for holder, link in zip(holders, links, strict=True):
            await agree(link.split("#")[1])
            sent = await holder.post("/v1/answer/submit", json={"values": {"work": "1"}}, headers=ANY)
            assert sent.status_code == 200
        await close(wave)
        asked_for = (await manager.post(f"/v1/waves/{wave}/exports", json={})).json()
        barrier = asyncio.Barrier(3)

        async def send(to: httpx.AsyncClient, path: str, barrier: asyncio.Barrier = barrier) -> httpx.Response:
            await barrier.wait()
            # a lock that is not had in time changes nothing
            while (answer := await to.post(path, headers=ANY)).status_code == 503:
                pass
            return answer

        async def written(barrier: asyncio.Barrier = barrier) -> bool:
            await barrier.wait()
            return bool(await worker.run_once())

        frozen, withdrawn, worked = await asyncio.gather(
            send(manager, f"/v1/waves/{wave}/freeze"), send(holders[0], "/v1/answer/withdraw"), written()
        )
        assert (frozen.status_code, withdrawn.status_code, worked) == (200, 204, True)
        done = (await manager.get(f"/v1/operations/{asked_for['id']}")).json()
        answer = await manager.get(f"/v1/exports/{done['result']['export_id']}/file")
        # what was withdrawn is in no file that can be had
        if done["result"]["rows"] == len(holders):
            assert (answer.status_code, answer.json()["code"]) == (410, "file_gone")
        else:
            assert len(rows_of_csv(answer.content)) == len(holders) - 1
