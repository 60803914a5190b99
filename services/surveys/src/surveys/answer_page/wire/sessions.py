"""For how long a personal link stays open in a browser: the cookie names the link and ends by itself."""

from datetime import timedelta

from common import clock
from common.crypto import FieldCipher
from common.crypto.expiring import content_of, signed_until

LIVES = timedelta(hours=12)
COOKIE = "answer"

_PURPOSE = "answer page"


def cookie_of(cipher: FieldCipher, digest: bytes) -> str:
    """What the browser keeps of a link, by the digest of its token: the token cannot be had from it."""
    return signed_until(cipher, _PURPOSE, digest, clock.now() + LIVES)


def digest_in(cipher: FieldCipher, cookie: str) -> bytes | None:
    """The digest of the link; None for a cookie that we did not make, and for one that has ended."""
    return content_of(cipher, _PURPOSE, cookie)
