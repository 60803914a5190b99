"""Who sends files."""

from typing import Any

import httpx
import pytest
from office import Office

from common.operations import OperationRunner
from testing.tokens import TokenMint


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)
