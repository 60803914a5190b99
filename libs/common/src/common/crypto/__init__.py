"""Field encryption, blind indexes and the key ring."""

from common.crypto.fields import FieldCipher, UndecryptableError, hashed_secret
from common.crypto.keyring import KeyRing, KeyRingError

__all__ = ["FieldCipher", "KeyRing", "KeyRingError", "UndecryptableError", "hashed_secret"]
