"""Encryption of a file under a key of its own: without the key no copy of the file can be read."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.crypto.data_keys import NONCE_BYTES
from common.crypto.headers import UndecryptableError


def new_file_key() -> bytes:
    """256 random bits."""
    return AESGCM.generate_key(256)


def seal_file(key: bytes, name: UUID, content: bytes) -> bytes:
    """The ciphertext of a file, bound to its name."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, name.bytes)


def unseal_file(key: bytes, name: UUID, sealed: bytes) -> bytes:
    """The content again; raises UndecryptableError."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.bytes)
    except (InvalidTag, ValueError):
        raise UndecryptableError from None
