"""Probes, documents, methods, headers, limits, uploads: over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from common.auth import Principal, TokenVerifier
from common.errors import TooManyRequests
from common.http import probes_app
from common.http.rate_limit import RateLimit
from common.observability.metrics import REGISTRY
from common.settings import ServiceSettings
from testing.http import running_app
from testing.waiting import eventually


async def test_probes_tell_apart_alive_and_ready_without_addresses(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/livez")).status_code == 200
    ready = await nobody.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "checks": {"database": None, "relay": "failed"}}


async def test_beyond_this_machine_nobody_learns_why_a_process_is_not_ready(app_with: Callable[..., Any]) -> None:
    transport = httpx.ASGITransport(app_with(host="0.0.0.0"))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "checks": {}})


async def test_a_part_is_asked_once_for_all_who_ask_at_a_time() -> None:
    asked, may_answer, begun = 0, asyncio.Event(), asyncio.Event()

    async def check() -> str | None:
        nonlocal asked
        asked += 1
        begun.set()
        await may_answer.wait()
        return f"asked {asked}"

    transport = httpx.ASGITransport(probes_app({"database": check}))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        waiting = [asyncio.create_task(client.get("/readyz")) for _ in range(9)]
        await begun.wait()
        may_answer.set()
        answers = [each.json()["checks"] for each in [*await asyncio.gather(*waiting), await client.get("/readyz")]]
    assert answers == [{"database": "asked 1"}] * 9 + [{"database": "asked 2"}]


async def test_metrics_are_on_the_probe_port_only(nobody: httpx.AsyncClient) -> None:
    await nobody.get("/livez")
    assert (await nobody.get("/metrics")).status_code == 404
    transport = httpx.ASGITransport(probes_app({}))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert 'route="/livez"' in (await client.get("/metrics")).text


async def test_the_probe_port_refuses_in_words() -> None:
    transport = httpx.ASGITransport(probes_app({}), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for method, path, status, code in (
            ("GET", "/metrics?x=1", 400, "bad_query"),
            ("GET", "/nothing", 404, "not_found"),
            ("POST", "/livez", 405, "method_not_allowed"),
        ):
            refused = await client.request(method, path)
            assert refused.status_code == status
            assert refused.json()["code"] == code
        # nor does it lead away, or refuse what it names as allowed
        assert (await client.get("/livez/")).status_code == 404
        head = await client.head("/livez")
        assert (head.status_code, head.content) == (200, b"")


async def test_a_token_is_verified_once_good_or_bad(app_with: Callable[..., Any], mint: Any) -> None:
    asked: list[str] = []

    class Counting(TokenVerifier):
        async def verify(self, token: str) -> Principal:
            asked.append(token)
            return await super().verify(token)

    app = app_with()
    app.state.verifier = Counting(
        ServiceSettings(service="x", database_url="postgresql://localhost/x", **mint.settings)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        for token, status in ((mint.token("admin"), 200), ("x.y.z", 401)):
            answer = await client.get("/v1/things", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, asked) == (status, [token])
            asked.clear()


async def test_trusted_keys_are_open(nobody: httpx.AsyncClient) -> None:
    keys = (await nobody.get("/.well-known/jwks.json")).json()["keys"]
    assert keys
    assert not any("d" in key for key in keys)


async def test_the_description_page_loads_nothing_from_elsewhere(nobody: httpx.AsyncClient) -> None:
    page = await nobody.get("/docs")
    assert "http://" not in page.text.replace(str(nobody.base_url), "")
    assert "https://" not in page.text
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert (await nobody.get(f"/docs/assets/{asset}")).status_code == 200


async def test_head_answers_like_get_without_a_body(nobody: httpx.AsyncClient) -> None:
    got, head = await nobody.get("/livez"), await nobody.head("/livez")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (await nobody.head("/v1/things")).status_code == 401


async def test_head_counts_for_its_route(nobody: httpx.AsyncClient) -> None:
    def counted(route: str, status: int) -> float:
        labels = {"method": "HEAD", "route": route, "status": str(status)}
        return REGISTRY.get_sample_value("quxiang_http_requests_total", labels) or 0

    for path, route, status in (
        ("/problems/ice_bound", "/problems/{code}", 200),
        ("/v1/things", "/v1/things", 401),
    ):
        before = counted(route, status)
        assert (await nobody.head(path)).status_code == status
        assert counted(route, status) == before + 1


async def test_options_and_unknown_methods_name_what_is_allowed(nobody: httpx.AsyncClient) -> None:
    for method, status in (("OPTIONS", 204), ("DELETE", 405), ("TRACE", 405), ("PROPFIND", 405)):
        response = await nobody.request(method, "/v1/things")
        assert response.status_code == status
        assert {"GET", "POST", "HEAD"} <= set(response.headers["allow"].split(", "))
    assert (await nobody.options("/v1/nothing")).status_code == 404
    for path in ("/docs", "/openapi.json", "/docs/assets/swagger-ui.css"):
        response = await nobody.post(path)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


async def test_what_is_allowed_is_named_below_a_root_path(app_with: Callable[..., Any]) -> None:
    transport = httpx.ASGITransport(app_with(), root_path="/edge")
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for path in ("/edge/v1/things", "/v1/things"):
            refused = await client.delete(path)
            assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_only_listed_origins_may_read_answers(nobody: httpx.AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match,authorization"}
    allowed = await nobody.options("/v1/things", headers={"Origin": "https://front.example", **asked})
    assert allowed.headers["access-control-allow-origin"] == "https://front.example"
    foreign = await nobody.options("/v1/things", headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in foreign.headers
    read = await nobody.get("/livez", headers={"Origin": "https://front.example"})
    assert "ETag" in read.headers["access-control-expose-headers"]


async def test_every_answer_carries_the_security_headers(nobody: httpx.AsyncClient) -> None:
    for path in ("/livez", "/v1/failing", "/v1/nothing", "/v1/things"):
        headers = (await nobody.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


async def test_a_client_that_goes_away_does_not_stop_the_work(edge: Any) -> None:
    async with edge.client(None) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/v1/slow", timeout=0.05)
    edge.slow.may_end.set()
    await asyncio.wait_for(edge.slow.ended.wait(), 5)


async def test_a_client_that_goes_away_while_sending_leaves_the_service_well(edge: Any) -> None:
    host, port = edge.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {edge.mint.token('admin')}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    async with edge.client(None) as client:
        assert (await client.get("/livez")).status_code == 200


async def test_a_client_over_its_limit_is_told_when_to_come_back(app_with: Callable[..., Any], mint: Any) -> None:
    async with running_app(app_with(rate_limit_per_second=1)) as client:
        answers = await asyncio.gather(*(client.get("/v1/things") for _ in range(10)))
        refused = [each for each in answers if each.status_code == 429]
        assert refused
        assert {each.headers["retry-after"] for each in refused} == {"1"}
        assert refused[0].json()["code"] == "too_many_requests"
        assert (await client.get("/livez")).status_code == 200


def test_each_client_and_each_second_counts_for_itself() -> None:
    limit = RateLimit(2)
    for client in ("a", "a", "b", "b"):
        limit.count(client, now=10.2)
    with pytest.raises(TooManyRequests):
        limit.count("a", now=10.9)
    limit.count("a", now=11.0)


FORM = {"school_code": "90001", "cohort": "2024"}
CSV = ("roster.csv", "学号,姓名\n1,张三\n".encode())


async def test_a_form_with_a_file_is_taken(admin: httpx.AsyncClient) -> None:
    response = await admin.post(
        "/v1/imports", data={**FORM, "dry_run": "true", "on_error": "skip"}, files={"file": CSV}
    )
    assert response.status_code == 202
    assert response.json() == {
        "kind": "csv",
        "size": len(CSV[1]),
        "form": {"school_code": "90001", "cohort": 2024, "dry_run": True, "on_error": "skip"},
    }


@pytest.mark.parametrize(
    ("form", "file", "rules"),
    [
        ({**FORM, "dry_run": "yes"}, CSV, {"/dry_run": "not_allowed"}),
        ({**FORM, "on_error": "ignore"}, CSV, {"/on_error": "not_allowed"}),
        ({"school_code": "9", "cohort": "x"}, CSV, {"/school_code": "pattern", "/cohort": "wrong_type"}),
        ({**FORM, "colour": "red"}, CSV, {"/colour": "unknown_field"}),
        (FORM, None, {"/file": "required"}),
        (FORM, ("a.xlsx", b"%PDF-1.7"), {"/file": "file_type"}),
        (FORM, ("a.xls", b"\xef\xbb\xbf <html><table>"), {"/file": "file_type"}),
        (FORM, ("a.csv", b"  \n"), {"/file": "file_empty"}),
    ],
)
async def test_a_faulty_form_names_field_and_rule(
    admin: httpx.AsyncClient, form: dict[str, str], file: tuple[str, bytes] | None, rules: dict[str, str]
) -> None:
    files: Any = {"file": file} if file else {"other": (None, "x")}
    response = await admin.post("/v1/imports", data=form, files=files)
    assert response.status_code == 422, response.text
    assert {each["pointer"]: each["rule"] for each in response.json()["errors"]} == rules


async def test_what_is_no_form_is_refused(admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/v1/imports", json={})).status_code == 415
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    for content in (
        b"nonsense",
        b"",
        b"--x\r\n\r\nno name\r\n--x--",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
    ):
        response = await admin.post("/v1/imports", content=content, headers=broken)
        assert response.status_code in {400, 422}, response.text
    without = await admin.post("/v1/imports", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert without.status_code == 400


async def test_a_form_that_was_cut_off_is_refused(admin: httpx.AsyncClient) -> None:
    fields = {**FORM, "dry_run": "true"}
    whole = httpx.Request("POST", "http://here", data=fields, files={"file": CSV})
    body, kind = whole.read(), whole.headers["content-type"]
    boundary = kind.rpartition("boundary=")[2].encode()
    assert body.endswith(b"--" + boundary + b"--\r\n")
    accepted = await admin.post("/v1/imports", content=body, headers={"Content-Type": kind})
    assert accepted.status_code == 202, accepted.text
    for lost in (4, len(boundary) + 8, len(boundary) + 40):
        refused = await admin.post("/v1/imports", content=body[:-lost], headers={"Content-Type": kind})
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed_form"), lost


class Sending:
    """A file that does not end before it is told to."""

    def __init__(self) -> None:
        whole = httpx.Request("POST", "http://here", data=FORM, files={"file": CSV})
        self.body, self.headers = whole.read(), {"Content-Type": whole.headers["content-type"]}
        self.may_end = asyncio.Event()

    async def slowly(self) -> AsyncIterator[bytes]:
        yield self.body[:-10]
        await self.may_end.wait()
        yield self.body[-10:]

    async def post(self, client: httpx.AsyncClient, *, slowly: bool = False) -> httpx.Response:
        content = self.slowly() if slowly else self.body
        return await client.post("/v1/imports", content=content, headers=self.headers)

    async def until_put_off(self, client: httpx.AsyncClient) -> httpx.Response:
        """The answer to a caller for whom there is no place any more."""

        async def refused() -> httpx.Response | None:
            answer = await self.post(client)
            return answer if answer.status_code == 503 else None

        found = await eventually(refused, describe="files on their way")
        assert found is not None
        assert (found.json()["code"], found.headers["retry-after"]) == ("too_many_uploads", "2")
        return found


async def test_files_beyond_two_of_a_caller_and_four_of_all_are_put_off(edge: Any) -> None:
    sending = Sending()
    async with AsyncExitStack() as opened:
        headers = [edge.mint.headers("admin", subject=name) for name in "abc"]
        one, other, third = [await opened.enter_async_context(edge.client(None, **each)) for each in headers]
        slow = [asyncio.create_task(sending.post(one, slowly=True)) for _ in range(2)]
        await sending.until_put_off(one)
        assert (await sending.post(other)).status_code == 202
        slow += [asyncio.create_task(sending.post(other, slowly=True)) for _ in range(2)]
        await sending.until_put_off(third)
        sending.may_end.set()
        assert [answer.status_code for answer in await asyncio.gather(*slow)] == [202] * 4
        for client in (one, other, third):
            assert (await sending.post(client)).status_code == 202


async def test_a_file_that_comes_too_slowly_is_refused_and_gives_its_place_back(
    app_with: Callable[..., Any], mint: Any
) -> None:
    sending, headers = Sending(), mint.headers("admin")

    async def refused(host: str, port: int | None) -> bytes:
        """The head of the answer to a file whose last bytes do not come; no client of httpx reads it before them."""
        reader, writer = await asyncio.open_connection(host, port)
        lines = {"Host": host, "Content-Length": str(len(sending.body)), **headers, **sending.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"POST /v1/imports HTTP/1.1\r\n{head}\r\n".encode() + sending.body[:-10])
        found = await reader.readuntil(b"}")
        writer.close()
        return found

    async with running_app(app_with(upload_seconds=0.2), headers=headers) as client:
        for answer in await asyncio.gather(*(refused(client.base_url.host, client.base_url.port) for _ in range(2))):
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"upload_too_slow" in answer
            assert b"0.2" in answer
        assert (await sending.post(client)).status_code == 202


async def test_a_file_in_the_place_of_a_text_is_refused(admin: httpx.AsyncClient) -> None:
    files = [("file", CSV), ("note", ("b.txt", b"x"))]
    refused = await admin.post("/v1/imports", data=FORM, files=files)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/note")


async def test_a_file_over_its_megabytes_is_refused(admin: httpx.AsyncClient) -> None:
    large = b"a,b\n" * (8 * 1024 * 1024 + 1)
    response = await admin.post("/v1/imports", data=FORM, files={"file": ("a.csv", large)})
    assert (response.status_code, response.json()["code"]) == (413, "content_too_large")


async def test_a_role_is_refused_before_its_file_is_read(edge: Any) -> None:
    async with edge.client("graduate") as graduate:
        assert (await graduate.post("/v1/imports", content=b"nonsense")).status_code == 403


async def test_a_route_sees_its_form_and_may_find_the_school_missing(admin: httpx.AsyncClient) -> None:
    foreign = await admin.post("/v1/imports", data={**FORM, "school_code": "99999"}, files={"file": CSV})
    assert foreign.status_code == 404


async def test_a_school_that_is_none_belongs_to_nobody(admin: httpx.AsyncClient) -> None:
    refused = await admin.post("/v1/imports", data={**FORM, "school_code": "9999９"}, files={"file": CSV})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/school_code")


async def test_an_application_that_cannot_start_is_reported() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed"})

    with pytest.raises(AssertionError, match="did not start"):
        async with running_app(broken):
            pass


NAMES = {
    "extended": b"filename*=utf-8''%E5%90%8D%E5%8D%95.csv",
    "capitals and parts": b"FileName*0*=UTF-8''%E5%90%8D; FileName*1=.csv",
    "encoded word": b'filename="=?utf-8?B?5ZCN5Y2VLmNzdg==?="',
    "both": b"filename=\"=?utf-8?B?5ZCN5Y2VLmNzdg==?=\"; filename*=utf-8''%E5%90%8D%E5%8D%95.csv",
    "GBK": 'filename="名单.csv"'.encode("gbk"),
    "UTF-8": 'filename="名单.csv"'.encode(),
    "no ending": b"filename=list",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_file_is_taken_whatever_the_spelling_of_its_name(admin: httpx.AsyncClient, name: bytes) -> None:
    fields = [b'name="%s"\r\n\r\n%s' % (key.encode(), value.encode()) for key, value in FORM.items()]
    parts = [*fields, b'name="file"; %s\r\n\r\n%s' % (name, CSV[1] * 1000)]
    body = b"".join(b"--x\r\nContent-Disposition: form-data; %s\r\n" % part for part in parts) + b"--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = await admin.post("/v1/imports", content=body, headers=headers)
    assert response.status_code == 202, response.text
    assert (response.json()["kind"], response.json()["size"]) == ("csv", 1000 * len(CSV[1]))
