"""Writes `docs/data-dictionary.md`, every field of an entry: `python -m registry.dictionary`; `--check` compares only.

All of it comes from what the code goes by. Run it from a source tree.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_type_hints

from common.codes import CodeLists
from common.generated import write_or_check
from registry.graduates.announcements import NAMING
from registry.graduates.domain.entry import (
    CLEAR,
    CODE_LIST_OF,
    FIELDS,
    INDEXED,
    MAX_TEXT,
    TEXTS,
    Entry,
    HouseholdKind,
    Status,
    StudyForm,
    UrbanRural,
)
from registry.graduates.domain.fields import COLUMNS, EDITING
from registry.graduates.domain.masking import HIDDEN, MASKS, NUMBER_MASKS, READ_NUMBERS, as_seen
from registry.graduates.imports.columns import REQUIRED_FIELDS
from registry.reveals.domain import OPENINGS

PAGE = Path(__file__).parents[4] / "docs" / "data-dictionary.md"

WORDS: Mapping[str, type[StrEnum]] = {
    "urban_rural": UrbanRural,
    "household_kind": HouseholdKind,
    "study_form": StudyForm,
    "status": Status,
}
"""Fields with words of ours."""

_EXAMPLES = {
    "name": "欧阳询",
    "citizen_id": "11010119900307002X",
    "phone": "13812345678",
    "home_phone": "037967891234",
    "email": "zhangsan@x.cn",
    "student_number": "202400000001",
    "exam_number": "24410101110001",
    **dict.fromkeys(TEXTS, "河南省宜阳县城关镇一组"),
}
_TYPES: Mapping[type, str] = {date: "day", Decimal: "years, one decimal", bool: "true or false"}
_OPENS_ALL = [each for each in OPENINGS if set(each.fields) == set(FIELDS)]


def _listed(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


HEAD = f"""\
# Data dictionary

Every field of a roster entry (生源信息), made from the code by `make contracts` and compared by `make drift`: change
the code, not this page. {_listed(REQUIRED_FIELDS)} are required; all else may be missing. Who may change a field
follows from its class:

- **locked** (the student register): a school officer, with `change_reason` where it is filled; an import
- **placed**: a school officer; an import
- **reviewed**: a college officer, too
- **free**: a counsellor and the graduate, too

`status` has no class: it follows the education level, and changes by population changes.

Stored: **sealed** fields stand encrypted under the data key of their school and cohort, in one document a version;
**found** ones besides as keyed indexes; **clear** ones in columns of their own, and events carry them. Of
{_listed(NAMING)} events say that they changed, and no more.

Graduates see their own entry in clear. What the others see is below; numbers are as they are for
{_listed(sorted(READ_NUMBERS))}.
The last column names the purposes for which `reveal` opens the field ([page](personal-data.md)), beside
{_listed(dict.fromkeys(name for each in _OPENS_ALL for name in each.purposes))}, which open every field.

| Field | Header | Type | Class | Stored | Others see | Purposes |
|---|---|---|---|---|---|---|
"""


def document() -> str:
    """The page as the code gives it."""
    order = [name for name in COLUMNS if name in FIELDS]
    rows = (f"| {' | '.join(_row(field))} |\n" for field in (*order, *(name for name in FIELDS if name not in order)))
    return HEAD + "".join(rows)


def _row(field: str) -> Iterator[str]:
    yield f"`{field}`"
    yield COLUMNS.get(field, "")
    yield _type_of(field)
    yield EDITING[field].value if field in EDITING else ""
    yield "clear" if field in CLEAR else "sealed, found" if field in INDEXED else "sealed"
    yield _seen(field)
    openings = (each for each in OPENINGS if field in each.fields and each not in _OPENS_ALL)
    yield _listed(dict.fromkeys(purpose for each in openings for purpose in each.purposes))


def _type_of(field: str) -> str:
    if field in CODE_LIST_OF:
        code_list = CodeLists.of_release().get(CODE_LIST_OF[field])
        return f"code of `{code_list.name}` ({code_list.title_zh})"
    if field in WORDS:
        return _listed(WORDS[field])
    hints = {*get_args(get_type_hints(Entry)[field]), get_type_hints(Entry)[field]}
    usual = f"text, {MAX_TEXT} characters" if field in TEXTS else "text"
    return next((text for kind, text in _TYPES.items() if kind in hints), usual)


def _seen(field: str) -> str:
    if field in HIDDEN:
        return "nothing"
    if field in MASKS or field in NUMBER_MASKS:
        shown = as_seen({field: _EXAMPLES[field]}, "auditor")[field].replace("*", r"\*")
        return shown if field in MASKS else f"as it is, else {shown}"
    return "as it is"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks, and returns the exit code."""
    return write_or_check("registry.dictionary", __doc__, {PAGE: document()}, "make contracts", arguments)


if __name__ == "__main__":
    sys.exit(main())
