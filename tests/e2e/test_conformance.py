"""Requests made up from each service's description, faulty ones too: only documented answers, and never a 500."""

import os

import pytest
from campus import ENDLESS, Campus

from testing.conformance import assert_conforms

EXAMPLES = int(os.environ.get("QUXIANG_EXAMPLES", "2"))

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("service", ["registry", "destinations", "surveys", "indicators"])
async def test_a_service_answers_as_it_describes_itself(campus: Campus, service: str) -> None:
    await assert_conforms(campus.urls[service], campus.bearer("admin"), examples=EXAMPLES, without=ENDLESS)


async def test_answers_to_links_are_as_described(campus: Campus) -> None:
    document = (await campus.http.get(f"{campus.urls['surveys']}/openapi.json")).json()
    others = {path for path in document["paths"] if not path.startswith("/v1/answer")}
    headers = {"Authorization": f"Survey {'A' * 22}"}
    await assert_conforms(campus.urls["surveys"], headers, examples=EXAMPLES, without=others)
