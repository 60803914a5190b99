"""The header that every ciphertext begins with: format, algorithm, length of the key's id, the id."""

from functools import lru_cache

from common.errors import PermanentError

FORMAT = 1
AES_256_SIV = 1
AES_256_GCM = 2
AES_256_GCM_DATA_KEY = 3
"""AES-256-GCM under a data key, whose id is the header's."""

FIXED = 3


class UndecryptableError(PermanentError):
    """The bytes are no ciphertext of ours for this field and record, or their key is gone."""

    code = "undecryptable"


def header(algorithm: int, key_id: bytes) -> bytes:
    """The header of what this key encrypts."""
    return bytes([FORMAT, algorithm, len(key_id)]) + key_id


def split(ciphertext: bytes, algorithm: int) -> tuple[bytes, bytes]:
    """The header of a ciphertext, and the id of its key; raises UndecryptableError."""
    if len(ciphertext) < FIXED or ciphertext[:2] != bytes([FORMAT, algorithm]):
        raise UndecryptableError
    found = ciphertext[: FIXED + ciphertext[2]]
    return found, found[FIXED:]


@lru_cache(maxsize=256)
def labelled(field: str) -> bytes:
    """The field's name with its length before it, so that no name and value read like another pair."""
    name = field.encode()
    return len(name).to_bytes(2) + name
