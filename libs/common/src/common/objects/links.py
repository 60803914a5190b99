"""Links to files that work without a token for five minutes, and are none afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from common import clock
from common.crypto import FieldCipher
from common.crypto.expiring import content_of, signed_until
from common.errors import NotFound
from common.objects.storage import ObjectName

LIVES = timedelta(minutes=5)
PREFIX = "/v1/objects"
PURPOSE = "link to an object"

_NAME_BYTES = 16


@dataclass(frozen=True)
class Link:
    """A path of this service and when it ends."""

    url: str
    expires_at: datetime


def link_to(cipher: FieldCipher, name: ObjectName) -> Link:
    """A new link to a file, for a caller who may see it."""
    expires_at = (clock.now() + LIVES).replace(microsecond=0)
    return Link(f"{PREFIX}/{signed_until(cipher, PURPOSE, name.bytes, expires_at)}", expires_at)


def name_in(cipher: FieldCipher, token: str) -> ObjectName:
    """The file that a link leads to; raises NotFound for one that we did not make, and for one that has ended."""
    name = content_of(cipher, PURPOSE, token)
    if name is None or len(name) != _NAME_BYTES:
        raise NotFound
    return ObjectName(UUID(bytes=name))
