"""A school officer who has filed, and has files that came back."""

from typing import Any

import httpx
import pytest
from filing_desk import FilingDesk
from office import Office

from common.database import Database
from common.operations import OperationRunner
from testing.tokens import TokenMint


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)


@pytest.fixture
def desk(office: Office, database: Database) -> FilingDesk:
    return FilingDesk(office, database)
