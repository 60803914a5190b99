"""A process that could verify no token or read no upload does not start."""

from typing import Any

import pytest

from common.database import Database
from common.service_process import SettingsMissing
from destinations.app import create_app
from destinations.settings import Settings


@pytest.mark.parametrize(
    ("missing", "name"), [({"issuer": None}, "QUXIANG_ISSUER"), ({"keyring_file": None}, "QUXIANG_KEYRING_FILE")]
)
async def test_the_api_needs_an_issuer_and_a_key_ring(
    settings: Settings, database: Database, missing: dict[str, Any], name: str
) -> None:
    with pytest.raises(SettingsMissing, match=name):
        create_app(settings.model_copy(update=missing), database, {})
