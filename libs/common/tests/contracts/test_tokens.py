"""Change tokens: opaque, short, and only ours."""

import base64
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common.contracts import ChangeToken, MalformedTokenError, code_list, monitoring, organisation, rate, registration
from common.contracts.catalogue import TOPICS
from common.contracts.tokens import MAX_TOKEN_LENGTH

OF_SCHOOLS = {organisation.TOPIC, rate.TOPIC, monitoring.TOPIC}
"""Topics whose key is the school's code; that of code lists is the list's name, the others' is a graduate's id."""


@given(some.sampled_from(sorted(TOPICS)), some.uuids(), some.integers(min_value=1, max_value=2**63 - 1))
def test_a_token_comes_back_and_is_short(topic: str, graduate_id: UUID, sequence: int) -> None:
    key = "10001" if topic in OF_SCHOOLS else "not-employed-reason" if topic == code_list.TOPIC else str(graduate_id)
    token = ChangeToken(topic, "10001", key, sequence)
    assert ChangeToken.decode(token.encode()) == token
    assert len(token.encode()) <= MAX_TOKEN_LENGTH


@given(some.text(max_size=250))
def test_other_texts_are_malformed(text: str) -> None:
    with pytest.raises(MalformedTokenError):
        ChangeToken.decode(text)


TOPIC = registration.TOPIC
KEY = "7b1f63ce-8f0d-4a51-92a1-0b8b43b9c0de"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        {},
        None,
        [TOPIC, "10001", KEY],
        ["quxiang.other.v1", "10001", KEY, 1],
        [["x"], "10001", KEY, 1],
        [TOPIC, "1000a", KEY, 1],
        [TOPIC, "10001", f"{KEY}\u0000", 1],
        [TOPIC, "10001", "", 1],
        [TOPIC, "10001", KEY, 0],
        [TOPIC, "10001", KEY, True],
        [TOPIC, "10001", KEY, 2**63],
        [TOPIC, "10001", KEY, 1.0],
        [TOPIC, "10001", KEY, "1"],
    ],
)
def test_forged_parts_are_malformed(parts: object) -> None:
    with pytest.raises(MalformedTokenError):
        ChangeToken.decode(_encoded(parts))


@pytest.mark.parametrize("topic", sorted(TOPICS))
@pytest.mark.parametrize("key", ["K", KEY.upper(), KEY.replace("-", ""), "10002", ["10001"], None])
def test_a_key_that_no_event_of_the_topic_has_is_malformed(topic: str, key: object) -> None:
    with pytest.raises(MalformedTokenError):
        ChangeToken.decode(_encoded([topic, "10001", key, 1]))


def test_a_school_is_no_key_of_a_graduate_and_a_graduate_none_of_a_school() -> None:
    for topic in TOPICS:
        key = KEY if topic in OF_SCHOOLS else "10001"
        with pytest.raises(MalformedTokenError):
            ChangeToken.decode(_encoded([topic, "10001", key, 1]))


def _encoded(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()
