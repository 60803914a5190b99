"""Field encryption, blind indexes and the key ring."""

from common.crypto.fields import FieldCipher, UndecryptableError, equal, hashed_secret
from common.crypto.keyring import KeyRing, KeyRingError

__all__ = ["FieldCipher", "KeyRing", "KeyRingError", "UndecryptableError", "equal", "hashed_secret"]
