"""Number formats: what a spreadsheet program shows for a number or a text (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from common.sheet_reader.cells import LOST_DIGITS, NO_TEXT, OTHER_DISPLAY, Unclear, day_of, text_of

EXACT = 1e15
"""A number keeps 15 digits; a longer one has lost the others."""

_YEAR_MONTH = 'yyyy"年"m"月"'
_MONTH_DAY = 'm"月"d"日"'
_MONEY, _CENTS = '"¥"#,##0;"¥"-#,##0', '"¥"#,##0.00;"¥"-#,##0.00'
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: _MONEY, 6: _MONEY, 7: _CENTS, 8: _CENTS, 9: "0%",
    10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: _YEAR_MONTH,
    28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: "h:mm", 33: "h:mm:ss", 34: "h:mm",
    35: "h:mm:ss", 36: _YEAR_MONTH, 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: '#,##0;-#,##0;"-";@',
    42: f'{_MONEY};"¥"-;@', 43: '#,##0.00;-#,##0.00;"-";@', 44: f'{_CENTS};"¥"-;@', 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: _YEAR_MONTH, 51: _MONTH_DAY, 52: _YEAR_MONTH, 53: _MONTH_DAY,
    54: _MONTH_DAY, 55: "h:mm", 56: "h:mm:ss", 57: _YEAR_MONTH, 58: _MONTH_DAY,
}  # fmt: skip
"""By number, where a workbook says nothing else: the common ones, and those of Chinese programs (27 to 58)."""

_TOKEN = re.compile(
    r'"([^"]*)"?|[\\!](.)|_(.)|\*(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[([^\]]*)\]|(General|G/通用格式|@)|(AM/PM|A/P|上午/下午)'
    r"|([eE][+-])|(.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_COMPARE = {
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
}
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|[黑蓝青绿红白黄]色?|洋红色?|颜色 ?\d+", re.IGNORECASE
)
_DIGITS = "0#?"
_PADDED = re.compile(r"l*0+l*")
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+(?!\d))")
_DATES = "ymdhsega"

Reader = Callable[[float], Any]


@dataclass(frozen=True)
class _Section:
    """One of up to four parts of a format: its tokens, the condition under which it counts, and what is beyond us."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None = None
    unknown: bool = False

    @property
    def letters(self) -> str:
        """The characters that are no literals, small."""
        return "".join(text for kind, text in self.tokens if kind == "code").lower()

    def holds(self, number: float) -> bool:
        """True if its condition holds for a number, or it has none."""
        return self.condition is None or bool(_COMPARE[self.condition[0]](number, self.condition[1]))

    def has(self, kind: str) -> bool:
        """True if a token of that kind stands in it."""
        return any(each == kind for each, _ in self.tokens)


@cache
def number_reader(code: str, from_1904: bool) -> Reader | None:
    """What a number with that format shows; None if its own digits, whatever the number."""
    sections = _sections(code)
    first = sections[0]
    if not set(_DATES).isdisjoint(first.letters):
        return day_reader(first, from_1904)
    if sections == (_Section((("general", "General"),)),):
        return None
    whole = _NumberReader(sections)
    padded = _PADDED.fullmatch("".join(kind[0] if kind == "literal" else word for kind, word in first.tokens))
    return _PaddedReader(first.tokens, whole) if padded and sections == (_Section(first.tokens),) else whole


@cache
def text_reader(code: str) -> Callable[[str], Any] | None:
    """What a text with that format shows; None if itself."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else next((each for each in sections if each.has("at")), None)
    if section is None or section.tokens == (("at", "@"),):
        return None

    def shown(text: str) -> Any:
        words = "".join(text if kind == "at" else word for kind, word in section.tokens).strip()
        return text_of(words) if words else Unclear.of(OTHER_DISPLAY, text)

    return shown


def plain_number(number: float) -> Any:
    """A number that shows its digits."""
    return float(f"{number:.15g}") if abs(number) < EXACT else Unclear.of(LOST_DIGITS, f"{number:.15g}")


def day_reader(section: _Section, from_1904: bool) -> Reader:
    """What a number shows that is formatted as a day; a time of day is none."""
    letters = set(section.letters)
    if not letters & set("yde") and not ("m" in letters and not letters & set("hs")):
        return lambda number: Unclear.of(NO_TEXT, f"{number:.15g}")
    only_month = {"y", "m"} <= letters and not letters & set("dhs")
    return lambda number: day_of(number, from_1904=from_1904, only_month=only_month)


@dataclass(frozen=True)
class _NumberReader:
    sections: tuple[_Section, ...]

    def __call__(self, number: float) -> Any:
        number = float(f"{number:.15g}")
        plain = f"{number:.15g}"
        if not abs(number) < EXACT:
            return Unclear.of(LOST_DIGITS, plain)
        section, value = self.chosen(number)
        if section is None or section.unknown:
            return Unclear.of(OTHER_DISPLAY, plain)
        if section.has("exponent"):
            return Unclear.of(LOST_DIGITS, plain)
        shown = displayed(section, Decimal(f"{value:.15g}"))
        if shown is None:
            return Unclear.of(OTHER_DISPLAY, plain)
        if not shown:
            return None if number == 0 else Unclear.of(OTHER_DISPLAY, plain)
        return number if shown == plain else shown

    def chosen(self, number: float) -> tuple[_Section | None, float]:
        """The part that counts for a number, and what of the number it shows: a part of its own shows no sign."""
        sections = [each for each in self.sections[:3] if not each.has("at") or len(self.sections) == 1]
        if any(each.condition for each in sections):
            found = next((each for each in sections if each.holds(number)), None)
            return (None if number < 0 else found), number
        if number < 0 and len(sections) > 1:
            return sections[1], -number
        if number == 0 and len(sections) > 2:
            return sections[2], number
        return (sections[0] if sections else None), number


class _PaddedReader:
    """Zeros between texts, the usual way to show a number's zeros in front; as `_NumberReader`, but fast."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], otherwise: Reader) -> None:
        words = ["" if kind == "code" else word for kind, word in tokens]
        first = next(at for at, (kind, _) in enumerate(tokens) if kind == "code")
        self._before, self._after = "".join(words[:first]).lstrip(), "".join(words[first:]).rstrip()
        self._width = sum(kind == "code" for kind, _ in tokens)
        self._otherwise = otherwise

    def __call__(self, number: float) -> Any:
        if not 0 <= number < EXACT or not number.is_integer():
            return self._otherwise(number)
        digits = str(int(number))
        shown = f"{self._before}{digits.zfill(self._width)}{self._after}"
        return number if shown == digits else shown


def displayed(section: _Section, number: Decimal) -> str | None:
    """The text of a number; None where it is another number when shown, or more than this module knows."""
    sign, number = ("-" if number < 0 else ""), abs(number)
    if section.has("general") or section.has("at"):
        text = "".join(f"{number:f}" if kind in ("general", "at") else word for kind, word in section.tokens)
        return sign + text.strip()
    code = "".join(word for kind, word in section.tokens if kind == "code")
    if "/" in code and any(each in code for each in _DIGITS):
        return None
    scaled = number.scaleb(2 * code.count("%"))
    whole, _, decimals = code.partition(".")
    if not any(each in code for each in _DIGITS):
        return "".join(word for _, word in section.tokens).strip()
    if whole.rstrip("%").endswith(",") or decimals.rstrip("%").endswith(","):
        return None
    places = sum(each in _DIGITS for each in decimals)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded != scaled:
        return None
    return sign + placed(section, f"{rounded:f}", grouped="," in whole).strip()


def placed(section: _Section, digits: str, *, grouped: bool) -> str:
    """The digits in the places of the format, from the point to both sides."""
    whole, _, decimals = digits.partition(".")
    whole = whole.lstrip("0")
    tokens = list(section.tokens)
    point = next((at for at, token in enumerate(tokens) if token == ("code", ".")), len(tokens))
    places = [at for at, (kind, word) in enumerate(tokens[:point]) if kind == "code" and word in _DIGITS]
    before: list[str] = []
    for at in reversed(range(point)):
        kind, word = tokens[at]
        if at in places:
            last = at == places[0]
            part = whole if last else whole[-1:]
            whole = "" if last else whole[:-1]
            before.append(part or {"0": "0", "#": "", "?": " "}[word])
        elif (kind, word) != ("code", ","):
            before.append(word)
    text = "".join(reversed(before))
    if grouped:
        text = _THOUSANDS.sub(",", text)
    return text + fraction(tokens[point:], decimals)


def fraction(tokens: list[tuple[str, str]], decimals: str) -> str:
    """The point and what follows it; places that show nothing for a zero show none at the end."""
    optional = [word for kind, word in tokens if kind == "code" and word in _DIGITS]
    kept = len(optional)
    while kept and optional[kept - 1] != "0" and decimals[kept - 1] == "0":
        kept -= 1
    after, seen = "", 0
    for kind, word in tokens:
        if kind == "code" and word in _DIGITS:
            after += decimals[seen] if seen < kept else ""
            seen += 1
        else:
            after += word
    return after


@cache
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[re.Match[str]]] = [[]]
    for match in _TOKEN.finditer(code or "General"):
        if match[0] == ";":
            parts.append([])
        else:
            parts[-1].append(match)
    return tuple(map(section_of, parts))


def section_of(matches: Sequence[re.Match[str]]) -> _Section:
    """A part of a format from what stands in it."""
    brackets = [match[6].strip() for match in matches if match[6] is not None]
    conditions = [(found[1], float(found[2])) for each in brackets if (found := _CONDITION.fullmatch(each))]
    known = sum(bool(_ELAPSED.fullmatch(each) or _COLOUR.fullmatch(each)) for each in brackets)
    tokens = tuple(token for match in matches if (token := token_of(match)))
    # how often a character is repeated depends on the width of the column
    is_padded = any(match[4] is not None and not match[4].isspace() for match in matches)
    return _Section(tokens, next(iter(conditions), None), is_padded or known + len(conditions) < len(brackets))


def token_of(match: re.Match[str]) -> tuple[str, str] | None:
    """Kind and text of a part of a format; None for what shows nothing."""
    quoted, escaped, space, fill, currency, bracket, general, half, exponent, other = match.groups()
    if bracket is not None:
        return ("code", bracket[:1]) if _ELAPSED.fullmatch(bracket) else None
    if general:
        return ("at", "@") if general == "@" else ("general", "General")
    if exponent:
        return "exponent", exponent
    if half:
        return "code", "h"
    if other and (other in "0#?.,%/" or other.lower() in _DATES):
        return "code", other
    literal = " " if space else quoted or escaped or currency or other
    return ("literal", literal) if literal and not fill else None
