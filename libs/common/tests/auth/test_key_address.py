"""Keys and service tokens from addresses: fetched when needed, not for every caller, and never trusted blindly."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from common.auth import ServiceTokens
from common.auth.issuing import SigningKey, jwks_of
from common.auth.keys import KeySet, UrlKeys
from common.errors import Unavailable
from common.settings import ServiceSettings
from testing.http import NO_TLS
from testing.tokens import TokenMint


class Asked(NamedTuple):
    """One request that came to the issuer."""

    head: str
    content: str


class Issuer:
    """An identity provider on a port of the loopback: key set and token endpoint; while it is down nothing listens."""

    def __init__(self) -> None:
        self.document = jwks_of(SigningKey.generate())
        self.asked: list[Asked] = []
        self.client = httpx.AsyncClient(verify=NO_TLS, trust_env=False)
        self._port = 0
        self._server: asyncio.Server | None = None

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}/{path}"

    async def is_up(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def is_down(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"^content-length: (\d+)", head, re.IGNORECASE | re.MULTILINE)
        content = await reader.readexactly(int(length[1])) if length else b""
        self.asked.append(Asked(head, content.decode()))
        token = json.dumps({"access_token": f"token-{len(self.asked)}", "expires_in": 300})
        body = (token if head.startswith("POST") else self.document).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    running = Issuer()
    await running.is_up()
    yield running
    await running.is_down()
    await running.client.aclose()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("common.auth.keys.time.monotonic", lambda: now[0])
    return now


async def test_the_key_set_is_fetched_once_for_all_callers(issuer: Issuer, clock: list[float]) -> None:
    keys = UrlKeys(issuer.url("jwks"), issuer.client)
    found = await asyncio.gather(*(keys.current() for _ in range(20)))
    assert len(issuer.asked) == 1
    assert all(isinstance(each, KeySet) and len(each) == 1 for each in found)


async def test_an_old_key_set_is_renewed_in_the_background(issuer: Issuer, clock: list[float]) -> None:
    keys = UrlKeys(issuer.url("jwks"), issuer.client)
    first = await keys.current()
    clock[0] += 400
    issuer.document = jwks_of(SigningKey.generate(), SigningKey.generate())
    assert await keys.current() is first
    assert keys._fetching is not None
    await keys._fetching
    assert len(await keys.current()) == 2


async def test_unknown_key_ids_do_not_make_us_ask_again_and_again(issuer: Issuer, clock: list[float]) -> None:
    keys = UrlKeys(issuer.url("jwks"), issuer.client)
    known = await keys.current()
    for _ in range(10):
        await keys.after_unknown(known)
    assert len(issuer.asked) == 1
    clock[0] += 20
    await keys.after_unknown(known)
    assert len(issuer.asked) == 2


async def test_an_issuer_that_is_down_leaves_the_known_keys_in_use(issuer: Issuer, clock: list[float]) -> None:
    keys = UrlKeys(issuer.url("jwks"), issuer.client)
    known = await keys.current()
    await issuer.is_down()
    clock[0] += 400
    assert await keys.current() is known
    assert keys._fetching is not None
    await keys._fetching
    assert await keys.current() is known


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"keys": 3}', '{"keys": [3]}', "x" * 300_000])
async def test_without_a_usable_first_key_set_nobody_can_be_judged(
    issuer: Issuer, clock: list[float], document: str
) -> None:
    issuer.document = document
    with pytest.raises(Unavailable):
        await UrlKeys(issuer.url("jwks"), issuer.client).current()


def settings(**fields: Any) -> ServiceSettings:
    return ServiceSettings(service="destinations", database_url="postgresql://x@y/z", **fields)


async def test_client_credentials_are_used_until_shortly_before_they_expire(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("common.auth.service_tokens.time.monotonic", lambda: now[0])
    tokens = ServiceTokens(
        settings(token_url=issuer.url("token"), client_id="destinations", client_secret="s"), issuer.client
    )
    assert set(await asyncio.gather(*(tokens.bearer() for _ in range(5)))) == {"token-1"}
    now[0] = 239
    assert await tokens.bearer() == "token-1"
    now[0] = 241
    assert await tokens.bearer() == "token-2"
    assert "grant_type=client_credentials" in issuer.asked[0].content
    assert re.search(r"^authorization: basic ", issuer.asked[0].head, re.IGNORECASE | re.MULTILINE)


async def test_a_token_endpoint_that_is_down_is_a_transient_failure(issuer: Issuer) -> None:
    await issuer.is_down()
    tokens = ServiceTokens(settings(token_url=issuer.url("token"), client_id="d"), issuer.client)
    with pytest.raises(Unavailable):
        await tokens.bearer()
    await issuer.is_up()
    assert await tokens.bearer()


async def test_a_token_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    mint = TokenMint(tmp_path)
    path = mint.service_token_file(tmp_path)
    tokens = ServiceTokens(settings(service_token_file=path))
    first = await tokens.bearer()
    path.write_text(mint.token("system", ttl=timedelta(hours=1), subject="renewed") + "\n")
    assert await tokens.bearer() != first
    path.unlink()
    with pytest.raises(Unavailable):
        await tokens.bearer()


def test_a_service_without_any_way_to_a_token_does_not_start() -> None:
    with pytest.raises(ValueError, match="QUXIANG_"):
        ServiceTokens(settings())


def test_the_key_set_document_is_plain_json() -> None:
    key = SigningKey.generate()
    assert json.loads(jwks_of(key))["keys"][0]["kid"] == key.key_id
