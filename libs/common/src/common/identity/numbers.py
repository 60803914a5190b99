"""Numbers of persons in the one form in which they are stored, found and compared."""

import unicodedata

from common.identity.characters import MARKS, one_width, visible

_HYPHENS = {code: mark for code, mark in MARKS.items() if mark == "-"}


def plain_number(text: str) -> str:
    """A number of a person: digits of every script as 0 to 9, one width, one hyphen, nothing that is not seen.

    >>> plain_number("\u202d２０２４–０１\u202c "), plain_number("٢٠٢٤")
    ('2024-01', '2024')
    """
    if text.isascii():
        return text.strip()
    seen = visible(one_width(visible(text))).translate(_HYPHENS)
    digits = (
        character if (digit := unicodedata.decimal(character, None)) is None else str(digit) for character in seen
    )
    return "".join(digits).strip()
