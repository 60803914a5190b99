"""Encryption of single fields and of uploads, bound to where the value belongs; blind indexes for exact look-ups.

A ciphertext begins with a header: format, algorithm, length of the key id, key id. Fields use AES-256-SIV, which needs
no nonce; the associated data are header, field name and record id, so that equal values of two records look different
and a ciphertext moved to another row, or another column, does not decrypt. Uploads use AES-256-GCM with a random
nonce and a key derived from the field key.

A citizen id has about 38 bits: an unkeyed hash of one falls within hours. Hence the keyed index, with a key of its own.
"""

import secrets
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.crypto.keyring import KeyRing
from common.errors import PermanentError

FORMAT = 1
AES_256_SIV = 1
AES_256_GCM = 2
INDEX_BYTES = 16
"""Equality must hold over 12 million people a year: 128 bits make an accidental match impossible in practice."""

_FIXED = 3
_NONCE_BYTES = 12

RecordId = UUID | str


class UndecryptableError(PermanentError):
    """The bytes are no ciphertext of ours for this field and record, or their key is gone."""

    code = "undecryptable"


class FieldCipher:
    """Everything that uses the key ring. Neither results nor errors ever quote a plaintext."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._siv = {name: AESSIV(key) for name, key in ring.fields.items()}
        self._gcm = {
            name: AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"quxiang blob").derive(key))
            for name, key in ring.fields.items()
        }
        self._index, self._fingerprint = (HMAC(key, SHA256()) for key in (ring.index, ring.fingerprint))
        tags = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"quxiang tag").derive(ring.fingerprint)
        self._tags = HMAC(tags, SHA256())
        self._siv_header = _header(AES_256_SIV, ring.current)
        self._gcm_header = _header(AES_256_GCM, ring.current)

    @classmethod
    def load(cls, keyring_file: Path | None) -> Self:
        """The cipher over the key ring of the settings."""
        if keyring_file is None:
            raise ValueError("QUXIANG_KEYRING_FILE is not set")
        return cls(KeyRing.load(keyring_file))

    def encrypt(self, field: str, record_id: RecordId, plaintext: str) -> bytes:
        """The ciphertext of one field of one record, under the current key."""
        place = _place(self._siv_header, field, record_id)
        return self._siv_header + self._siv[self._ring.current].encrypt(plaintext.encode(), place)

    def decrypt(self, field: str, record_id: RecordId, ciphertext: bytes) -> str:
        """The value again; raises UndecryptableError."""
        header, key_id = _split(ciphertext, AES_256_SIV)
        try:
            place = _place(header, field, record_id)
            return self._siv[key_id].decrypt(ciphertext[len(header) :], place).decode()
        except (InvalidTag, KeyError, ValueError):
            raise UndecryptableError from None

    def encrypt_blob(self, purpose: str, record_id: RecordId, content: bytes) -> bytes:
        """The ciphertext of a file or a part of one."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = b"\0".join(_place(self._gcm_header, purpose, record_id))
        return self._gcm_header + nonce + self._gcm[self._ring.current].encrypt(nonce, content, bound)

    def decrypt_blob(self, purpose: str, record_id: RecordId, ciphertext: bytes) -> bytes:
        """The content again; raises UndecryptableError."""
        header, key_id = _split(ciphertext, AES_256_GCM)
        nonce, sealed = ciphertext[len(header) :][:_NONCE_BYTES], ciphertext[len(header) + _NONCE_BYTES :]
        try:
            return self._gcm[key_id].decrypt(nonce, sealed, b"\0".join(_place(header, purpose, record_id)))
        except (InvalidTag, KeyError, ValueError):
            raise UndecryptableError from None

    def blind_index(self, field: str, value: str) -> bytes:
        """16 bytes that are equal exactly for equal values of a field; the caller normalises the value before."""
        return _digest(self._index, _labelled(field) + value.encode())[:INDEX_BYTES]

    def tag(self, purpose: str, message: bytes) -> bytes:
        """32 bytes by which we know a message as ours; for each purpose others."""
        return _digest(self._tags, _labelled(purpose) + message)

    def fingerprint(self, content: bytes) -> bytes:
        """32 bytes by which a payload can be recognised, and not guessed."""
        return _digest(self._fingerprint, content)


def hashed_secret(secret: str) -> bytes:
    """What is stored of a random secret of full entropy (a link's token): a plain hash is enough for these only."""
    return sha256(secret.encode()).digest()


def _digest(keyed: HMAC, content: bytes) -> bytes:
    # beginning with the key again costs more than a short value
    digest = keyed.copy()
    digest.update(content)
    return digest.finalize()


def _header(algorithm: int, key_id: str) -> bytes:
    return bytes([FORMAT, algorithm, len(key_id)]) + key_id.encode()


def _split(ciphertext: bytes, algorithm: int) -> tuple[bytes, str]:
    if len(ciphertext) < _FIXED or ciphertext[:2] != bytes([FORMAT, algorithm]):
        raise UndecryptableError
    header = ciphertext[: _FIXED + ciphertext[2]]
    return header, header[_FIXED:].decode("ascii", errors="replace")


def _place(header: bytes, field: str, record_id: RecordId) -> list[bytes]:
    return [header, _labelled(field), record_id.bytes if isinstance(record_id, UUID) else record_id.encode()]


@lru_cache(maxsize=256)
def _labelled(field: str) -> bytes:
    """The field's name with its length before it, so that no name and value read like another pair."""
    name = field.encode()
    return len(name).to_bytes(2) + name
