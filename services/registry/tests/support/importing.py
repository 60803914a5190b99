"""What tests of imports read of an operation and of the roster that it has filled."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Imported = Callable[..., Awaitable[Json]]
Share = Callable[..., Awaitable[None]]


def counts(operation: Json) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


def faults(operation: Json) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["rule"]) for error in operation["errors"]]


async def roster(officer: httpx.AsyncClient) -> list[Json]:
    """The school's graduates by student number."""
    items: list[Json] = (await officer.get("/v1/graduates")).json()["items"]
    return sorted(items, key=lambda item: str(item["student_number"]))
