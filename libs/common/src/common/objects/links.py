"""Links to files that work without a token for five minutes, and are none afterwards."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from common import clock
from common.crypto import FieldCipher
from common.errors import NotFound
from common.objects.storage import ObjectName

LIVES = timedelta(minutes=5)
PREFIX = "/v1/objects"
PURPOSE = "link to an object"

_NAME_BYTES = 16
_TIME_BYTES = 8
_TAG_BYTES = 32


@dataclass(frozen=True)
class Link:
    """A path of this service and when it ends."""

    url: str
    expires_at: datetime


def link_to(cipher: FieldCipher, name: ObjectName) -> Link:
    """A new link to a file, for a caller who may see it."""
    expires_at = (clock.now() + LIVES).replace(microsecond=0)
    signed = name.bytes + int(expires_at.timestamp()).to_bytes(_TIME_BYTES)
    token = base64.urlsafe_b64encode(signed + cipher.tag(PURPOSE, signed)).decode().rstrip("=")
    return Link(f"{PREFIX}/{token}", expires_at)


def name_in(cipher: FieldCipher, token: str) -> ObjectName:
    """The file that a link leads to; raises NotFound for one that we did not make, and for one that has ended."""
    try:
        given = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    signed, tag = given[:-_TAG_BYTES], given[-_TAG_BYTES:]
    if not hmac.compare_digest(cipher.tag(PURPOSE, signed), tag) or len(signed) != _NAME_BYTES + _TIME_BYTES:
        raise NotFound
    if datetime.fromtimestamp(int.from_bytes(signed[_NAME_BYTES:]), UTC) <= clock.now():
        raise NotFound
    return ObjectName(UUID(bytes=signed[:_NAME_BYTES]))
