"""Bringing what people type into cells to one spelling, for comparison only."""

import unicodedata
from datetime import date

from common.identity import one_width, visible

Cell = str | float | int | bool | date | None

_DASHES = dict.fromkeys(map(ord, "—–―‐‑‒−－-ー"), "-")


def normalise(text: str) -> str:
    """Full-width forms made half-width, white space and soft separators dropped, dashes and 其它 and 其他 made one.

    >>> normalise("国家基层项目 —— 三支一扶（县级）"), normalise("其它")
    ('国家基层项目-三支一扶(县级)', '其他')
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    joined = "".join(visible(plain).split())
    while "--" in joined:
        joined = joined.replace("--", "-")
    return joined.replace("其它", "其他").lower()


def cell_text(cell: Cell) -> str:
    """A cell as text; a whole number without its decimals, nothing for an empty cell.

    >>> cell_text(271.0), cell_text(" 271 "), cell_text(None)
    ('271', '271', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.isascii():
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return visible(one_width(str(cell))).strip()
