"""Field encryption, sealed documents, blind indexes and the key ring."""

from common.crypto.data_keys import DataCipher, data_key_of
from common.crypto.fields import FieldCipher, hashed_secret
from common.crypto.headers import UndecryptableError
from common.crypto.keyring import KeyRing, KeyRingError

__all__ = [
    "DataCipher",
    "FieldCipher",
    "KeyRing",
    "KeyRingError",
    "UndecryptableError",
    "data_key_of",
    "hashed_secret",
]
