"""The examples of the page about the gateway: each is signed as it says, and is what surveys sends and takes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.crypto.webhooks import verified

DOCS = Path(__file__).parents[4] / "docs"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def examples(page: str) -> list[tuple[dict[str, str], str]]:
    """Headers, in lower case, and body of each request on the page."""
    blocks = [block.split("\n```", 1)[0] for block in page.split("```http\n")[1:]]
    heads, bodies = zip(*(block.split("\n\n", 1) for block in blocks), strict=True)
    lines = [[line.split(": ", 1) for line in head.splitlines()[1:]] for head in heads]
    return [({name.lower(): value for name, value in each}, body) for each, body in zip(lines, bodies, strict=True)]


@pytest.mark.parametrize("name", ["gateway.md", "gateway.zh-CN.md"])
def test_the_examples_are_signed_as_the_page_says(name: str) -> None:
    page = (DOCS / name).read_text("utf-8")
    assert SECRET in page
    found = examples(page)
    assert found
    for headers, body in found:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert verified(SECRET, headers, body.encode(), at) == headers["webhook-id"]
    headers, body = found[0]
    assert json.loads(body)["id"] == headers["webhook-id"] == headers["idempotency-key"]
