"""Who asks, and who sends files."""

from typing import Any

import httpx
import pytest
from desks import Desk, Seat
from office import Office

from common.operations import OperationRunner
from testing.tokens import TokenMint


@pytest.fixture
def office(http: httpx.AsyncClient, mint: TokenMint, runner: OperationRunner, book: Any) -> Office:
    return Office(http, mint, runner, book)


@pytest.fixture
def seat(http: httpx.AsyncClient, mint: TokenMint) -> Seat:
    def taken(role: str, **scope: Any) -> Desk:
        return Desk(http, mint.headers(role, **scope))

    return taken


@pytest.fixture
def school(seat: Seat) -> Desk:
    return seat("school_officer", school="10001")


@pytest.fixture
def college(seat: Seat) -> Desk:
    return seat("college_officer", school="10001", college="C01")
