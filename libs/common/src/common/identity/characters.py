"""Characters that look alike or are not seen at all, and those that may stand for a letter.

Newer editions of Unicode than the interpreter's add letters, Chinese ones for the names of citizens above all, so what
the interpreter has no category for is no reason to refuse a name.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files

# category Cf, Default_Ignorable_Code_Point with its reserved places, and the controls of hieroglyphs of Unicode 15
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# blocks of symbols, presentation forms and noncharacters: what is reserved there will be no letter
_NO_LETTERS = re.compile(
    "[\u2000-\u2bff\u2e00-\u2e7f\ufdd0-\ufdef\ufe00-\uffff\U0001cc00-\U0001d7ff\U0001f000-\U0001ffff]"
)
_LAST_PLANE_OF_LETTERS = 3
# describe a character that has no code: ⿰亻尔
_DESCRIBES_A_CHARACTER = re.compile("[\u2ff0-\u2fff\u303e\u31ef]")

# of category No with a decomposition: superscripts, fractions, numbers in circles, in brackets, and with a full stop
_NUMBER_SIGNS = re.compile(
    "([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u215f\u2189\u2460-\u249b\u24ea\u3192-\u3195"
    "\u3220-\u3229\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\U0001f100-\U0001f10a]+)"
)

DOT = "·"
"""Between the parts of a name (间隔号): U+00B7, as the ministries' notice on names asks for."""

_OF_A_WIDTH = frozenset({"<wide>", "<narrow>", "<small>", "<vertical>"})
_FORMS = (*range(0xFE10, 0xFE70), *range(0xFF01, 0xFFEF))
_KANGXI_RADICALS = range(0x2F00, 0x2FD6)


def one_width(text: str) -> str:
    """The text in compatible characters (NFKC), but for numbers that are signs: 2² is not 22, nor is ② the digit 2."""
    if not _NUMBER_SIGNS.search(text):
        return unicodedata.normalize("NFKC", text)
    parts = _NUMBER_SIGNS.split(text)
    return "".join(part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in enumerate(parts))


def visible(text: str) -> str:
    """The text without characters that are not seen: marks of direction, spaces of no width, variation selectors."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def steers_a_device(text: str) -> bool:
    """True for a text with control characters or halves of surrogate pairs; rare and newer letters are none."""
    return not text.isprintable() and any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def is_letter_or_digit(character: str) -> bool:
    """True for what a name is written with in any script, 〇 and private-use characters of rare ones included."""
    category = unicodedata.category(character)
    return (
        category[0] == "L"
        or category in {"Nd", "Nl", "Co"}
        or is_newer_letter(character)
        or _DESCRIBES_A_CHARACTER.match(character) is not None
    )


def is_newer_letter(character: str) -> bool:
    """True for a code point that the interpreter's Unicode does not know, and that may be a letter since."""
    code = ord(character)
    return (
        unicodedata.category(character) == "Cn"
        and code >> 16 <= _LAST_PLANE_OF_LETTERS
        and code & 0xFFFE != 0xFFFE
        and not _NO_LETTERS.match(character)
    )


def _table(name: str, column: str) -> Mapping[int, str]:
    text = (files("common.identity") / "data" / f"{name}.csv").read_text("utf-8")
    return {int(row["code_point"], 16): row[column] for row in csv.DictReader(io.StringIO(text))}


MARKS = _table("marks", "mark")
"""Code point of a dot, apostrophe, hyphen or full stop of any kind → the mark that stands for all of its kind."""

STANDARD = _table("standard_characters", "character")
"""Code point of a private-use place of GBK and GB 18030, or of a radical → the character that is standard today."""

# full-width, half-width, small and vertical forms, and radicals, which PDF files hold for letters
_HAS_ANOTHER_WIDTH = (
    *(code for code in _FORMS if unicodedata.decomposition(chr(code)).partition(" ")[0] in _OF_A_WIDTH),
    *_KANGXI_RADICALS,
)
_OF_USUAL_WIDTH = {code: unicodedata.normalize("NFKC", chr(code)) for code in _HAS_ANOTHER_WIDTH}
_SINGLE = {**_OF_USUAL_WIDTH, **STANDARD, **MARKS}
ONE_FORM: Mapping[int, str] = {code: text.translate(_SINGLE).translate(_SINGLE) for code, text in _SINGLE.items()}
"""Code point → what stands for it in every name; private use → radical → letter in one step."""
