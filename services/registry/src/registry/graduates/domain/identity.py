"""Names and numbers of a person: their rules, and how they are masked. Their form is that of `common.identity`.

Place codes inside a citizen id are never checked: counties were created and abolished, and residence permits have
prefixes of their own.
"""

import re
from datetime import date
from functools import lru_cache
from operator import mul
from unicodedata import category

from common.identity import is_letter_or_digit, plain_name, plain_number, steers_a_device, visible

MAX_NAME = 100
MAX_NUMBER = 40
MAX_EMAIL = 200
_NUMBER = re.compile(rf"[0-9A-Za-z\-_./]{{1,{MAX_NUMBER}}}")
_CITIZEN_ID = re.compile(r"[0-9]{17}[0-9X]")
# passports, permits of Hong Kong, Macau and Taiwan, cards of permanent residents, some with a check character; more
# digits than these have are those of a citizen id with a mistake
_OTHER_DOCUMENT = re.compile(r"(?=(?:[^0-9]*[0-9]){4})(?!(?:[^0-9]*[0-9]){13})[0-9A-Z]{5,30}(?:\([0-9A-Z]{1,3}\))?")
# one or two letters and digits, the nine places of a passport, a permit of Taiwan residents
_USUAL_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,12}(?:[A-Z]|\([0-9A-Z]\))?|[0-9A-Z]{8,9}|[0-9]{10}(?:\([0-9A-Z]\))?")
_PHONE = re.compile(r"\+?[0-9]{6,20}")
_MOBILE_WITH_PREFIX = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
# what nearly all addresses look like; the domain has a dot, and mail to the rest comes back anyway
_EMAIL = re.compile(r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?\.)+[a-z]{2,63}")
_PHONE_FILLERS = str.maketrans("", "", " -()")
_CHINESE_NAME = re.compile(rf"[\u4e00-\u9fff]{{1,{MAX_NAME}}}")
_PUNCTUATION_OF_NAMES = frozenset(" ·'.,-_()་")
_EARLIEST_BIRTH = date(1900, 1, 1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_OF_ZEROS = sum(_WEIGHTS) * ord("0") % 11


class RuleBroken(ValueError):
    """A value breaks a rule of the catalogue; `rule` is its id. The value itself is not kept."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def name(text: str) -> str:
    """The name as stored, with the characters of names only."""
    plain = plain_name(text)
    if not 1 <= len(plain) <= MAX_NAME or not (plain.isalpha() or _is_written_as_name(plain)):
        raise RuleBroken("name_format")
    return plain


def free_text(text: str) -> str:
    """Any other text as stored: half-width brackets and single spaces, so that two spellings are one value."""
    return " ".join(text.replace("（", "(").replace("）", ")").split())


def shown_text(text: str) -> str:
    """The same of a text with characters that can be shown only; others that are not seen are left out."""
    plain = free_text(visible(free_text(text)))
    if not plain:
        raise RuleBroken("length")
    if steers_a_device(plain):
        raise RuleBroken("printable")
    return plain


def student_number(text: str) -> str:
    """The student number (学号) as stored: text, leading zeros kept."""
    return _matching(_NUMBER, plain_number(text), "student_number_format")


def exam_number(text: str) -> str:
    """The examinee number (考生号) as stored; its length and form differ from province to province."""
    return _matching(_NUMBER, plain_number(text), "exam_number_format")


def document_number(text: str) -> str:
    """The number of an identity document in the one form in which it is stored and found; groups are joined."""
    return "".join(plain_number(text).upper().split())


def stands_as_number(text: str) -> bool:
    """True of letters and digits as most numbers are: it is stored as it stands, as a student or examinee number."""
    return text.isascii() and text.isalnum() and len(text) <= MAX_NUMBER


def stands_as_phone(text: str) -> bool:
    """True of digits too few to begin with the country's prefix: they are stored as they stand, as a phone number."""
    return text.isascii() and text.isdigit() and 6 <= len(text) <= 12


def stands_as_name(text: str) -> bool:
    """True of Chinese characters as most names are: they are stored as they stand, as a name."""
    return _CHINESE_NAME.fullmatch(text) is not None


def stands_as_citizen_id(text: str, cohort: int) -> bool:
    """True of a citizen id without a fault: it is stored as it stands."""
    return _CITIZEN_ID.fullmatch(text) is not None and _rule_broken(text, cohort) is None


def citizen_id(text: str, cohort: int) -> str:
    """The citizen id (公民身份号码) as stored, with its form, day of birth and check digit verified.

    What does not look like one is the number of another document, and taken as it is: no list of documents is whole.
    """
    number = document_number(text)
    if not _CITIZEN_ID.fullmatch(number):
        return _matching(_OTHER_DOCUMENT, number, "citizen_id_format")
    if (rule := _rule_broken(number, cohort)) is not None:
        raise RuleBroken(rule)
    return number


def is_usual_document(number: str) -> bool:
    """True for a stored citizen id, and for the number of another document in one of the forms most have."""
    return bool(_CITIZEN_ID.fullmatch(number) or _USUAL_DOCUMENT.fullmatch(number))


def birth_date(number: str) -> date | None:
    """The day of birth inside a citizen id; None where there is none, as in the numbers of other documents."""
    return _day_of(number[6:14]) if _CITIZEN_ID.fullmatch(number) else None


def is_male(number: str) -> bool | None:
    """What digit 17 of a citizen id says of the sex: odd is male; None for the number of another document."""
    return number[16] in "13579" if _CITIZEN_ID.fullmatch(number) else None


def phone(text: str) -> str:
    """The phone number as stored: digits, a mainland mobile without the country's prefix."""
    return _matching(_PHONE, phone_digits(text), "phone_format")


def phone_digits(text: str) -> str:
    """A phone number in the one form in which it is stored and found, whether it can be one or not."""
    digits = plain_number(text).translate(_PHONE_FILLERS)
    mobile = _MOBILE_WITH_PREFIX.fullmatch(digits)
    return mobile[1] if mobile else digits


def email(text: str) -> str:
    """The mail address (电子邮箱) as stored: the domain in small letters, all else as given."""
    local, _, domain = plain_number(text).rpartition("@")
    address = f"{local}@{domain.lower()}"
    return _matching(_EMAIL, address if len(address) <= MAX_EMAIL else "", "email_format")


def masked_name(text: str) -> str:
    """The first character and three stars, however long the name is: enough to recognise, not enough to know."""
    return text[:1] + "***"


def masked_number(text: str) -> str:
    """The first and last four characters; a short text only stars.

    >>> masked_number("11010119900307002X"), masked_number("12345678")
    ('1101**********002X', '********')
    """
    return text[:4] + "*" * (len(text) - 8) + text[-4:] if len(text) > 11 else "*" * len(text)


def masked_phone(text: str) -> str:
    """The first three and last four digits."""
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) > 9 else "*" * len(text)


def masked_email(text: str) -> str:
    """The first character and the domain.

    >>> masked_email("zhangsan@x.cn")
    'z***@x.cn'
    """
    local, _, domain = text.rpartition("@")
    return f"{local[:1]}***@{domain}"


def masked_text(text: str) -> str:
    """The first six characters and three stars: the place or the kind of a unit, not which one."""
    return text[:6] + "***"


def _rule_broken(number: str, cohort: int) -> str | None:
    """The rule that a number in the form of a citizen id breaks."""
    born = _day_of(number[6:14])
    if born is None or not _EARLIEST_BIRTH <= born <= date(cohort, 12, 31):
        return "citizen_id_date"
    # of the digits' codes: what these have more than the digits is the same in every number
    if _CHECK_DIGITS[sum(map(mul, _WEIGHTS, number.encode())) % 11 - _OF_ZEROS] != number[17]:
        return "citizen_id_check_digit"
    return None


@lru_cache(maxsize=8_192)
def _day_of(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def _is_written_as_name(plain: str) -> bool:
    """True for letters and digits of any script with the marks and the punctuation of names."""
    return any(map(is_letter_or_digit, plain)) and all(
        each in _PUNCTUATION_OF_NAMES or is_letter_or_digit(each) or category(each)[0] == "M" for each in plain
    )


def _matching(pattern: re.Pattern[str], text: str, rule: str) -> str:
    if not pattern.fullmatch(text):
        raise RuleBroken(rule)
    return text
