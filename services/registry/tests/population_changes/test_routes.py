"""The life of a request that takes two people, over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from changing import DOCUMENT, moved, wanted
from erased import erase_now

from common import clock
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import Database

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

PATH = "/v1/population-changes"
FIRST = {"If-Match": '"1"'}
CANARY = "因病休学一年"


def shown(answer: httpx.Response) -> tuple[int, str | None, list[tuple[str, str]]]:
    body = answer.json()
    return answer.status_code, body.get("code"), [(each["pointer"], each["rule"]) for each in body.get("errors", ())]


async def statuses(officer: httpx.AsyncClient, people: list[str]) -> list[tuple[str, int]]:
    """Status and version of each graduate."""
    entries = [(await officer.get(f"/v1/graduates/{each}")).json() for each in people]
    return [(entry["status"], entry["version"]) for entry in entries]


async def test_two_people_take_graduates_out_and_bring_one_back(
    asker: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    decider: httpx.AsyncClient,
    client: Client,
    people: list[str],
    school: str,
    rows: Rows,
) -> None:
    body = wanted(school, people[:2], "extend", reason=CANARY, effective_on="2024-06-20")
    asked = await asker.post(PATH, json=body, headers={"Idempotency-Key": "ask"})
    change = asked.json()
    path = asked.headers["location"]
    assert (asked.status_code, path, asked.headers["etag"]) == (201, f"{PATH}/{change['id']}", '"1"')
    assert change == {
        **{name: body[name] for name in ("school_code", "cohort", "graduate_ids", "change", "reason", "document")},
        **dict.fromkeys(("ground", "duplicate_of", "clamped", "change_token")),
        **dict.fromkeys(("decided_by_role", "decided_at", "decision_reason")),
        **{name: change[name] for name in ("id", "requested_at", "due_on")},
        "version": 1,
        "state": "open",
        "college_code": "C1",
        "effective_on": "2024-06-20",
        "requested_by_role": "college_officer",
        "allowed_transitions": ["withdraw"],
    }
    due = date.fromisoformat(change["due_on"]) - clock.day_in_shanghai(clock.now())
    assert due in {timedelta(5), timedelta(30)}
    again = await asker.post(PATH, json=body, headers={"Idempotency-Key": "ask"})
    assert (again.status_code, again.json()) == (201, change)

    held = await officer.post(PATH, json=wanted(school, people[1:2], "withdraw"))
    assert shown(held) == (409, "population_change_open", [("/graduate_ids/0", "population_change_open")])
    assert (await asker.post(f"{path}/approve", headers=FIRST)).status_code == 403
    assert shown(await decider.post(f"{path}/approve"))[:2] == (428, "precondition_required")
    assert shown(await decider.post(f"{path}/approve", headers={"If-Match": '"2"'}))[:2] == (412, "precondition_failed")
    assert (await decider.get(path)).json()["allowed_transitions"] == ["approve", "refuse"]
    assert await statuses(officer, people[:2]) == [("registered", 1), ("completed", 1)]

    key = FIRST | {"Idempotency-Key": "approve"}
    approved = await decider.post(f"{path}/approve", headers=key)
    done = approved.json()
    assert (approved.status_code, done["state"], done["version"], done["clamped"]) == (200, "approved", 2, 0)
    assert (done["decided_by_role"], done["allowed_transitions"]) == ("school_officer", [])
    assert (await decider.post(f"{path}/approve", headers=key)).json() == done
    assert await statuses(officer, people[:2]) == [("extended", 2), ("extended", 2)]
    ended = await decider.post(f"{path}/approve", headers={"If-Match": '"2"'})
    assert (shown(ended)[:2], ended.json()["state"]) == ((409, "transition_not_allowed"), "approved")

    readmitted = await moved(client, school, people[1:2], "readmit")
    assert await statuses(officer, people[:2]) == [("extended", 2), ("completed", 3)]
    events = await rows("SELECT * FROM outbox WHERE school_code = :school AND sequence > 1 ORDER BY id", school=school)
    events = [each for each in events if each["topic"] == "quxiang.registry.graduate.v1"]
    today = date.fromisoformat(readmitted["effective_on"])
    assert [(each["type"].rpartition(".")[2], each["sequence"], each["decided_on"]) for each in events] == [
        ("withdrawn", 2, date(2024, 6, 20)),
        ("withdrawn", 2, date(2024, 6, 20)),
        ("changed", 3, today),
    ]
    last = ChangeToken.decode(done["change_token"])
    assert (last.key, last.sequence) == (events[1]["key"], 2)
    stored = [str(await rows(f"SELECT * FROM {table}")) for table in ("population_changes", "audit_entries", "outbox")]
    assert not any(text in each for each in stored for text in (CANARY, DOCUMENT["number"]))


async def test_who_asked_decides_in_no_role(client: Client, people: list[str], school: str) -> None:
    one = client("college_officer", school=school, college="C1", subject="one")
    path = (await one.post(PATH, json=wanted(school, people[:1], "extend"))).headers["location"]
    promoted = client("school_officer", school=school, subject="one")
    for act, body in (("approve", None), ("refuse", {"reason": "不符"})):
        refused = await promoted.post(f"{path}/{act}", json=body, headers=FIRST)
        assert shown(refused)[:2] == (409, "same_reviewer")
        assert (refused.json()["state"], refused.json()["allowed_transitions"]) == ("open", ["withdraw"])
    assert (await client("admin").post(f"{path}/approve", headers=FIRST)).status_code == 403


async def test_a_request_is_taken_back_or_refused_and_frees_its_graduates(
    asker: httpx.AsyncClient, decider: httpx.AsyncClient, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    body = wanted(school, people[:2], "exclude")
    path = (await asker.post(PATH, json=body)).headers["location"]
    assert (await decider.post(f"{path}/withdraw", headers=FIRST)).status_code == 403
    back = await asker.post(f"{path}/withdraw", headers=FIRST)
    assert (back.json()["state"], back.json()["version"], back.json()["decided_at"]) == ("withdrawn", 2, None)

    path = (await asker.post(PATH, json=body)).headers["location"]
    for reason, rule in ((" ", "too_short"), ("学号 20200001", "identifying_text")):
        refused = await decider.post(f"{path}/refuse", json={"reason": reason}, headers=FIRST)
        assert shown(refused)[0::2] == (422, [("/reason", rule)])
    refused = await decider.post(f"{path}/refuse", json={"reason": "材料不全"}, headers=FIRST)
    assert (refused.json()["state"], refused.json()["decision_reason"]) == ("refused", "材料不全")
    assert await statuses(officer, people[:2]) == [("registered", 1), ("completed", 1)]
    assert (await officer.post(PATH, json=body)).status_code == 201


async def test_a_later_event_of_a_graduate_clamps_the_day(
    officer: httpx.AsyncClient, client: Client, people: list[str], school: str, rows: Rows
) -> None:
    changed = await officer.patch(f"/v1/graduates/{people[0]}", json={"sex_code": "1"}, headers=FIRST)
    # a corrected name moves no day, although it is announced
    named = {"name": "李四", "change_reason": "学籍更正"}
    assert (await officer.patch(f"/v1/graduates/{people[1]}", json=named, headers=FIRST)).is_success
    done = await moved(client, school, people[:2], "withdraw", effective_on="2024-06-20")
    assert (done["clamped"], done["effective_on"]) == (1, "2024-06-20")
    days = await rows("SELECT id, decided_on FROM graduates WHERE school_code = :school", school=school)
    found = {str(each["id"]): each["decided_on"].isoformat() for each in days}
    assert [found[each] for each in people[:2]] == [changed.json()["decided_on"], "2024-06-20"]


async def test_what_has_changed_since_is_outdated_and_may_be_left_out(
    asker: httpx.AsyncClient, decider: httpx.AsyncClient, people: list[str], school: str, officer: httpx.AsyncClient
) -> None:
    asked = await asker.post(PATH, json=wanted(school, people[:2], "extend"))
    path = asked.headers["location"]
    given = {"education_level_code": "31", "change_reason": "学籍更正"}
    level = await officer.patch(f"/v1/graduates/{people[1]}", json=given, headers=FIRST)
    assert level.json()["status"] == "registered"
    outdated = await decider.post(f"{path}/approve", headers=FIRST)
    assert shown(outdated) == (409, "outdated", [("/graduate_ids/1", "status_changed")])
    assert await statuses(officer, people[:2]) == [("registered", 1), ("registered", 2)]

    assert (await decider.patch(path, json={"graduate_ids": people[:1]}, headers=FIRST)).status_code == 403
    for ids, problems in (
        (people[:2], [("/graduate_ids", "not_fewer")]),
        ([people[0], people[2]], [("/graduate_ids/1", "not_fewer")]),
        ([people[0], people[0]], [("/graduate_ids/1", "repeated")]),
        ([], [("/graduate_ids", "too_few")]),
    ):
        refused = await asker.patch(path, json={"graduate_ids": ids}, headers=FIRST)
        assert shown(refused)[0::2] == (422, problems), ids
    fewer = await asker.patch(path, json={"graduate_ids": people[:1]}, headers=FIRST)
    assert (fewer.json()["graduate_ids"], fewer.json()["version"]) == (people[:1], 2)
    freed = await officer.post(PATH, json=wanted(school, people[1:2], "transfer"))
    assert freed.status_code == 201
    assert (await decider.post(f"{path}/approve", headers={"If-Match": '"1"'})).status_code == 412
    assert (await decider.post(f"{path}/approve", headers={"If-Match": '"2"'})).json()["state"] == "approved"
    assert await statuses(officer, people[:2]) == [("extended", 2), ("registered", 2)]


async def test_a_readmission_fits_no_longer_once_the_level_does_not_count(
    client: Client, decider: httpx.AsyncClient, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    await moved(client, school, people[:1], "withdraw")
    path = (await officer.post(PATH, json=wanted(school, people[:1], "readmit"))).headers["location"]
    level = {"education_level_code": "39", "change_reason": "学籍更正"}
    assert (
        await officer.patch(f"/v1/graduates/{people[0]}", json=level, headers={"If-Match": '"2"'})
    ).status_code == 200
    outdated = await decider.post(f"{path}/approve", headers=FIRST)
    assert shown(outdated) == (409, "outdated", [("/graduate_ids/0", "level_not_counted")])


@pytest.mark.parametrize(
    ("change", "named", "further", "answer"),
    [
        ("readmit", [0], {}, (409, "transition_not_allowed", [("/graduate_ids/0", "transition_not_allowed")])),
        ("exclude", [0, 2], {}, (409, "transition_not_allowed", [("/graduate_ids/1", "transition_not_allowed")])),
        ("readmit", [2], {}, (422, "level_not_counted", [("/graduate_ids/0", "level_not_counted")])),
        ("withdraw", [None], {}, (422, "unknown_graduate", [("/graduate_ids/0", "unknown_graduate")])),
        ("extend", [0], {"cohort": 2023}, (422, "unknown_graduate", [("/graduate_ids/0", "unknown_graduate")])),
        ("extend", [0], {"effective_on": "2999-01-01"}, (422, "in_the_future", [("/effective_on", "in_the_future")])),
        ("extend", [0], {"document": None}, (422, "invalid", [("/document", "required")])),
        ("extend", [0], {"reason": "13800138000"}, (422, "identifying_text", [("/reason", "identifying_text")])),
        ("extend", [], {}, (422, "invalid", [("/graduate_ids", "too_few")])),
        ("decease", [0], {}, (422, "invalid", [("/effective_on", "required")])),
        ("leave", [0], {}, (422, "invalid", [("/change", "not_allowed")])),
        ("extend", [0], {"school_code": "10001"}, (404, "not_found", [])),
    ],
)
async def test_what_cannot_be_asked_is_named(
    officer: httpx.AsyncClient,
    people: list[str],
    school: str,
    change: str,
    named: list[int | None],
    further: Json,
    answer: tuple[int, str, list[tuple[str, str]]],
) -> None:
    ids = [str(uuid4()) if each is None else people[each] for each in named]
    refused = await officer.post(PATH, json=wanted(school, ids, change, **further))
    assert shown(refused) == answer
    if answer[0] == 409:
        assert refused.json()["state"] == ("registered" if change == "readmit" else "withdrawn")


async def test_a_duplicate_names_the_entry_that_stays(
    officer: httpx.AsyncClient,
    client: Client,
    people: list[str],
    school: str,
    rows: Rows,
    database: Database,
    cipher: FieldCipher,
) -> None:
    given = {"ground": "duplicate", "duplicate_of": str(uuid4())}
    unknown = await officer.post(PATH, json=wanted(school, people[:1], "exclude", **given))
    assert shown(unknown) == (422, "unknown_graduate", [("/duplicate_of", "unknown_graduate")])
    done = await moved(client, school, people[:1], "exclude", **given | {"duplicate_of": people[1]})
    assert (done["ground"], done["duplicate_of"]) == ("duplicate", people[1])
    query = "SELECT status, exclusion_ground FROM graduates WHERE id = CAST(:id AS uuid)"
    assert await rows(query, id=people[0]) == [{"status": "excluded", "exclusion_ground": "duplicate"}]
    await moved(client, school, people[:1], "readmit")
    assert await rows(query, id=people[0]) == [{"status": "registered", "exclusion_ground": None}]
    await erase_now(database, cipher, people[1])
    erased = await officer.post(PATH, json=wanted(school, people[:1], "exclude", **given | {"duplicate_of": people[1]}))
    assert shown(erased) == (409, "erased_person", [("/duplicate_of", "gone")])


async def test_of_two_entries_of_a_person_one_stays(
    asker: httpx.AsyncClient, officer: httpx.AsyncClient, decider: httpx.AsyncClient, people: list[str], school: str
) -> None:
    given: Json = {"ground": "duplicate", "duplicate_of": people[2]}
    uncounted = await officer.post(PATH, json=wanted(school, people[:1], "exclude", **given))
    assert shown(uncounted) == (422, "invalid", [("/duplicate_of", "duplicate_must_stay")])

    paths = []
    for leaves, stays in ((people[0], people[1]), (people[1], people[0])):
        body = wanted(school, [leaves], "exclude", ground="duplicate", duplicate_of=stays)
        paths.append((await asker.post(PATH, json=body)).headers["location"])
    assert (await decider.post(f"{paths[1]}/approve", headers=FIRST)).status_code == 200
    outdated = await decider.post(f"{paths[0]}/approve", headers=FIRST)
    assert shown(outdated) == (409, "outdated", [("/duplicate_of", "duplicate_must_stay")])
    assert await statuses(officer, people[:2]) == [("registered", 1), ("excluded", 2)]
    assert (await asker.post(f"{paths[0]}/withdraw", headers=FIRST)).status_code == 200
    late = wanted(school, people[:1], "exclude", ground="duplicate", duplicate_of=people[1])
    refused = await officer.post(PATH, json=late)
    assert shown(refused) == (422, "invalid", [("/duplicate_of", "duplicate_must_stay")])
