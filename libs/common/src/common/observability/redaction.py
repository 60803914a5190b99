"""Removing personal data from what is written to logs and audit details: by the name of a field, and by pattern.

The last line of defence: code should not log such values in the first place.
"""

import re
from collections.abc import Mapping
from typing import Any

MASK = "[redacted]"

PERSONAL_KEYS = frozenset(
    {
        "name", "full_name", "graduate_name", "student_name", "citizen_id", "id_number", "passport", "phone", "mobile",
        "telephone", "email", "address", "employer_address", "home_address", "student_number", "exam_number",
        "birth_date", "salary", "password", "secret", "client_secret", "token", "access_token", "authorization",
        "cookie", "link",
    }
)  # fmt: skip
"""Fields whose value is never written, whatever it looks like."""

FREE_TEXT_KEYS = frozenset(
    {"free_text", "comment", "reason", "body", "payload", "parameters", "params", "row", "rows", "value", "input"}
)
"""Fields that may quote what a person wrote; a number in them is a count."""

_PATTERNS = (
    re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx](?![0-9A-Za-z])"),
    re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{14,17}[0-9Xx]?(?![0-9A-Za-z])"),
    re.compile(r"(?<![0-9A-Za-z])(?<![0-9]\.)(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])"),
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+"),
    re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*"),
    re.compile(r"(?i)bearer\s+[A-Za-z0-9._~+/=-]+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
"""Citizen ids, long account-like numbers, mobile numbers, e-mail addresses, tokens, credentials in addresses."""

_NEEDED = re.compile(r"[0-9@.\s]")
"""Each of the patterns needs one of these; most texts are words of ours, and need not be searched seven times."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id of ours, of which none of the patterns finds a part: nearly every audit entry has some."""

_NUMBERS_OF_PERSONS = 10**10
"""The patterns ask for eleven digits at least; most numbers are counts, and need not be looked at as texts."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def redacted_text(text: str) -> str:
    """The text without what looks like a person's number or a secret."""
    if not _NEEDED.search(text) or _ID.fullmatch(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text


def single_line(text: str) -> str:
    """The text with line breaks and other control characters turned into spaces, so that no line can be forged."""
    return _CONTROL.sub(" ", text)


def redacted(value: Any) -> Any:
    """The same structure with personal fields masked and texts cleaned; keys are kept."""
    if isinstance(value, Mapping):
        return {key: MASK if _is_personal(key, held) else redacted(held) for key, held in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redacted(each) for each in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if value is None or (isinstance(value, int) and abs(value) < _NUMBERS_OF_PERSONS):
        return value
    if isinstance(value, int | float):
        return value if redacted_text(str(value)) == str(value) else MASK
    return redacted_text(value if isinstance(value, str) else str(value))


def _is_personal(key: object, held: object) -> bool:
    if not isinstance(key, str) or held is None:
        return False
    name = key.lower()
    return name in PERSONAL_KEYS or (name in FREE_TEXT_KEYS and not isinstance(held, int | float))
