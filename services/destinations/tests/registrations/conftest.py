from typing import Any

import httpx
import pytest
from desks import Desk, Seat

from testing.tokens import TokenMint


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
