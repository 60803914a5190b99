"""Signatures of Standard Webhooks, held to the check value that the platform's contract gives."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from common.crypto.webhooks import BadSignature, key_of, new_secret, signed_headers, verified

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ID = "019303f4-5f7e-7c3a-8d5e-1f2a3b4c5d6e"
AT = datetime.fromtimestamp(1788192000, UTC)
BODY = b'{"type":"quxiang.webhook.test"}'
HEADERS = {
    "webhook-id": ID,
    "webhook-timestamp": "1788192000",
    "webhook-signature": "v1,yXU80JGTKk3+2MkVcaR/5zQAP7k/F7I8SAoM4CMCxGs=",
}


def test_the_signature_is_that_of_the_contract() -> None:
    assert signed_headers(SECRET, ID, AT, BODY) == HEADERS
    assert verified(SECRET, HEADERS, BODY, AT) == ID


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_message_of_about_now_is_taken(seconds: int) -> None:
    assert verified(SECRET, HEADERS, BODY, AT + timedelta(seconds=seconds)) == ID


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_older_or_later_one_is_not(seconds: int) -> None:
    with pytest.raises(BadSignature):
        verified(SECRET, HEADERS, BODY, AT + timedelta(seconds=seconds))


def test_one_of_several_signatures_is_enough() -> None:
    other = signed_headers(new_secret(), ID, AT, BODY)["webhook-signature"]
    both = f"{other} {HEADERS['webhook-signature']} v1a,AAAA"
    assert verified(SECRET, HEADERS | {"webhook-signature": both}, BODY, AT) == ID


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": f"{ID}x"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1788192001"},
        {"webhook-timestamp": "１７88192000"},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": HEADERS["webhook-signature"].replace("v1,", "v2,")},
        {"webhook-signature": HEADERS["webhook-signature"][3:]},
        {"webhook-signature": "v1,AAAA v1,é"},
    ],
)
def test_a_changed_message_is_not_ours(changed: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verified(SECRET, HEADERS | changed, BODY, AT)


def test_a_changed_body_and_another_secret_are_not_ours() -> None:
    for secret, body in ((SECRET, BODY + b" "), (new_secret(), BODY)):
        with pytest.raises(BadSignature):
            verified(secret, HEADERS, body, AT)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_ä"]
)
def test_a_text_that_is_no_secret_is_refused_without_it(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as refused:
        key_of(secret)
    assert not secret or secret == "whsec_" or secret not in str(refused.value)


def test_a_new_secret_has_32_bytes() -> None:
    assert len(base64.b64decode(new_secret()[6:])) == len(key_of(new_secret())) == 32
