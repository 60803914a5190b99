"""A wave that is open for days, and its graduates in the registry with a phone each."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from registry_book import Book

Json = dict[str, Any]


@pytest.fixture
def plan(plan: Json) -> Json:
    return plan | {"closes_at": (datetime.now(UTC) + timedelta(days=30)).isoformat()}


@pytest.fixture
def people(book: Book, graduates: list[UUID]) -> list[UUID]:
    """The graduates, as registry knows them."""
    for place, each in enumerate(graduates):
        book.write(each, f"2020{place:04}", f"张{place}")
    return graduates
