"""Exit codes of `verify`: wrong is told from not compared."""

from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from common.auth import RenewedToken, ServiceTokens
from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.maintenance import run_verify
from indicators.settings import Settings
from testing.databases import ServiceDatabase, committed
from testing.http import NO_TLS, serving

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
NOWHERE = "http://127.0.0.1:1"


@asynccontextmanager
async def owner_answering(status: int, body: str = "") -> AsyncIterator[str]:
    async def answer(_: Request) -> Response:
        return Response(body, status, media_type="application/json")

    async with serving(Starlette(routes=[Route("/v1/changes", answer)])) as address:
        yield address


def settings_for(stored: ServiceDatabase, folder: Path, address: str | None) -> Settings:
    token = folder / "token"
    token.write_text("a token")
    addresses = dict.fromkeys(("registry_url", "destinations_url", "surveys_url"), address)
    return Settings(database_url=stored.app_url, service_token_file=token, **addresses)


async def verified(settings: Settings, database: Database, school: Any) -> tuple[int, list[Any]]:
    with capture_logs() as lines:
        code = await run_verify(settings, database, Namespace(school=school.code, figures_only=False, snapshots=False))
    return code, [line for line in lines if line["log_level"] == "error"]


@pytest.mark.parametrize(
    ("status", "body"), [(401, ""), (429, ""), (503, ""), (500, ""), (200, "<html>no history</html>")]
)
async def test_a_history_that_is_refused_could_not_be_compared(
    stored: ServiceDatabase, database: Database, tmp_path: Path, school: Any, status: int, body: str
) -> None:
    async with owner_answering(status, body) as address:
        code, errors = await verified(settings_for(stored, tmp_path, address), database, school)
    assert code == 2
    (line,) = errors
    assert line["event"] == "Histories could not be compared"
    assert address in line["cause"]
    assert status == 200 or str(status) in line["cause"]


async def test_an_owner_that_is_down_could_not_be_compared(
    stored: ServiceDatabase, database: Database, tmp_path: Path, school: Any
) -> None:
    code, errors = await verified(settings_for(stored, tmp_path, NOWHERE), database, school)
    assert (code, len(errors)) == (2, 1)


async def test_without_a_token_or_an_address_nothing_can_be_compared(
    stored: ServiceDatabase, database: Database, tmp_path: Path, school: Any
) -> None:
    whole = settings_for(stored, tmp_path, NOWHERE)
    for lacking in ("registry_url", "destinations_url", "surveys_url", "service_token_file"):
        code, errors = await verified(whole.model_copy(update={lacking: None}), database, school)
        assert (code, len(errors)) == (2, 1)
    (tmp_path / "token").unlink()
    assert (await verified(whole, database, school))[0] == 2


async def test_wrong_figures_are_wrong_whoever_is_down(
    stored: ServiceDatabase, database: Database, apply: Applied, tmp_path: Path, school: Any
) -> None:
    school.enters()
    await apply(school.events)
    owner = Database.connect(stored.owner_url)
    async with committed(owner) as connection:
        await connection.execute(text("DELETE FROM cells WHERE school_code = :s"), {"s": school.code})
    await owner.dispose()
    assert (await verified(settings_for(stored, tmp_path, NOWHERE), database, school))[0] == 1


async def test_every_request_carries_the_token_of_its_moment(stored: ServiceDatabase, tmp_path: Path) -> None:
    settings = settings_for(stored, tmp_path, NOWHERE)
    sent: list[str] = []

    async def owner(request: Request) -> Response:
        sent.append(request.headers["Authorization"])
        return Response()

    async with (
        serving(Starlette(routes=[Route("/v1/changes", owner)])) as address,
        httpx.AsyncClient(auth=RenewedToken(ServiceTokens(settings)), verify=NO_TLS, trust_env=False) as client,
    ):
        for token in ("a token", "a later token"):
            (tmp_path / "token").write_text(token)
            await client.get(f"{address}/v1/changes")
    assert sent == ["Bearer a token", "Bearer a later token"]
