"""The middleware around every request: correlation id and metrics, on a real FastAPI application."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from common.observability import (
    CorrelationMiddleware,
    MetricsMiddleware,
    counter,
    current_correlation_id,
    current_traceparent,
    exposition,
)

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    things = APIRouter(prefix="/things")

    @things.get("/{thing_id}")
    async def read(thing_id: str) -> dict[str, str | None]:
        return {"correlation_id": current_correlation_id(), "traceparent": current_traceparent(), "thing": thing_id}

    @things.get("/{thing_id}/failing")
    async def fail(thing_id: str) -> None:
        raise RuntimeError(thing_id)

    inner = APIRouter(prefix="/v1")
    inner.include_router(things)
    app = FastAPI()
    app.include_router(inner)
    app.add_middleware(MetricsMiddleware)
    app.add_middleware(CorrelationMiddleware)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://example") as client:
        yield client


def metric(line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", exposition().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    "offered",
    ["order-4711.a", "550E8400-E29B-41D4-A716-446655440000", "4d138123456742588812345678901abc", "2024-11.run:7"],
)
async def test_an_id_that_can_be_nobodys_number_is_kept(client: httpx.AsyncClient, offered: str) -> None:
    answer = await client.get("/v1/things/1", headers={"X-Request-ID": offered})
    assert answer.headers["x-request-id"] == offered


@pytest.mark.parametrize(
    "offered",
    [
        "13812345678",
        "138-1234-5678",
        "138.1234.5678",
        "1:3:8:1:2:3:4:5:6:7:8",
        "phone-13812345678",
        "a13812345678b",
        "11010119900307002X",
        "110101-19900307-002X",
        "id:11010119900307002X",
        "x20419999123456x",
        "13812345678123456781234567812345",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIi.c2ln",
    ],
)
async def test_a_number_that_may_be_somebodys_is_replaced(client: httpx.AsyncClient, offered: str) -> None:
    answer = await client.get("/v1/things/1", headers={"X-Request-ID": offered})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["correlation_id"] == answer.headers["x-request-id"]


async def test_a_well_formed_request_id_is_bound_and_echoed(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/1", headers={"X-Request-ID": "order-4711.a", "traceparent": TRACE})
    assert answer.headers.get_list("x-request-id") == ["order-4711.a"]
    assert answer.json() == {"correlation_id": "order-4711.a", "traceparent": TRACE, "thing": "1"}


@pytest.mark.parametrize(
    "offered", ["", "short", "a" * 65, "with space in it", "13812345678", "a<script>aaaa", "张三张三张三张三"]
)
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, offered: str) -> None:
    answer = await client.get("/v1/things/1", headers=[(b"X-Request-ID", offered.encode())])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["correlation_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "offered", ["", "00-0-0-00", TRACE.replace("4bf9", "4BF9"), f"00-{'0' * 32}-00f067aa0ba902b7-01"]
)
async def test_a_malformed_trace_context_is_ignored(client: httpx.AsyncClient, offered: str) -> None:
    assert (await client.get("/v1/things/1", headers={"traceparent": offered})).json()["traceparent"] is None


async def test_requests_are_counted_by_template_and_never_by_path(client: httpx.AsyncClient) -> None:
    line = 'quxiang_http_requests_total{method="GET",route="/v1/things/{thing_id}",status="200"}'
    before = metric(line)
    await client.get("/v1/things/410102200001011234")
    await client.get("/v1/410102200001011234/nowhere")
    assert metric(line) == before + 1
    assert b"410102200001011234" not in exposition()
    assert metric('quxiang_http_requests_total{method="GET",route="unmatched",status="404"}') >= 1


async def test_a_failing_request_counts_as_500_and_ends(client: httpx.AsyncClient) -> None:
    line = 'quxiang_http_requests_total{method="GET",route="/v1/things/{thing_id}/failing",status="500"}'
    before = metric(line)
    assert (await client.get("/v1/things/1/failing")).status_code == 500
    assert metric(line) == before + 1
    assert metric("quxiang_http_requests_in_progress") == 0


async def test_an_unknown_method_makes_no_label_of_its_own(client: httpx.AsyncClient) -> None:
    await client.request("BREW", "/v1/things/1")
    assert b"BREW" not in exposition()


def test_a_label_of_single_things_is_refused() -> None:
    with pytest.raises(ValueError, match="graduate_id"):
        counter("reads", "Reads", ("graduate_id",))
