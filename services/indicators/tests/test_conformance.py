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
    stored: ServiceDatabase, database: Database, tmp_path: Path, keyring_file: Path
) -> None:
    mint = TokenMint(tmp_path)
    app = create_app(Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings), database, {})
    async with running_app(app) as client:
        # a stream ends with its token only
        address = str(client.base_url).rstrip("/")
        await assert_conforms(address, mint.headers("admin"), examples=3, without={"/v1/stream"})
