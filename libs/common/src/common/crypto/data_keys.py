"""Envelope encryption: a data key seals the documents of many records, and the key ring wraps the data key.

Changing the ring's key wraps data keys anew and leaves every document as it is. A document is AES-256-GCM with a random
nonce of 96 bits, good for 2^32 documents a key; its associated data are the header with the data key's id, what it is,
the record's id and version, so that it opens at no other place and as no other version.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import to_json

from common.crypto.headers import AES_256_GCM_DATA_KEY, FIXED, UndecryptableError, header, labelled, split

DATA_KEY_BYTES = 32
NONCE_BYTES = 12
KEPT_SECONDS = 600.0
"""A process unwraps a data key anew after this time: one that was destroyed is not used for long."""

MAX_KEPT = 1_024

_ID_BYTES = 16


class DataCipher:
    """Seals and opens documents under one data key. Neither results nor errors ever quote a plaintext."""

    def __init__(self, key_id: UUID, key: bytes) -> None:
        self.key_id = key_id
        self._gcm = AESGCM(key)
        self._key = key
        self._digests: dict[str, HMAC] = {}
        self._header = header(AES_256_GCM_DATA_KEY, key_id.bytes)
        self._content_at = len(self._header) + NONCE_BYTES

    def seal(self, what: str, record_id: UUID, version: int, content: bytes) -> bytes:
        """The ciphertext of a document of one version of a record."""
        return self.seal_all(what, [(record_id, version, content)])[0]

    def seal_all(self, what: str, documents: Sequence[tuple[UUID, int, bytes]]) -> list[bytes]:
        """The same of many, each with the id and the version of its record."""
        beginning, encrypt, place = self._header, self._gcm.encrypt, self._header + labelled(what)
        drawn = secrets.token_bytes(NONCE_BYTES * len(documents))
        nonces = (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))
        return [
            beginning + nonce + encrypt(nonce, content, place + record_id.bytes + version.to_bytes(8))
            for nonce, (record_id, version, content) in zip(nonces, documents, strict=True)
        ]

    def seal_all_fields(self, what: str, documents: Sequence[tuple[UUID, int, Mapping[str, Any]]]) -> list[bytes]:
        """The ciphertexts of fields as JSON; days and decimal numbers are texts there."""
        return self.seal_all(what, [(record_id, version, to_json(said)) for record_id, version, said in documents])

    def open(self, what: str, record_id: UUID, version: int, ciphertext: bytes) -> bytes:
        """The content again; raises UndecryptableError."""
        nonce, sealed = ciphertext[len(self._header) : self._content_at], ciphertext[self._content_at :]
        try:
            if not ciphertext.startswith(self._header):
                raise UndecryptableError
            return self._gcm.decrypt(nonce, sealed, self._bound(what, record_id, version))
        except (InvalidTag, ValueError):
            raise UndecryptableError from None

    def digest(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA-256 under a key that HKDF makes of the data key, for each purpose another one.

        It stays the same as long as the data key does, whatever wraps that.
        """
        if purpose not in self._digests:
            derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"quxiang {purpose}".encode())
            self._digests[purpose] = HMAC(derived.derive(self._key), SHA256())
        digest = self._digests[purpose].copy()
        digest.update(message)
        return digest.finalize()

    def _bound(self, what: str, record_id: UUID, version: int) -> bytes:
        return self._header + labelled(what) + record_id.bytes + version.to_bytes(8)


def data_key_of(ciphertext: bytes) -> UUID:
    """The id of the data key that a document is sealed under; raises UndecryptableError."""
    if len(ciphertext) < FIXED + _ID_BYTES:
        raise UndecryptableError
    return UUID(bytes=split(ciphertext, AES_256_GCM_DATA_KEY)[1])


class UnwrappedKeys:
    """The data keys that a process has unwrapped lately, by id: an id is never given to another key."""

    def __init__(self, *, most: int = MAX_KEPT, seconds: float = KEPT_SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[UUID, tuple[float, DataCipher]] = OrderedDict()

    def get(self, key_id: UUID) -> DataCipher | None:
        """The cipher over a key that was kept, and not for too long."""
        until, cipher = self._kept.get(key_id, (0.0, None))
        return cipher if time.monotonic() < until else None

    def keep(self, cipher: DataCipher) -> DataCipher:
        """Keeps a cipher, and lets go of the one that has been kept longest if there are too many."""
        self._kept.pop(cipher.key_id, None)
        self._kept[cipher.key_id] = (time.monotonic() + self._seconds, cipher)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return cipher
