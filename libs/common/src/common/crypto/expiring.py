"""What we hand out and take back for a while without keeping it: signed, with its end."""

import base64
import binascii
import hmac
from datetime import datetime

from common import clock
from common.crypto.fields import FieldCipher

_TIME_BYTES = 8
_TAG_BYTES = 32


def signed_until(cipher: FieldCipher, purpose: str, content: bytes, end: datetime) -> str:
    """The content for an address or a cookie; it can be read and not be changed."""
    signed = content + int(end.timestamp()).to_bytes(_TIME_BYTES)
    return base64.urlsafe_b64encode(signed + cipher.tag(purpose, signed)).decode().rstrip("=")


def content_of(cipher: FieldCipher, purpose: str, token: str) -> bytes | None:
    """The content; None where we did not sign it for this purpose, and after its end."""
    try:
        given = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signed, tag = given[:-_TAG_BYTES], given[-_TAG_BYTES:]
    if not hmac.compare_digest(cipher.tag(purpose, signed), tag) or len(signed) < _TIME_BYTES:
        return None
    has_ended = int.from_bytes(signed[-_TIME_BYTES:]) <= clock.now().timestamp()
    return None if has_ended else signed[:-_TIME_BYTES]
