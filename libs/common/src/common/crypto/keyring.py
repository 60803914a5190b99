"""Keys from one file: several for fields, of which one writes; one for blind indexes; one for fingerprints."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

FIELD_KEY_BYTES = 64
"""AES-256-SIV takes two keys of 256 bits."""

HASH_KEY_BYTES = 32
MAX_KEY_ID = 16


class KeyRingError(Exception):
    """The file holds no usable keys; the text never quotes it."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id. `current` encrypts what is written now; the others only read what was written before."""

    fields: Mapping[str, bytes] = field(repr=False)
    current: str
    index: bytes = field(repr=False)
    fingerprint: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.fields:
            raise KeyRingError("the current key is not in the ring")
        if any(len(key) != FIELD_KEY_BYTES for key in self.fields.values()):
            raise KeyRingError("a field key must have 64 bytes")
        if {len(self.index), len(self.fingerprint)} != {HASH_KEY_BYTES}:
            raise KeyRingError("the index and fingerprint keys must have 32 bytes")
        if any(not name.isascii() or not 0 < len(name) <= MAX_KEY_ID for name in self.fields):
            raise KeyRingError("a key id must have 1 to 16 ASCII characters")
        if len({*self.fields.values(), self.index, self.fingerprint}) != len(self.fields) + 2:
            raise KeyRingError("one key must not serve two purposes")

    @classmethod
    def generate(cls, key_id: str = "k1") -> Self:
        """A ring with fresh keys."""
        return cls(
            fields={key_id: secrets.token_bytes(FIELD_KEY_BYTES)},
            current=key_id,
            index=secrets.token_bytes(HASH_KEY_BYTES),
            fingerprint=secrets.token_bytes(HASH_KEY_BYTES),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads the JSON file; raises KeyRingError."""
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                fields={name: _decoded(key) for name, key in content["fields"].items()},
                current=content["current"],
                index=_decoded(content["index"]),
                fingerprint=_decoded(content["fingerprint"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise KeyRingError("the key ring cannot be read") from None

    def store(self, path: Path) -> None:
        """Writes the JSON file, readable by its owner only."""
        path.touch(mode=0o600)
        content = {
            "fields": {name: _encoded(key) for name, key in self.fields.items()},
            "current": self.current,
            "index": _encoded(self.index),
            "fingerprint": _encoded(self.fingerprint),
        }
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
