"""Generated requests against the service on a real server: described answers only, and never a 500."""

from pathlib import Path

from common.database import Database
from indicators.app import create_app
from indicators.settings import Settings
from testing.conformance import assert_conforms
from testing.databases import ServiceDatabase
from testing.http import running_app
from testing.tokens import TokenMint


async def test_every_answer_is_described_and_none_is_a_500(
    stored: ServiceDatabase, database: Database, tmp_path: Path
) -> None:
    mint = TokenMint(tmp_path)
    app = create_app(Settings(database_url=stored.app_url, **mint.settings), database, {})
    async with running_app(app) as client:
        await assert_conforms(str(client.base_url).rstrip("/"), mint.headers("admin"), examples=3)
