"""Signatures of Standard Webhooks 1.0: who sends a message, when, and that it is unchanged.

A message has three headers: `webhook-id`, the same in every attempt; `webhook-timestamp`, of the attempt, in seconds
since 1970; `webhook-signature`, `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, several of them separated
by spaces while a secret is changed. A secret is `whsec_` and the base64 of 24 to 64 random bytes.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""So far the time of a message may lie from ours, in either direction: an older one may be a repetition."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

_PREFIX = "whsec_"
_SECRET_BYTES = range(24, 65)
_LONGEST_ID = 255


class BadSignature(ValueError):
    """The message is not signed with the secret, or not at about this time. Never says which."""


def new_secret() -> str:
    """A secret of 32 random bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret; raises ValueError, without the secret, for what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret is whsec_ and base64") from None
    if not secret.startswith(_PREFIX) or len(key) not in _SECRET_BYTES:
        raise ValueError("a secret is whsec_ and the base64 of 24 to 64 bytes")
    return key


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message that is sent at an instant."""
    timestamp = str(int(at.timestamp()))
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: _signature(key_of(secret), message_id, timestamp, body)}


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that came with these headers, whose names are in lower case; raises BadSignature."""
    message_id, timestamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    expected = _signature(key_of(secret), message_id, timestamp, body).encode()
    # all of them are compared, so that the time tells nothing
    matches = [hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in given.split(" ")]
    if not (any(matches) and 0 < len(message_id) <= _LONGEST_ID and _is_recent(timestamp, now)):
        raise BadSignature("not signed, or not now")
    return message_id


def _is_recent(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= TOLERANCE.total_seconds()


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode("utf-8", "replace"), timestamp.encode("utf-8", "replace"), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
