"""Change tokens: opaque, short, and only ours."""

import base64
import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common.contracts import ChangeToken, MalformedTokenError
from common.contracts.catalogue import TOPICS
from common.contracts.tokens import MAX_TOKEN_LENGTH


@given(some.sampled_from(sorted(TOPICS)), some.uuids(), some.integers(min_value=1, max_value=2**63 - 1))
def test_a_token_comes_back_and_is_short(topic: str, key: object, sequence: int) -> None:
    token = ChangeToken(topic, "10001", str(key), sequence)
    assert ChangeToken.decode(token.encode()) == token
    assert len(token.encode()) <= MAX_TOKEN_LENGTH


@given(some.text(max_size=250))
def test_other_texts_are_malformed(text: str) -> None:
    with pytest.raises(MalformedTokenError):
        ChangeToken.decode(text)


TOPIC = next(iter(TOPICS))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        {},
        None,
        [TOPIC, "10001", "k"],
        ["quxiang.other.v1", "10001", "k", 1],
        [["x"], "10001", "k", 1],
        [TOPIC, "1000a", "k", 1],
        [TOPIC, "10001", "k\u0000", 1],
        [TOPIC, "10001", "", 1],
        [TOPIC, "10001", "k", 0],
        [TOPIC, "10001", "k", True],
        [TOPIC, "10001", "k", 2**63],
        [TOPIC, "10001", "k", 1.0],
        [TOPIC, "10001", str(uuid4()), "1"],
    ],
)
def test_forged_parts_are_malformed(parts: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()
    with pytest.raises(MalformedTokenError):
        ChangeToken.decode(token)
