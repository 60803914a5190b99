"""Change tokens: how a caller names its own write when it reads elsewhere."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from common.contracts.catalogue import TOPICS

MAX_TOKEN_LENGTH = 200
_SCHOOL = re.compile(r"[0-9]{5}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEYS: Mapping[str, re.Pattern[str]] = {"code_list": re.compile(r"[a-z][a-z-]{0,47}")}
"""The form of a key by the field that it is, where it is neither a school nor an id."""


class MalformedTokenError(ValueError):
    """The text is no change token that we issued."""


@dataclass(frozen=True, order=True)
class ChangeToken:
    """One event by topic, key and sequence; what has applied that sequence of the key includes the change."""

    topic: str
    school_code: str
    key: str
    sequence: int

    def encode(self) -> str:
        """The opaque text, URL-safe and at most 200 characters."""
        parts = [self.topic, self.school_code, self.key, self.sequence]
        text = json.dumps(parts, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()

    @classmethod
    def decode(cls, token: str) -> Self:
        """Reads the text back; raises MalformedTokenError."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise MalformedTokenError("too long")
        padded = token.encode() + b"=" * (-len(token) % 4)
        try:
            topic, school_code, key, sequence = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (binascii.Error, UnicodeError, ValueError, TypeError) as error:
            raise MalformedTokenError("not readable as four parts") from error
        if not isinstance(topic, str) or topic not in TOPICS:
            raise MalformedTokenError("unknown topic")
        field = TOPICS[topic].key
        of_topic = key == school_code if field == "school_code" else _matches(_KEYS.get(field, _ID), key)
        if not _matches(_SCHOOL, school_code) or not of_topic:
            raise MalformedTokenError("no school or no key of the topic")
        if type(sequence) is not int or not 0 < sequence < 2**63:
            raise MalformedTokenError("no sequence")
        decoded = cls(topic, school_code, key, sequence)
        if decoded.encode() != token:
            raise MalformedTokenError("not in canonical form")
        return decoded


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
