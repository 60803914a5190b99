"""An API that is killed while hundreds submit: each 2xx is there once; one that is told to end answers what it took."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.database import Database
from surveys.settings import Settings
from surveys.verification import CHECKS
from testing.tokens import TokenMint
from testing.waiting import eventually

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]

ROUNDS = 20 if os.environ.get("QUXIANG_SOAK") else 1
PEOPLE = 90
WHOLE: Json = {"satisfied": "y", "match": 4}
STORED = """
    SELECT response.graduate_id, response.state,
           (SELECT count(*) FROM submitted_contents WHERE response_id = response.id) AS contents,
           (SELECT count(*) FROM outbox WHERE type = 'quxiang.response.submitted'
               AND data ->> 'wave_id' = :wave AND key = CAST(response.graduate_id AS text)) AS events,
           (SELECT count(*) FROM audit_entries WHERE action = 'response.submit'
               AND object_id = CAST(response.id AS text)) AS notes
      FROM responses AS response WHERE CAST(wave_id AS text) = :wave ORDER BY graduate_id
"""


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Any) -> list[UUID]:
    ids = sorted(uuid4() for _ in range(PEOPLE))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@asynccontextmanager
async def serving(settings: Settings, mint: TokenMint, keys: Path) -> AsyncIterator[tuple[Any, httpx.AsyncClient]]:
    """The API as a process of its own, and a client of it; killed at the end if it still runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    own = {
        "database_url": settings.database_url,
        "keyring_file": keys,
        "objects": settings.objects,
        "service_token_file": mint.service_token_file(keys.parent),
        "rate_limit_per_second": 100_000,
        "log_level": "WARNING",
        "port": port,
    }
    given = {f"QUXIANG_{name.upper()}": str(value) for name, value in {**own, **mint.settings}.items()}
    command = (sys.executable, "-m", "surveys", "api")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **given}, stdout=quiet)
    limits = httpx.Limits(max_connections=PEOPLE)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) as http:

            async def answers() -> bool:
                with suppress(httpx.TransportError):
                    return (await http.get("/livez")).is_success
                return False

            await eventually(answers, within=60, describe="an API of surveys")
            yield process, http
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def submitted(http: httpx.AsyncClient, token: str, heard: Callable[[], None]) -> int | None:
    """The status of a submission; None where nothing was heard."""
    headers = {"Authorization": f"Survey {token}", "If-Match": "*", "Idempotency-Key": token}
    try:
        answer = await http.post("/v1/answer/submit", json={"values": WHOLE}, headers=headers, timeout=30)
    except httpx.TransportError:
        return None
    heard()
    return answer.status_code


async def test_of_a_killed_api_each_answer_of_2xx_is_there_once(
    settings: Settings, mint: TokenMint, keyring_file: Path, database: Database, agree: Any, links: Any, rows: Rows,
    school: str,
) -> None:  # fmt: skip
    chance = random.Random(school)
    for _ in range(ROUNDS):
        wave, tokens = await links()
        for token in tokens:
            await agree(token)
        async with serving(settings, mint, keyring_file) as (process, http):
            count, struck = 0, chance.randrange(1, PEOPLE)

            def heard(process: Any = process, struck: int = struck) -> None:
                nonlocal count
                count += 1
                if count == struck:
                    process.kill()

            said = await asyncio.gather(*(submitted(http, token, heard) for token in tokens))
        assert {*said} <= {200, None}, Counter(said)
        for status, row in zip(said, await rows(STORED, wave=wave), strict=True):
            once = row["state"] == "submitted"
            assert (row["contents"], row["events"], row["notes"]) == (once, once, once)
            assert once or status is None, row
        # whoever heard nothing asks again with the same key
        async with serving(settings, mint, keyring_file) as (_, http):
            again = await asyncio.gather(*(submitted(http, token, lambda: None) for token in tokens))
        assert {*again} == {200}, Counter(again)
        stored = await rows(STORED, wave=wave)
        assert {(row["state"], row["contents"], row["events"], row["notes"]) for row in stored} == {
            ("submitted", 1, 1, 1)
        }
    for name in ("contents", "counts", "measures"):
        assert (await CHECKS[name](database, settings, school)).differences == 0


async def test_an_api_that_is_told_to_end_answers_what_it_has_taken(
    settings: Settings, mint: TokenMint, keyring_file: Path, agree: Any, links: Any, rows: Rows
) -> None:
    wave, tokens = await links()
    for token in tokens:
        await agree(token)
    async with serving(settings, mint, keyring_file) as (process, http):
        ended = False

        def heard() -> None:
            nonlocal ended
            if not ended:
                ended = True
                process.send_signal(signal.SIGTERM)

        said = await asyncio.gather(*(submitted(http, token, heard) for token in tokens))
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    stored = await rows(STORED, wave=wave)
    # what was not answered was not taken
    assert [status == 200 for status in said] == [row["state"] == "submitted" for row in stored]
    assert said.count(200) > 1
