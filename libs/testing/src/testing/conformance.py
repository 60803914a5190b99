"""Generated requests against a running service: every answer must be one that its description has, and none a 500."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable

_SLOW = [each for each in HealthCheck if each is not HealthCheck.filter_too_much]

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


async def assert_conforms(
    address: str, headers: Mapping[str, str], *, examples: int = 15, without: Collection[str] = ()
) -> None:
    """Tries every operation of the service at an address, except the paths in `without`; fails with an example."""
    await asyncio.to_thread(_assert_conforms, address, dict(headers), examples, without)


def _assert_conforms(address: str, headers: dict[str, str], examples: int, without: Collection[str]) -> None:
    # importing it takes a second, which only the tests that call this shall spend
    import schemathesis
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    checks = [CHECKS.get_one(name) for name in NAMES]
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.path not in without:
            _try(operation, checks, headers, examples)


def _try(operation: Any, checks: list[Any], headers: dict[str, str], examples: int) -> None:
    from schemathesis import GenerationMode

    for mode in GenerationMode:
        tried = 0

        @settings(max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=_SLOW)
        @given(case=operation.as_strategy(generation_mode=mode))
        def conforms(case: Any) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=headers, checks=checks)

        try:
            conforms()
        except (Unsatisfiable, FailedHealthCheck):
            # an operation that takes any text has no faulty requests: fifty attempts tell as much as hundreds
            if tried:
                raise
