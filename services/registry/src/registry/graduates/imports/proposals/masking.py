"""What is shown of the cells of a proposal: what a column holds, and of a person no more than lists show. Pure.

Headers deceive, so a mask that leaves something readable is used where the cell itself looks like what it is made for;
of everything else nothing but the shape remains.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from common.codes import Cell, CodeLists, CodeProblem
from common.codes.spelling import cell_text
from common.spreadsheets.cells import is_blank
from registry.graduates.domain import identity
from registry.graduates.domain.entry import CODE_LIST_OF
from registry.graduates.domain.masking import HIDDEN
from registry.graduates.imports.proposals.matching import is_citizen_id, is_mobile

SAMPLES = 3
LONGEST = 40

_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
_SHORTEST_ADDRESS = 10


def samples(cells: Sequence[Cell], field: str | None) -> list[str]:
    """The first cells that hold something, masked."""
    return [sample(cell, field) for cell in islice((cell for cell in cells if not is_blank(cell)), SAMPLES)]


def sample(cell: Cell, field: str | None) -> str:
    """A cell, masked by what it is; `field` is the one that its column may fill.

    >>> sample("11010119900307002X", None), sample("2024-06-30", "graduated_on"), sample("张三 2 班", None)
    ('1101**********002X', '****-**-**', '** * *')
    """
    text = cell_text(cell)
    code_list = CODE_LIST_OF.get(field or "")
    if code_list and field not in HIDDEN and is_listed(code_list, cell):
        return text
    if is_citizen_id(cell):
        return identity.masked_number(text)
    if is_mobile(cell):
        return identity.masked_phone(identity.phone_digits(text))
    if _EMAIL.fullmatch(text):
        return identity.masked_email(text)
    if field == "name" and len(text) > 1 and text.isalpha():
        return identity.masked_name(text)
    if len(text) >= _SHORTEST_ADDRESS and text.startswith(provinces()):
        return identity.masked_text(text)
    return re.sub(r"\w", "*", text)[:LONGEST]


def is_listed(code_list: str, cell: Cell) -> bool:
    """True for a code of the list, or a label of it: words that are published."""
    codes = CodeLists.load().get(code_list)
    try:
        code = codes.resolve_cell(cell)
    except CodeProblem:
        return False
    return code is not None and codes.is_listed(code)


@cache
def provinces() -> tuple[str, ...]:
    """Names of provinces, which are at least three characters and begin an address."""
    divisions = CodeLists.load().get("division")
    return tuple({each.label_zh for each in divisions if each.code.endswith("0000") and len(each.label_zh) > 2})
