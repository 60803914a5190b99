"""Halves of characters, markup and names in what was answered: refused, or shown as they are."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from common.errors import Message
from surveys.questionnaires.domain.piping import piped

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

ANY = {"If-Match": "*"}
MARKUP = "<script>alert(1)</script>${t}${then}&amp;{{ 7 * 7 }}"


@pytest.fixture
def questionnaire(questionnaire: Json) -> Json:
    said = {"id": "t", "type": "text", "text": {"zh": "说法", "en": "Words"}}
    then = {"id": "then", "type": "text", "text": {"zh": "“${t}”？", "en": "“${t}”?"}}
    pages = [{"id": "one", "questions": [said]}, {"id": "two", "title": then["text"], "questions": [then]}]
    return {**questionnaire, "pages": pages}


@pytest.fixture
async def published(manager: httpx.AsyncClient, questionnaire: Json) -> str:
    made = (await manager.post("/v1/questionnaires", json=questionnaire)).json()
    answer = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def test_what_was_answered_is_neither_markup_nor_a_name(
    client: Client, transport: httpx.ASGITransport, tokens: list[str], agree: Callable[[str], Awaitable[None]]
) -> None:
    holder = client(link=tokens[0])
    await agree(tokens[0])
    saved = await holder.put("/v1/answer/pages/one", json={"values": {"t": MARKUP}}, headers=ANY)
    assert saved.json()["texts"] == {"t": "说法", "two": f"“{MARKUP}”？", "then": f"“{MARKUP}”？"}
    async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
        await browser.post("/a", data={"link": f"https://survey.test/a#{tokens[0]}"})
        for place in ("one", "two"):
            shown = (await browser.get(f"/a/pages/{place}")).text
            assert "&lt;script&gt;alert(1)&lt;/script&gt;${t}${then}&amp;amp;{{ 7 * 7 }}" in shown
            assert "<script>alert" not in shown
        assert "<script>alert" not in (await browser.get("/a/review")).text


async def test_half_a_character_is_taken_nowhere(
    client: Client, transport: httpx.ASGITransport, manager: httpx.AsyncClient, agreed: list[str]
) -> None:
    written, headers = rb'{"values": {"t": "\ud83d"}}', {**ANY, "Content-Type": "application/json"}
    holder = client(link=agreed[0])
    for method, path in (
        ("PUT", "pages/one"),
        ("POST", "submit"),
        ("POST", "evaluate"),
    ):
        refused = await holder.request(method, f"/v1/answer/{path}", content=written, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed_json")
    draft = await manager.post("/v1/questionnaires", content=rb'{"title": {"zh": "\ud83d", "en": "x"}, "pages": []}')
    assert draft.status_code in {400, 415, 422}
    async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
        await browser.post("/a", data={"link": f"https://survey.test/a#{agreed[0]}"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = await browser.post("/a/pages/one", content=b"t=%ED%A0%BD%00", headers=form)
        assert sent.status_code in {303, 400, 422}, sent.text
    values = (await holder.get("/v1/answer")).json()["values"]
    assert not any("\ud800" <= each <= "\udfff" or each == "\0" for each in values.get("t", ""))


def test_a_name_in_a_value_is_not_looked_up_again() -> None:
    said = piped(Message("${a}-${b}", "${a}-${b}"), "zh", {})
    assert said({"a": "${b}", "b": "${a}"}) == "${b}-${a}"
