"""Names as they are stored, and as they are compared."""

import re
import unicodedata

from common.identity.characters import DOT, ONE_FORM, STANDARD, visible

# private use counts: rare characters of names stand there
_HAN = re.compile(
    "[\u2e80-\u2fff\u3005\u3007\u3021-\u3029\u303b\u31ef\u3400-\u9fff\ue000-\ufaff\U00020000-\U0003ffff\U000f0000-\U0010ffff]"
)
# stored and compared as it stands
_USUAL = re.compile("[\u4e00-\u9fff]+")
_COMPARED = {**ONE_FORM, ord("."): DOT}

# What releases before this form knew; rows that they stored are found by it.
_EARLIER_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅．｡"), DOT)
_EARLIER_FORM = {**{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}, **_EARLIER_DOTS}
_EARLIER_APOSTROPHES = "'’ʼʻ"
_PRIVATE_USE = {ord(standard): chr(code) for code, standard in STANDARD.items() if 0xE000 <= code <= 0xF8FF}


def plain_name(text: str) -> str:
    """The name as stored: one form of each character and mark, single spaces; no space in or around a Chinese name.

    >>> plain_name("阿里木．买买提"), plain_name("Ｏ’Ｎｅｉｌ"), plain_name(" 张　三 "), plain_name("⻢\ue863")
    ('阿里木·买买提', "O'Neil", '张三', '马䶮')
    """
    if _USUAL.fullmatch(text):
        return text
    seen = visible(unicodedata.normalize("NFC", text)).translate(ONE_FORM)
    plain = " ".join(unicodedata.normalize("NFC", visible(seen)).split())
    if _HAN.search(plain):
        # without the space between them two marks may be one character
        plain = unicodedata.normalize("NFC", plain.replace(" ", "").replace(".", DOT))
    return plain


def comparable_name(text: str) -> str:
    """What of a name is compared: without spaces, in any width and case, a full stop as the dot it is typed for."""
    if _USUAL.fullmatch(text):
        return text
    name, folded = "", plain_name(text)
    while folded != name:
        name = folded
        wide = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        folded = "".join(visible(wide).translate(_COMPARED).split())
    return name


def comparable_names(text: str) -> tuple[str, ...]:
    """What a stored name may be compared as: first today's form, then those of rows that earlier releases stored.

    They knew fewer marks as alike, so a name with dots, apostrophes or private-use characters has several forms there.
    """
    name = plain_name(text)
    if _USUAL.fullmatch(name) and name == text == text.translate(_PRIVATE_USE):
        return (name,)
    spellings = {name, name.translate(_PRIVATE_USE)}
    spellings = {each.replace(".", DOT).replace(DOT, dot) for each in spellings for dot in (DOT, ".")}
    spellings = {each.replace("'", mark) for each in spellings for mark in _EARLIER_APOSTROPHES}
    earlier = {_earlier_comparable(each) for each in (*spellings, _earlier_name(text))}
    today = comparable_name(text)
    return today, *sorted(earlier - {today})


def _earlier_name(text: str) -> str:
    """The name as earlier releases stored it."""
    plain = _without_format(unicodedata.normalize("NFC", text)).translate(_EARLIER_FORM)
    return " ".join(plain.split())


def _earlier_comparable(name: str) -> str:
    return "".join(_without_format(unicodedata.normalize("NFKC", name)).translate(_EARLIER_DOTS).split()).casefold()


def _without_format(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")
