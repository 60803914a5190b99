"""A graduate about whom registry holds a record of every kind."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from living import Life, lived

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def life(client: Client, school: str, imported: Callable[..., Awaitable[dict[str, Any]]]) -> Life:
    return await lived(client, school, imported)
