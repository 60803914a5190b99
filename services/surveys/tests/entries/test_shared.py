"""At a shared entry everybody may ask for the own link: the same is said to all, and not often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.identifiers import WaveId
from surveys.entries import commands, storage
from surveys.entries.domain import Named

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
SOMEBODY = {"student_number": "20240001", "name": "张三丰"}
REQUESTS = "SELECT * FROM entry_requests WHERE school_code = :school"


@pytest.fixture
async def code(manager: httpx.AsyncClient, wave: Json) -> str:
    """The code of the wave's shared entry, which was opened while the wave is open."""
    opened = await manager.patch(f"/v1/waves/{wave['id']}", json={"shared_code": True}, headers=ANY)
    assert opened.status_code == 200, opened.text
    return str(opened.json()["shared_code"])


@pytest.fixture
async def browser(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a script, which nobody knows."""
    async with httpx.AsyncClient(transport=transport, base_url="https://survey.test") as made:
        yield made


async def ask(browser: httpx.AsyncClient, code: str, **said: str) -> httpx.Response:
    return await browser.post(f"/w/{code}", data=SOMEBODY | said)


@pytest.mark.parametrize(("said", "kept"), [(True, None), (None, ""), (False, ""), ("Class-of-2024", "Class-of-2024")])
async def test_a_wave_is_made_with_a_code_or_without(
    manager: httpx.AsyncClient, plan: Json, said: Any, kept: str | None
) -> None:
    made = await manager.post("/v1/waves", json=plan | {"shared_code": said})
    assert made.status_code == 201, made.text
    code = made.json()["shared_code"]
    assert code == (kept or None) if kept is not None else len(code) == 8


async def test_the_entry_is_opened_and_shut_as_long_as_the_wave_is_open(
    manager: httpx.AsyncClient, browser: httpx.AsyncClient, wave: Json, code: str
) -> None:
    path = f"/v1/waves/{wave['id']}"
    again = await manager.patch(path, json={"shared_code": True}, headers=ANY)
    assert again.json()["shared_code"] == code
    for spelt in (code, code.lower()):
        assert (await browser.get(f"/w/{spelt}")).status_code == 200
    for shut in (None, False):
        assert (await manager.patch(path, json={"shared_code": shut}, headers=ANY)).json()["shared_code"] is None
        assert (await browser.get(f"/w/{code}")).status_code == 404
        assert (await ask(browser, code)).status_code == 404
        own = await manager.patch(path, json={"shared_code": code}, headers=ANY)
        assert own.json()["shared_code"] == code
    refused = await manager.patch(path, json={"shared_code": "a b"}, headers=ANY)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/shared_code")
    assert (await browser.get("/w/NOTHING2")).status_code == 404


async def test_an_entry_that_is_shut_meanwhile_takes_nothing(
    database: Database, cipher: FieldCipher, wave: Json, rows: Rows, school: str
) -> None:
    ask = partial(commands.ask, cipher=cipher, wave_id=WaveId(UUID(wave["id"])), named=Named("1", "x"), language="zh")
    with pytest.raises(NotFound):
        await database.act(SYSTEM, ask)
    assert await rows(REQUESTS, school=school) == []


async def test_two_waves_have_two_codes(manager: httpx.AsyncClient, plan: Json, wave: Json, code: str) -> None:
    for sent in (
        manager.post("/v1/waves", json=plan | {"shared_code": code.lower()}),
        manager.patch(f"/v1/waves/{(await manager.post('/v1/waves', json=plan)).json()['id']}",
                      json={"shared_code": code}, headers=ANY),
    ):  # fmt: skip
        taken = await sent
        assert (taken.status_code, taken.json()["code"]) == (409, "shared_code_taken")


async def test_the_picture_leads_to_the_entry(
    client: Client, manager: httpx.AsyncClient, wave: Json, plan: Json, code: str, school: str
) -> None:
    path = f"/v1/waves/{wave['id']}/qr"
    for kind, begins, media_type in (("svg", b"<?xml", "image/svg+xml"), ("png", b"\x89PNG", "image/png")):
        picture = await manager.get(path, params={"format": kind})
        assert (picture.status_code, picture.headers["content-type"]) == (200, media_type)
        assert picture.content.startswith(begins)
    other = await manager.patch(f"/v1/waves/{wave['id']}", json={"shared_code": "ANOTHER1"}, headers=ANY)
    assert other.status_code == 200
    assert (await manager.get(path)).content != picture.content
    assert (await manager.get(path, params={"format": "gif"})).status_code == 400
    assert (await client("survey_manager", school="10002").get(path)).status_code == 404
    assert (await client("auditor", school=school).get(path)).status_code == 403
    without = (await manager.post("/v1/waves", json=plan)).json()["id"]
    refused = await manager.get(f"/v1/waves/{without}/qr")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_shared_entry")


async def test_the_page_asks_in_both_languages_without_a_script(browser: httpx.AsyncClient, code: str) -> None:
    for language, label in (("zh", "学号"), ("en", "Student number")):
        page = await browser.get(f"/w/{code}", params={"language": language})
        assert (page.status_code, f">{label}</label>" in page.text) == (200, True)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert f'action="/w/{code}?language={language}"' in page.text
        assert {"zh": "毕业生调查", "en": "Graduate survey"}[language] in page.text


async def test_the_same_is_said_to_all_and_nothing_is_looked_up(
    browser: httpx.AsyncClient, wave: Json, code: str, rows: Rows, cipher: FieldCipher, school: str
) -> None:
    answers = [await ask(browser, code), await ask(browser, code, student_number="X-1", name="Nobody")]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].text == answers[1].text
    kept = await rows(REQUESTS, school=school)
    named = [cipher.decrypt(storage.FIELD, row["id"], row["named_ciphertext"]) for row in kept]
    assert len(named) == 2
    assert "20240001" in named[0]
    for table in ("entry_requests", "entry_tries", "audit_entries", "outbox"):
        shown = await rows(f"SELECT row_to_json(t)::text AS shown FROM {table} AS t")
        assert not [row for row in shown if "20240001" in row["shown"] or "张三丰" in row["shown"]]


async def test_what_is_empty_or_long_is_said_at_its_field(browser: httpx.AsyncClient, code: str, rows: Rows) -> None:
    page = await ask(browser, code, student_number=" ", name="名" * 65)
    assert page.status_code == 422
    for name in ("student_number", "name"):
        assert f'id="{name}-fault"' in page.text
        assert f'href="#{name}"' in page.text
    assert 'value="' + "名" * 65 in page.text


async def test_a_number_is_tried_five_times_an_hour(
    browser: httpx.AsyncClient, code: str, changed: Any, database: Database, rows: Rows, school: str
) -> None:
    statuses = [(await ask(browser, code, name=f"{n}", student_number="２０24-9")).status_code for n in range(5)]
    sixth = await ask(browser, code, student_number=" 2024-9 ")
    assert (statuses, sixth.status_code) == ([200] * 5, 429)
    assert 3_500 < int(sixth.headers["retry-after"]) <= 3_600
    assert 'data-code="too_many_tries"' in sixth.text
    assert (await ask(browser, code, student_number="2024-8")).status_code == 200
    older = "ARRAY(SELECT tried - interval '1 hour' FROM unnest(tried_at) AS tried)"
    await changed(f"UPDATE entry_tries SET tried_at = {older} WHERE school_code = '{school}'")
    assert (await ask(browser, code, student_number="2024-9")).status_code == 200
    await storage.forget(database)
    assert len(await rows("SELECT 1 FROM entry_tries WHERE school_code = :school", school=school)) == 1


async def test_of_many_tries_at_once_five_are_taken(
    browser: httpx.AsyncClient, code: str, rows: Rows, school: str
) -> None:
    statuses = [answer.status_code for answer in await asyncio.gather(*(ask(browser, code) for _ in range(16)))]
    assert (statuses.count(200), statuses.count(429)) == (5, 11)
    assert len(await rows(REQUESTS, school=school)) == 5


async def test_a_wave_that_is_not_open_has_no_entry(
    browser: httpx.AsyncClient, wave: Json, code: str, moved: Moved
) -> None:
    await moved(wave["id"], "opens_at = closes_at - interval '1 second'")
    assert 'data-code="wave_not_open"' in (await browser.get(f"/w/{code}")).text
    await moved(wave["id"], "opens_at = opens_at - interval '1 day', closes_at = closes_at - interval '1 day'")
    late = await ask(browser, code)
    assert (late.status_code, 'data-code="wave_closed"' in late.text) == (409, True)


async def test_a_form_of_another_origin_asks_for_nothing(
    browser: httpx.AsyncClient, code: str, rows: Rows, school: str
) -> None:
    foreign = await browser.post(f"/w/{code}", data=SOMEBODY, headers={"Origin": "https://elsewhere.test"})
    assert (foreign.status_code, await rows(REQUESTS, school=school)) == (403, [])
