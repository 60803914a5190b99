"""Encryption of single fields and of uploads, bound to where the value belongs; blind indexes for exact look-ups.

A ciphertext begins with a header (`common.crypto.headers`). Fields use AES-256-SIV, which needs no nonce; the
associated data are header, field name and record id, so that equal values of two records look different and a
ciphertext moved to another row, or another column, does not decrypt. Uploads use AES-256-GCM with a random
nonce and a key derived from the field key. Data keys (`common.crypto.data_keys`) are wrapped as fields are.

A citizen id has about 38 bits: an unkeyed hash of one falls within hours. Hence the keyed index, with a key of its own.
"""

import secrets
from collections.abc import Callable, Collection, Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.crypto.data_keys import DATA_KEY_BYTES, NONCE_BYTES, DataCipher, UnwrappedKeys
from common.crypto.headers import AES_256_GCM, AES_256_SIV, UndecryptableError, header, labelled, split
from common.crypto.keyring import KeyRing

INDEX_BYTES = 16
"""Equality must hold over 12 million people a year: 128 bits make an accidental match impossible in practice."""

_DATA_KEY = "data key"

RecordId = UUID | str


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
        self._siv_header = header(AES_256_SIV, ring.current.encode())
        self._gcm_header = header(AES_256_GCM, ring.current.encode())
        self._unwrapped = UnwrappedKeys()

    @classmethod
    def load(cls, keyring_file: Path | None) -> Self:
        """The cipher over the key ring of the settings."""
        if keyring_file is None:
            raise ValueError("QUXIANG_KEYRING_FILE is not set")
        return cls(KeyRing.load(keyring_file))

    @property
    def current(self) -> str:
        """Id of the ring's key that encrypts what is written now."""
        return self._ring.current

    @property
    def key_ids(self) -> Collection[str]:
        """Ids of all keys of the ring that encrypt or have encrypted."""
        return self._ring.fields.keys()

    def wrapped_by(self, key_id: str) -> bytes:
        """What every data key begins with that this key of the ring wraps."""
        return header(AES_256_SIV, key_id.encode())

    def encrypted_blobs_by(self, key_id: str) -> bytes:
        """What every file begins with that this key of the ring encrypts."""
        return header(AES_256_GCM, key_id.encode())

    def encrypt(self, field: str, record_id: RecordId, plaintext: str) -> bytes:
        """The ciphertext of one field of one record, under the current key."""
        return self._encrypted(field, record_id, plaintext.encode())

    def decrypt(self, field: str, record_id: RecordId, ciphertext: bytes) -> str:
        """The value again; raises UndecryptableError."""
        try:
            return self._decrypted(field, record_id, ciphertext).decode()
        except ValueError:
            raise UndecryptableError from None

    def new_data_key(self) -> tuple[UUID, bytes]:
        """Id and wrapping of a fresh data key, which nothing has kept yet."""
        key_id = uuid4()
        return key_id, self._encrypted(_DATA_KEY, key_id, secrets.token_bytes(DATA_KEY_BYTES))

    def data_cipher(self, key_id: UUID, wrapped: bytes) -> DataCipher:
        """The cipher over a wrapped data key, unwrapped once for some time; raises UndecryptableError."""
        kept = self._unwrapped.get(key_id)
        return kept or self._unwrapped.keep(DataCipher(key_id, self._decrypted(_DATA_KEY, key_id, wrapped)))

    def known_data_cipher(self, key_id: UUID) -> DataCipher | None:
        """The cipher over a data key that was unwrapped lately."""
        return self._unwrapped.get(key_id)

    def rewrapped(self, key_id: UUID, wrapped: bytes) -> bytes:
        """The data key under the ring's current key; raises UndecryptableError."""
        return self._encrypted(_DATA_KEY, key_id, self._decrypted(_DATA_KEY, key_id, wrapped))

    def encrypt_blob(self, purpose: str, record_id: RecordId, content: bytes) -> bytes:
        """The ciphertext of a file or a part of one."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound = b"\0".join(_place(self._gcm_header, purpose, record_id))
        return self._gcm_header + nonce + self._gcm[self._ring.current].encrypt(nonce, content, bound)

    def decrypt_blob(self, purpose: str, record_id: RecordId, ciphertext: bytes) -> bytes:
        """The content again; raises UndecryptableError."""
        head, key_id = split(ciphertext, AES_256_GCM)
        nonce, sealed = ciphertext[len(head) :][:NONCE_BYTES], ciphertext[len(head) + NONCE_BYTES :]
        try:
            bound = b"\0".join(_place(head, purpose, record_id))
            return self._gcm[key_id.decode()].decrypt(nonce, sealed, bound)
        except (InvalidTag, KeyError, ValueError):
            raise UndecryptableError from None

    def blind_index(self, field: str, value: str) -> bytes:
        """16 bytes that are equal exactly for equal values of a field; the caller normalises the value before."""
        return _digest(self._index, labelled(field) + value.encode())[:INDEX_BYTES]

    def blind_indexes(self, field: str, values: Iterable[str | None]) -> list[bytes | None]:
        """The same of many values of one field; None of None."""
        begun = self._index.copy()
        begun.update(labelled(field))
        return [None if value is None else _digest(begun, value.encode())[:INDEX_BYTES] for value in values]

    def tag(self, purpose: str, message: bytes) -> bytes:
        """32 bytes by which we know a message as ours; for each purpose others."""
        return _digest(self._tags, labelled(purpose) + message)

    def fingerprint(self, content: bytes) -> bytes:
        """32 bytes by which a payload can be recognised, and not guessed."""
        return _digest(self._fingerprint, content)

    def fingerprints(self, beginning: bytes) -> Callable[[bytes], bytes]:
        """What gives the fingerprint of a payload that begins so from the rest of it: for many of them."""
        begun = self._fingerprint.copy()
        begun.update(beginning)
        return partial(_digest, begun)

    def _encrypted(self, field: str, record_id: RecordId, content: bytes) -> bytes:
        place = _place(self._siv_header, field, record_id)
        return self._siv_header + self._siv[self._ring.current].encrypt(content, place)

    def _decrypted(self, field: str, record_id: RecordId, ciphertext: bytes) -> bytes:
        head, key_id = split(ciphertext, AES_256_SIV)
        try:
            place = _place(head, field, record_id)
            return self._siv[key_id.decode()].decrypt(ciphertext[len(head) :], place)
        except (InvalidTag, KeyError, ValueError):
            raise UndecryptableError from None


def hashed_secret(secret: str) -> bytes:
    """What is stored of a random secret of full entropy (a link's token): a plain hash is enough for these only."""
    return sha256(secret.encode()).digest()


def _digest(keyed: HMAC, content: bytes) -> bytes:
    # beginning with the key again costs more than a short value
    digest = keyed.copy()
    digest.update(content)
    return digest.finalize()


def _place(head: bytes, field: str, record_id: RecordId) -> list[bytes]:
    return [head, labelled(field), record_id.bytes if isinstance(record_id, UUID) else record_id.encode()]
