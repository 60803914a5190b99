"""A school that sends files of offices outside it."""

from typing import Any

import httpx
import pytest
from bureau import Bureau
from office import Office

from common import clock
from common.operations import OperationRunner
from destinations.outside.domain.authorisations import Source
from testing.tokens import TokenMint


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)


@pytest.fixture
def bureau(office: Office) -> Bureau:
    return Bureau(office)


@pytest.fixture
def registrar(office: Office) -> Bureau:
    return Bureau(office, Source.CREDENTIALS)


@pytest.fixture
def season() -> int:
    """A cohort whose season is open today."""
    return clock.today().year + 1
