"""Places under caps are taken by the act that submits, and given back by what takes an answer out."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
CAPS: list[Json] = [
    {"id": "content", "condition": "${satisfied} = 'y'", "limit": 1},
    {"id": "fits", "condition": "${match} >= 4", "limit": 2},
]
CONTENT: Json = {"satisfied": "y", "match": 5, "comment": "金丝雀"}
UNHAPPY: Json = {"satisfied": "n", "match": 4}
PLANNED = "opens_at = statement_timestamp() + interval '1 hour', closes_at = statement_timestamp() + interval '2 hours'"
OVER = "closes_at = statement_timestamp() - interval '1 second'"
PATHS = ("consent", "pages/work", "submit", "reopen")


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave that is edited until it closes, with caps that one and two answers fill."""
    return plan | {"edit_hours": None, "caps": CAPS}


@pytest.fixture
def holders(client: Client, agreed: list[str]) -> list[httpx.AsyncClient]:
    return [client(link=token) for token in agreed]


async def submit(holder: httpx.AsyncClient, values: Json, **headers: str) -> httpx.Response:
    return await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY | headers)


async def taken(manager: httpx.AsyncClient, wave: Json) -> list[int]:
    return [each["taken"] for each in (await manager.get(f"/v1/waves/{wave['id']}")).json()["caps"]]


async def test_a_full_cap_screens_out_and_erases(
    manager: httpx.AsyncClient, wave: Json, holders: list[httpx.AsyncClient], graduates: list[UUID], rows: Rows,
    database: Database, settings: Settings, school: str,
) -> None:  # fmt: skip
    assert wave["caps"] == [each | {"taken": 0} for each in CAPS]
    assert (await submit(holders[0], CONTENT)).status_code == 200
    assert await taken(manager, wave) == [1, 1]
    saved = await holders[1].put("/v1/answer/pages/work", json={"values": {"comment": "金丝雀"}}, headers=ANY)
    assert saved.status_code == 200
    file = await holders[1].post("/v1/answer/files", files={"file": ("a.pdf", b"%PDF-1.4\n%%EOF")})
    assert file.status_code == 201
    refused = await submit(holders[1], CONTENT, **{"Idempotency-Key": "once"})
    told = refused.json()
    assert (refused.status_code, told["code"], told["cap"], told["state"]) == (
        409, "cap_full", "content", "screened_out",
    )  # fmt: skip
    again = await submit(holders[1], CONTENT, **{"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["code"], again.json()["cap"]) == (409, "cap_full", None)
    # nothing was taken under the cap that has places left
    assert await taken(manager, wave) == [1, 1]
    stored = await rows("SELECT id, state, effective_version FROM responses WHERE graduate_id = :id", id=graduates[1])
    assert [(each["state"], each["effective_version"]) for each in stored] == [("screened_out", None)]
    for table in ("response_pages", "submitted_contents", "response_files"):
        assert await rows(f"SELECT 1 AS row FROM {table} WHERE response_id = :id", id=stored[0]["id"]) == []
    said = await rows("SELECT type FROM outbox WHERE key = :key", key=str(graduates[1]))
    assert [each["type"] for each in said] == ["quxiang.response.requested"]
    shown = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    assert {each["graduate_id"]: each["state"] for each in shown}[str(graduates[1])] == "screened_out"
    for name in ("contents", "counts", "measures", "caps"):
        assert (await CHECKS[name](database, settings, school)).differences == 0


async def test_a_link_that_was_screened_out_can_only_be_withdrawn_and_nothing_changes(
    manager: httpx.AsyncClient, holders: list[httpx.AsyncClient], wave: Json, graduates: list[UUID]
) -> None:
    for holder in holders[:2]:
        await submit(holder, CONTENT)
    consent = {"statement_version": 1, "agreed": True, "sensitive": False}
    assert (await holders[1].put("/v1/answer/consent", json=consent, headers=ANY)).status_code == 401
    assert (await holders[1].put("/v1/answer/pages/work", json={"values": {}}, headers=ANY)).status_code == 401
    assert (await submit(holders[1], UNHAPPY)).status_code == 401
    assert (await holders[1].post("/v1/answer/reopen", headers=ANY)).status_code == 401
    assert (await holders[1].get("/v1/answer")).status_code == 401
    assert (await holders[1].post("/v1/answer/withdraw")).status_code == 204
    found = {each["graduate_id"]: each for each in (await manager.get("/v1/responses")).json()["items"]}
    screened = found[str(graduates[1])]
    assert screened["state"] == "screened_out"
    refused = await manager.post(f"/v1/responses/{screened['id']}/withdraw", headers=ANY)
    assert (refused.status_code, refused.json()["state"]) == (409, "screened_out")


async def test_an_edit_changes_nothing_and_a_withdrawal_frees_the_place(
    manager: httpx.AsyncClient, holders: list[httpx.AsyncClient], wave: Json
) -> None:
    assert (await submit(holders[0], UNHAPPY)).status_code == 200
    assert (await submit(holders[1], CONTENT)).status_code == 200
    assert await taken(manager, wave) == [1, 2]
    for values in (CONTENT, {"satisfied": "n", "match": 1}):
        assert (await holders[0].post("/v1/answer/reopen", headers=ANY)).status_code == 200
        assert (await submit(holders[0], values)).status_code == 200
        assert await taken(manager, wave) == [1, 2]
    assert (await holders[1].post("/v1/answer/withdraw")).status_code == 204
    assert await taken(manager, wave) == [0, 1]
    assert (await submit(holders[2], CONTENT)).status_code == 200
    assert await taken(manager, wave) == [1, 2]


async def test_of_who_is_erased_the_place_is_free(
    manager: httpx.AsyncClient, holders: list[httpx.AsyncClient], wave: Json, graduates: list[UUID], school: str,
    keep: Any, graduate_event: Any, client: Client,
) -> None:  # fmt: skip
    await submit(holders[0], CONTENT)
    own = await client("graduate", graduate=graduates[0]).get(f"/v1/graduates/{graduates[0]}/data")
    assert [each["caps"] for each in own.json()["records"]["responses"]] == [["content", "fits"]]
    await keep([graduate_event(school, graduates[0], sequence=2, erased=True)])
    assert await taken(manager, wave) == [0, 0]
    assert (await submit(holders[1], CONTENT)).status_code == 200


async def test_the_close_takes_places_too(
    holders: list[httpx.AsyncClient], wave: Json, manager: httpx.AsyncClient, moved: Moved, database: Database,
    cipher: FieldCipher, rows: Rows,
) -> None:  # fmt: skip
    for holder in holders:
        for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 3})):
            saved = await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
            assert saved.status_code == 200
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    states = await rows("SELECT state FROM responses WHERE wave_id = :id ORDER BY state", id=wave["id"])
    assert [each["state"] for each in states] == ["screened_out", "screened_out", "submitted"]
    assert await taken(manager, wave) == [1, 0]


async def test_before_a_wave_opens_its_caps_are_changed_and_later_only_raised(
    manager: httpx.AsyncClient, wave: Json, moved: Moved, rows: Rows
) -> None:
    path = f"/v1/waves/{wave['id']}"
    await moved(wave["id"], PLANNED)
    others = [{"id": "all", "condition": "true()", "limit": 5}, CAPS[0]]
    changed = await manager.patch(path, json={"caps": others}, headers=ANY)
    assert (changed.status_code, changed.json()["caps"]) == (200, [each | {"taken": 0} for each in others])
    wrong = await manager.patch(path, json={"caps": [{"id": "x", "condition": "${nobody}", "limit": 1}]}, headers=ANY)
    assert (wrong.status_code, [(each["pointer"], each["rule"]) for each in wrong.json()["errors"]]) == (
        422, [("/caps/0/condition", "unknown_variable")],
    )  # fmt: skip
    await moved(wave["id"], "opens_at = statement_timestamp() - interval '1 hour'")
    shown = (await manager.get(path)).json()["caps"]
    for caps, pointer in (
        ([shown[0] | {"limit": 4}, shown[1]], "/caps/0/limit"), ([shown[0]], "/caps"), ([], "/caps"),
        ([shown[0] | {"condition": "false()"}, shown[1]], "/caps"),
    ):  # fmt: skip
        refused = await manager.patch(path, json={"caps": caps}, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_changeable")
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    raised = await manager.patch(path, json={"caps": [shown[0], shown[1] | {"limit": 7}]}, headers=ANY)
    assert (raised.status_code, [each["limit"] for each in raised.json()["caps"]]) == (200, [5, 7])
    assert (await manager.patch(path, json={"caps": raised.json()["caps"]}, headers=ANY)).status_code == 200


@pytest.mark.parametrize(
    ("caps", "pointer"),
    [
        ([{"id": "a", "condition": "${nobody} = 1", "limit": 1}], "/caps/0/condition"),
        ([CAPS[0], CAPS[0]], "/caps/0/id"),
        ([CAPS[0] | {"limit": -1}], "/caps/0/limit"),
        ([CAPS[0] | {"id": ""}], "/caps/0/id"),
        ([CAPS[0] | {"id": f"c{at}"} for at in range(51)], "/caps"),
    ],
)
async def test_what_is_no_cap_is_refused(
    manager: httpx.AsyncClient, graduates: list[UUID], plan: Json, caps: list[Json], pointer: str
) -> None:
    refused = await manager.post("/v1/waves", json=plan | {"caps": caps})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text


async def test_the_page_thanks_who_is_screened_out(
    holders: list[httpx.AsyncClient], agreed: list[str], transport: httpx.ASGITransport
) -> None:
    await submit(holders[0], CONTENT)
    for values, page in (({"satisfied": "y"}, "work"), ({"match": 1}, "study")):
        await holders[1].put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
    headers = {"Accept-Language": "zh", "Origin": "https://survey.test", "Host": "survey.test"}
    async with httpx.AsyncClient(transport=transport, base_url="https://survey.test", headers=headers) as browser:
        assert (await browser.post("/a", data={"link": agreed[1]})).headers["location"] == "/a/review"
        refused = await browser.post("/a/review", data={})
        assert (refused.status_code, "感谢您的参与" in refused.text) == (409, True), refused.text
        shown = await browser.get("/a/done", headers={"Accept-Language": "en"})
        assert (shown.status_code, "Enough answers like yours" in shown.text, "/a/withdraw" in shown.text) == (
            200, True, False,
        )  # fmt: skip
