"""The page by forms alone, as a browser without a script sends them."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from every_type import FORMS, VALUES

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Open = Callable[[str], Awaitable[httpx.AsyncClient]]


async def agreed(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/a/consent", data={"agreed": "true", "sensitive": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/a/pages/choices"), answer.text


async def test_every_type_is_answered_by_a_form(client: Client, links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    places = ("choices", "numbers", "words")
    for page, after in zip(places, (*(f"pages/{each}" for each in places[1:]), "review"), strict=True):
        shown = await browser.get(f"/a/pages/{page}")
        assert shown.status_code == 200, shown.text
        saved = await browser.post(f"/a/pages/{page}", data=FORMS[page])
        assert (saved.status_code, saved.headers.get("location")) == (303, f"/a/{after}"), saved.text
    holder = client(link=links[0])
    assert (await holder.get("/v1/answer")).json()["values"] == VALUES
    assert (await browser.get("/a/review")).status_code == 200
    done = await browser.post("/a/review", data={})
    assert (done.status_code, done.headers["location"]) == (303, "/a/done")
    assert (await browser.get("/a/done")).status_code == 200


async def test_what_is_wrong_is_said_and_kept(client: Client, links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    unread = await browser.post("/a/consent", data={})
    assert (unread.status_code, 'id="faults"' in unread.text, 'href="#agreed"' in unread.text) == (422, True, True)
    await agreed(browser)
    typed = {"hours": "九十", "pay": "<b>x</b>", "match": "3"}
    wrong = await browser.post("/a/pages/numbers", data=typed)
    assert wrong.status_code == 422
    for name in ("hours", "pay"):
        assert f'href="#{name}-1"' in wrong.text
        assert f'id="{name}-fault"' in wrong.text
    assert 'value="九十"' in wrong.text
    assert 'value="&lt;b&gt;x&lt;/b&gt;"' in wrong.text
    assert (await client(link=links[0]).get("/v1/answer")).json()["values"] == {}


async def test_what_no_one_is_asked_is_refused_beside_the_questions(links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    for page, name, said in (("choices", "intro", "此处不填写"), ("numbers", "twice", "")):
        wrong = await browser.post(f"/a/pages/{page}", data={name: "x"})
        assert (wrong.status_code, f'id="{name}-fault"' in wrong.text, said in wrong.text) == (422, False, True), name


async def test_a_question_that_appears_is_shown_before_the_next_page(links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    assert 'id="q-why"' not in (await browser.get("/a/pages/choices")).text
    first = await browser.post("/a/pages/choices", data={"one": "1"})
    assert first.headers["location"] == "/a/pages/choices?new=why#q-why"
    assert 'id="q-why"' in (await browser.get(first.headers["location"])).text
    second = await browser.post("/a/pages/choices", data={"one": "1", "why": "因为"})
    assert second.headers["location"] == "/a/pages/numbers"


async def test_of_two_tabs_the_second_sees_both_answers(client: Client, links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    version = version_in((await browser.get("/a/pages/numbers")).text)
    assert (await browser.post("/a/pages/numbers", data={"_version": version, "match": "2"})).status_code == 303
    again = await browser.post("/a/pages/numbers", data={"_version": version, "match": "2"})
    assert (again.status_code, again.headers["location"]) == (303, "/a/pages/words")
    other = await browser.post("/a/pages/numbers", data={"_version": version, "match": "5", "hours": "12"})
    assert other.status_code == 412
    assert '<p class="saved"><strong>已保存的回答</strong>：<span>2</span></p>' in other.text
    assert 'value="5" id="match-5" checked' in other.text
    now = version_in(other.text)
    assert (await browser.post("/a/pages/numbers", data={"_version": now, "match": "5"})).status_code == 303
    assert (await client(link=links[0]).get("/v1/answer")).json()["values"] == {"match": 5}


async def test_a_second_press_of_submit_changes_nothing(
    links: list[str], browser_of: Open, rows: Any, school: str
) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    early = await browser.post("/a/review", data={})
    assert (early.status_code, "/a/pages/choices#q-one" in early.text) == (422, True)
    await browser.post("/a/pages/choices", data={"one": "2"})
    data = {"_version": version_in((await browser.get("/a/review")).text)}
    for _ in range(2):
        done = await browser.post("/a/review", data=data)
        assert (done.status_code, done.headers.get("location")) == (303, "/a/done"), done.text
    found = await rows("SELECT mode FROM submitted_contents WHERE school_code = :school", school=school)
    assert found == [{"mode": "web"}]
    assert (await browser.get("/a/pages/choices")).headers["location"] == "/a/done"
    reopened = await browser.post("/a/done", data={})
    assert reopened.headers["location"] == "/a/pages/choices"
    gone = await browser.post("/a/withdraw", data={})
    assert gone.headers["location"] == "/a/done"
    assert "答卷已撤回" in (await browser.get("/a/done")).text
    assert (await browser.get("/a/pages/choices")).headers["location"] == "/a/done"
    late = await browser.post("/a/pages/choices", data={"one": "1"})
    assert (late.status_code, "答卷已撤回" in late.text) == (401, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://surveys.test"},
    ],
)
async def test_a_form_of_another_origin_is_refused(
    client: Client, links: list[str], browser_of: Open, headers: dict[str, str]
) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    for path in ("/a", "/a/consent", "/a/pages/choices", "/a/review", "/a/done", "/a/withdraw"):
        foreign = await browser.post(path, data={"one": "2", "link": links[1], "agreed": "true"}, headers=headers)
        assert (foreign.status_code, 'data-code="foreign_form"' in foreign.text) == (403, True), path
    assert (await client(link=links[0]).get("/v1/answer")).json()["values"] == {}


async def test_the_cookie_names_the_link_for_half_a_day_and_is_no_token(
    links: list[str], transport: httpx.ASGITransport
) -> None:
    async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
        entered = await browser.post("/a", data={"link": f" https://survey.test/a#{links[0]}\n"})
        kept = entered.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=strict", "Max-Age=43200", "Path=/a", "Secure"):
            assert part in kept
        assert links[0] not in kept
        browser.cookies.set("answer", browser.cookies["answer"][:-2] + "AA", domain="surveys.test", path="/a")
        browser.cookies.delete("answer", domain="surveys.test", path="/a")
        for wrong in ("", "x", "A" * 22, f"{links[0]}x"):
            refused = await browser.post("/a", data={"link": wrong})
            assert (refused.status_code, "set-cookie" in refused.headers, 'id="faults"' in refused.text) == (
                401,
                False,
                True,
            )
        for path in ("/a/consent", "/a/pages/choices", "/a/review", "/a/done", "/a/withdraw"):
            assert (await browser.get(path)).status_code == 401
        typed = await browser.post("/a/pages/choices", data={"one_other": "未保存的内容"})
        assert (typed.status_code, "未保存的内容" in typed.text) == (401, True)


async def test_neither_token_nor_address_is_in_a_log(
    client: Client, links: list[str], browser_of: Open, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    with caplog.at_level("DEBUG"):
        browser = await browser_of(links[0])
        await agreed(browser)
        await browser.get("/a?from=singlemessage")
        await browser.post("/a/pages/choices", data={"one": "7"})
        await client(link=links[1]).get("/v1/answer")
    written = "".join(capfd.readouterr()) + caplog.text
    # the address of every request of this transport
    assert not [each for each in (*links, "127.0.0.1") if each in written]


async def test_the_first_page_is_small(links: list[str], browser_of: Open) -> None:
    browser = await browser_of(links[0])
    await agreed(browser)
    paths = ("/a/pages/choices", "/a/files/page.css", "/a/files/page.js")
    assert sum([len((await browser.get(path)).content) for path in paths]) <= 60_000
    assert (await browser.get("/a/files/conftest.py")).status_code == 404


def version_in(html: str) -> str:
    return html.split('name="_version" value="')[1].split('"')[0]
