"""Names and numbers of a person: their form, how they are compared, and how they are masked.

Place codes inside a citizen id are never checked: counties were created and abolished, and residence permits have
prefixes of their own.
"""

import re
import unicodedata
from datetime import date

MAX_NAME = 100
_NUMBER = re.compile(r"[0-9A-Za-z\-_./]{1,40}")
_CITIZEN_ID = re.compile(r"[0-9]{17}[0-9X]")
# passports and permits: letters, digits, and some with a check character
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,12}(?:[A-Z]|\([0-9A-Z]\))?")
_PHONE = re.compile(r"\+?[0-9]{6,20}")
_MOBILE_WITH_PREFIX = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
_PHONE_FILLERS = str.maketrans("", "", " -()")
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅．｡"), "·")
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ONE_FORM = {**_FULL_WIDTH, **_DOTS}
_PUNCTUATION_OF_NAMES = frozenset(" ·'’.,-_()")
_EARLIEST_BIRTH = date(1900, 1, 1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


class RuleBroken(ValueError):
    """A value breaks a rule of the catalogue; `rule` is its id. The value itself is not kept."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def name(text: str) -> str:
    """The name as stored: half-width forms, one kind of dot, no space in or around a Chinese name."""
    plain = " ".join(_visible(unicodedata.normalize("NFC", text)).translate(_ONE_FORM).split())
    if any(map(_is_han, plain)):
        plain = plain.replace(" ", "")
    if (
        not 1 <= len(plain) <= MAX_NAME
        or not all(map(_may_stand_in_name, plain))
        or not any(map(_is_letter_or_digit, plain))
    ):
        raise RuleBroken("name_format")
    return plain


def free_text(text: str) -> str:
    """Any other text as stored: half-width brackets and single spaces, so that two spellings are one value."""
    return " ".join(text.replace("（", "(").replace("）", ")").split())


def comparable_name(text: str) -> str:
    """What of a name is compared: without spaces, in any width and case."""
    return "".join(_visible(unicodedata.normalize("NFKC", text)).translate(_DOTS).split()).casefold()


def compact(text: str) -> str:
    """A number of a person in the one form in which it is stored and found."""
    return unicodedata.normalize("NFKC", text).strip()


def student_number(text: str) -> str:
    """The student number (学号) as stored: text, leading zeros kept."""
    return _matching(_NUMBER, compact(text), "student_number_format")


def exam_number(text: str) -> str:
    """The examinee number (考生号) as stored; its length and form differ from province to province."""
    return _matching(_NUMBER, compact(text), "exam_number_format")


def document_number(text: str) -> str:
    """The number of an identity document in the one form in which it is stored and found."""
    return compact(text).upper()


def citizen_id(text: str, cohort: int) -> str:
    """The citizen id (公民身份号码) as stored, with its form, day of birth and check digit verified.

    The number of a document that begins with letters is taken as it is: passports, and permits of other places.
    """
    number = document_number(text)
    if _OTHER_DOCUMENT.fullmatch(number):
        return number
    _matching(_CITIZEN_ID, number, "citizen_id_format")
    born = birth_date(number)
    if born is None or not _EARLIEST_BIRTH <= born <= date(cohort, 12, 31):
        raise RuleBroken("citizen_id_date")
    if _CHECK_DIGITS[sum(w * int(digit) for w, digit in zip(_WEIGHTS, number[:17], strict=True)) % 11] != number[17]:
        raise RuleBroken("citizen_id_check_digit")
    return number


def birth_date(number: str) -> date | None:
    """The day of birth inside a citizen id; None where there is none, as in the numbers of other documents."""
    if not _CITIZEN_ID.fullmatch(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def phone(text: str) -> str:
    """The phone number as stored: digits, a mainland mobile without the country's prefix."""
    digits = compact(text).translate(_PHONE_FILLERS)
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


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd" or _is_private(character)


def _may_stand_in_name(character: str) -> bool:
    if character in _PUNCTUATION_OF_NAMES or _is_letter_or_digit(character):
        return True
    return unicodedata.category(character)[0] == "M"


def _visible(text: str) -> str:
    """The text without characters that only control its setting, such as spaces of no width."""
    return "".join(character for character in text if unicodedata.category(character) != "Cf")
