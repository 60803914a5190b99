"""What identifies a person: the form of names and numbers, how they are compared, and how they are masked.

Place codes inside a citizen id are never checked: counties were created and abolished, and residence permits have
prefixes of their own.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

MAX_NAME = 100
_STUDENT_NUMBER = re.compile(r"[0-9A-Za-z\-_./]{1,40}")
_EXAM_NUMBER = re.compile(r"[0-9A-Za-z]{1,30}")
_CITIZEN_ID = re.compile(r"[0-9]{17}[0-9X]")
_PHONE = re.compile(r"\+?[0-9]{6,20}")
_MOBILE_WITH_PREFIX = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
_PHONE_FILLERS = str.maketrans("", "", " -()")
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅．｡", "·"))
_PUNCTUATION_OF_NAMES = frozenset(" ·'’.-()")
_EARLIEST_BIRTH = date(1900, 1, 1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


class RuleBroken(ValueError):
    """A value breaks a rule of the catalogue; `rule` is its id. The value itself is not kept."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def name(text: str) -> str:
    """The name as stored: half-width brackets, one kind of dot, no space in or around a Chinese name."""
    dotted = unicodedata.normalize("NFC", text).translate(_DOTS)
    plain = " ".join(dotted.replace("（", "(").replace("）", ")").replace("\u3000", " ").split())
    if any(map(_is_han, plain)):
        plain = plain.replace(" ", "")
    if not 1 <= len(plain) <= MAX_NAME or not all(map(_may_stand_in_name, plain)) or not any(map(_is_letter, plain)):
        raise RuleBroken("name_format")
    return plain


def free_text(text: str) -> str:
    """Any other text as stored: half-width brackets and single spaces, so that two spellings are one value."""
    return " ".join(text.replace("（", "(").replace("）", ")").split())


def comparable_name(text: str) -> str:
    """What of a name is compared: without spaces, in any width and case."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_DOTS).split()).casefold()


def student_number(text: str) -> str:
    """The student number (学号) as stored: text, leading zeros kept."""
    return _matching(_STUDENT_NUMBER, unicodedata.normalize("NFKC", text).strip(), "student_number_format")


def exam_number(text: str) -> str:
    """The examinee number (考生号) as stored."""
    return _matching(_EXAM_NUMBER, unicodedata.normalize("NFKC", text).strip(), "exam_number_format")


def citizen_id(text: str, cohort: int) -> str:
    """The citizen id (公民身份号码) as stored, with its form, day of birth and check digit verified."""
    number = _matching(_CITIZEN_ID, unicodedata.normalize("NFKC", text).strip().upper(), "citizen_id_format")
    if not _EARLIEST_BIRTH <= birth_date(number) <= date(cohort, 12, 31):
        raise RuleBroken("citizen_id_date")
    if _CHECK_DIGITS[sum(w * int(digit) for w, digit in zip(_WEIGHTS, number[:17], strict=True)) % 11] != number[17]:
        raise RuleBroken("citizen_id_check_digit")
    return number


def birth_date(number: str) -> date:
    """The day of birth inside a citizen id of the right form."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise RuleBroken("citizen_id_date") from None


def phone(text: str) -> str:
    """The phone number as stored: digits, a mainland mobile without the country's prefix."""
    digits = unicodedata.normalize("NFKC", text).strip().translate(_PHONE_FILLERS)
    mobile = _MOBILE_WITH_PREFIX.fullmatch(digits)
    return mobile[1] if mobile else _matching(_PHONE, digits, "phone_format")


def masked_name(text: str) -> str:
    """The first character and stars: enough to recognise, not enough to know."""
    return text[:1] + "*" * max(1, min(len(text) - 1, 3))


def masked_number(text: str) -> str:
    """The first and last four characters; a short text only stars.

    >>> masked_number("11010119900307002X"), masked_number("12345678")
    ('1101**********002X', '********')
    """
    return text[:4] + "*" * (len(text) - 8) + text[-4:] if len(text) > 11 else "*" * len(text)


def masked_phone(text: str) -> str:
    """The first three and last four digits."""
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) > 9 else "*" * len(text)


def _matching(pattern: re.Pattern[str], text: str, rule: str) -> str:
    if not pattern.fullmatch(text):
        raise RuleBroken(rule)
    return text


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" or _is_private(character)


def _is_private(character: str) -> bool:
    """Rare characters of names stand in the private use area in files of GB 18030."""
    return "\ue000" <= character <= "\uf8ff"


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] == "L" or _is_private(character)


def _may_stand_in_name(character: str) -> bool:
    return character in _PUNCTUATION_OF_NAMES or _is_letter(character) or unicodedata.category(character)[0] == "M"
